import { stat } from '../tools/stat.ts';
import type { Facts } from './fact.ts';
import { found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';
import { rows } from './undress.ts';

/** As many as are looked into one by one. */
const MOST = 50;
const ROW = /^(\d{1,9}) (\d{1,16}) (\d{1,16}) (\/.*)$/;

/** What each container may still write, where its size can be limited by a project quota. */
export const directoryRoom: Probe = {
  id: 'directory-room',
  title: 'stat -f of the writable layers of containers: their own room under a project quota',
  asks: (known) => {
    const directories = withProjectQuotas(known) ? writableLayers(known) : [];
    return directories.length === 0
      ? []
      : [
          {
            kind: 'run',
            argv: stat.room(directories),
            timeoutMs: 5000,
            optional: true,
            what: 'room of each container under its quota',
          },
        ];
  },
  recognises: (doc) => doc.origin.kind === 'run' && doc.origin.argv.includes('%S %b %a %n'),
  scan: (doc) =>
    rows(doc).flatMap(({ n, text }) => {
      const row = ROW.exec(text);
      const [block, blocks, available] = (row?.slice(1, 4) ?? []).map(count);
      if (!row || block === undefined || blocks === undefined || available === undefined) return [];
      if (blocks === 0 || available > blocks || !Number.isSafeInteger(blocks * block)) return [];
      return [found('directory-room', { path: row[4] ?? '', size: blocks * block, available: available * block }, n)];
    }),
};

/** The kernel's name of it on every file system: prjquota; people write pquota. */
const PROJECT_QUOTA = /^p(?:rj)?quota$/;

function withProjectQuotas(known: Facts): boolean {
  return known.has(
    'mount',
    (mount) =>
      mount.pid === undefined &&
      [...mount.options, ...(mount.superOptions ?? [])].some((option) => PROJECT_QUOTA.test(option)),
  );
}

function writableLayers(known: Facts): string[] {
  const uppers = known.all('container').flatMap(({ value }) => value.driverData?.['UpperDir'] ?? []);
  return [...new Set(uppers)]
    .filter((path) => path.startsWith('/'))
    .sort()
    .slice(0, MOST);
}
