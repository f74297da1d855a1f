import { find } from '../tools/find.ts';
import { type Found, found } from './fact.ts';
import type { OpenDeleted } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';
import { argvOf, rows } from './undress.ts';

/**
 * Deleted files that processes still hold, from /proc/PID/fd. It looks at every open file of the
 * host (tens of milliseconds at hundreds of processes, seconds at thousands): with --deep only.
 */
export const deletedOpenScan: Probe = {
  id: 'deleted-open-scan',
  title: 'find /proc/PID/fd, deleted files held open',
  asks: () => [
    {
      kind: 'run',
      argv: find.deletedOpen(),
      timeoutMs: 20_000,
      deep: true,
      optional: true,
      what: 'deleted files that processes still hold',
    },
  ],
  recognises: (doc) => argvOf(doc).includes('%b %B %s %d %i %n'),
  scan: (doc) => {
    const targets = new Map<string, { path: string; n: number }>();
    const seen = new Set<string>();
    const results: Found[] = [];
    const sizes: { fd: string; key: string; bytes: number }[] = [];
    for (const { n, text } of rows(doc)) {
      const link = /^(\/proc\/\d+\/fd\/\d+) (\/.*) \(deleted\)$/.exec(text);
      if (link) targets.set(link[1] ?? '', { path: link[2] ?? '', n });
      const stat = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\/proc\/\d+\/fd\/\d+)$/.exec(text);
      const bytes = (count(stat?.[1]) ?? 0) * (count(stat?.[2]) ?? 0);
      if (stat && Number.isSafeInteger(bytes)) sizes.push({ fd: stat[6] ?? '', key: `${stat[4]}:${stat[5]}`, bytes });
    }
    for (const { fd, key, bytes } of sizes) {
      const target = targets.get(fd);
      const where = /^\/proc\/(\d+)\/fd\/(\d+)$/.exec(fd);
      // memory, not files: memfd, System V segments, /dev/zero
      if (
        !target ||
        !where ||
        seen.has(key) ||
        bytes === 0 ||
        /^\/(?:memfd:|SYSV|dev\/zero$|\[aio\])/.test(target.path)
      )
        continue;
      seen.add(key);
      const held: OpenDeleted = { pid: Number(where[1]), fd: where[2] ?? '', path: target.path, size: bytes };
      results.push(found('open-deleted', held, target.n));
    }
    return results;
  },
};
