import { type Host, UllageError } from '../host/host.ts';
import { safeText } from '../probes/clean.ts';
import { collect } from '../probes/collect.ts';
import { probes } from '../probes/index.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';

/** One mount of containers' storage in a daemon's mount namespace. */
export interface DaemonMount {
  /** its program */
  daemon: string;
  pid: number;
  source: string;
  target: string;
  fstype: string;
  options: string;
  /** is it in the host's own table too? */
  host: boolean;
}

/** What `ullage mounts --json` prints. */
export interface MountsDocument {
  version: 1;
  mounts: DaemonMount[];
}

/** What a data root's own mounts look like; the rest of a daemon's namespace is the host's. */
const STORAGE = /\/(?:devicemapper|overlay2?|aufs|btrfs|zfs|vfs|io\.containerd\.snapshotter)[./]/;

/** `ullage mounts [HOST]`: what container daemons have mounted, also where only they see it. Changes nothing. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('mounts', argv, { json: { type: 'boolean' }, timeout: { type: 'string' } });
  if (positionals.length > 1)
    throw new UllageError('more than one host given', positionals.join(' '), 'One host at a time');
  const { openHost } = await import('../host/open.ts');
  const host = await openHost(positionals[0]);
  try {
    const { facts } = await collect(host, probes, { deadlineMs: timeoutOf(values.timeout) });
    const processes = facts.all('process').map(({ value }) => value);
    const document = await daemonMounts(host, processes);
    const { mounts } = document;
    if (values.json) print([JSON.stringify(document, null, 2)]);
    else if (mounts.length === 0) print(['No daemon has storage of containers mounted.']);
    else
      print(
        [
          ...mounts.flatMap((one) => [
            `${one.host ? ' ' : '*'} ${one.target}`,
            `    ${one.fstype} on ${one.source}, ${one.options}`,
          ]),
          ...(mounts.some((one) => !one.host)
            ? ['* only the daemon sees it: nsenter --target PID --mount shows it', ...daemons(mounts)]
            : []),
        ].map(safeText),
      );
    return EXIT.healthy;
  } finally {
    await host.close();
  }
}

/** The storage of containers in the mount tables of those of `processes` that are container daemons. */
export async function daemonMounts(
  host: Pick<Host, 'run'>,
  processes: readonly { pid: number; program: string }[],
): Promise<MountsDocument> {
  const own = (await host.run(['cat', '/proc/1/mountinfo'])).stdout;
  const known = new Set(parsed(own).map((one) => `${one.source} ${one.target}`));
  const mounts = new Map<string, DaemonMount>();
  for (const { pid, program } of processes) {
    if (!/^(?:dockerd|containerd|crio|podman)/.test(program)) continue;
    const table = await host.run(['cat', `/proc/${pid}/mountinfo`]);
    for (const one of parsed(table.stdout)) {
      const key = `${one.source} ${one.target}`;
      if (STORAGE.test(one.target) && !mounts.has(key))
        mounts.set(key, { daemon: program, pid, ...one, host: known.has(key) });
    }
  }
  return { version: 1, mounts: [...mounts.values()] };
}

const daemons = (mounts: readonly DaemonMount[]): string[] => [
  ...new Set(mounts.filter((one) => !one.host).map((one) => `  ${one.daemon} is process ${one.pid}`)),
];

/** /proc/PID/mountinfo (proc(5)): fields 5 and 6, and behind the dash type and source. */
function parsed(text: string): { target: string; options: string; fstype: string; source: string }[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+ \d+ \S+ \S+ (\S+) (\S+) .*?- (\S+) (\S+) /.exec(line);
    const [, target, options, fstype, source] = match ?? [];
    return target && options && fstype && source ? [{ target, options, fstype, source }] : [];
  });
}
