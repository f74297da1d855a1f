import { find } from '../tools/find.ts';
import { type Found, found } from './fact.ts';
import type { OpenDeleted } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { runsOut } from './runs-out.ts';
import { count } from './size.ts';
import { argvOf, rows } from './undress.ts';

/**
 * Deleted files that processes still hold, from /proc/PID/fd. It looks at every open file of the
 * host (tens of milliseconds at hundreds of processes, seconds at thousands): with --deep, or when a
 * file system is running out and this may be why.
 */
export const deletedOpenScan: Probe = {
  id: 'deleted-open-scan',
  title: 'find /proc/PID/fd, deleted files held open',
  asks: (known) => [
    {
      kind: 'run',
      argv: find.deletedOpen(),
      timeoutMs: 20_000,
      deep: !runsOut(known),
      optional: true,
      what: 'deleted files that processes still hold',
    },
  ],
  recognises: (doc) => argvOf(doc).includes('%b %B %s %d %i %n'),
  scan: (doc) => {
    const targets = new Map<string, { path: string; n: number }>();
    const seen = new Set<string>();
    const results: Found[] = [];
    const sizes: { fd: string; key: string; bytes: number; device?: string }[] = [];
    for (const { n, text } of rows(doc)) {
      const link = /^(\/proc\/\d+\/fd\/\d+) (\/.*) \(deleted\)$/.exec(text);
      if (link) targets.set(link[1] ?? '', { path: link[2] ?? '', n });
      const stat = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\/proc\/\d+\/fd\/\d+)$/.exec(text);
      const bytes = (count(stat?.[1]) ?? 0) * (count(stat?.[2]) ?? 0);
      if (stat && Number.isSafeInteger(bytes))
        sizes.push({ fd: stat[6] ?? '', key: `${stat[4]}:${stat[5]}`, bytes, ...deviceOf(stat[4] ?? '') });
    }
    for (const { fd, key, bytes, device } of sizes) {
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
      if (device !== undefined) held.device = device;
      results.push(found('open-deleted', held, target.n));
    }
    return results;
  },
};

/** st_dev in one number, as glibc's gnu_dev_makedev packs it. */
function deviceOf(text: string): { device?: string } {
  if (!/^\d{1,20}$/.test(text)) return {};
  const packed = BigInt(text);
  const major = ((packed >> 8n) & 0xfffn) | ((packed >> 32n) & 0xfffff000n);
  const minor = (packed & 0xffn) | ((packed >> 12n) & 0xffffff00n);
  return { device: `${major}:${minor}` };
}
