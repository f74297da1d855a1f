import { collect } from '../probes/collect.ts';
import { probes } from '../probes/index.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';

/** One mount that daemons have and the host's own table has not, or has as well. */
export interface DaemonMount {
  /** program and process */
  daemon: string;
  pid: number;
  source: string;
  target: string;
  fstype: string;
  options: string;
  /** is it in the host's own table too? */
  host: boolean;
}

export interface MountsDocument {
  version: 1;
  mounts: DaemonMount[];
}

/** What a data root's own mounts look like; the rest of a daemon's namespace is the host's. */
const STORAGE = /\/(?:devicemapper|overlay2?|aufs|btrfs|zfs|vfs|io\.containerd\.snapshotter)[./]/;

/** `ullage mounts [HOST]`: what container daemons have mounted, also where only they see it. Changes nothing. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('mounts', argv, { json: { type: 'boolean' }, timeout: { type: 'string' } });
  const { openHost } = await import('../host/open.ts');
  const host = await openHost(positionals[0]);
  try {
    const { facts } = await collect(host, probes, { deadlineMs: timeoutOf(values.timeout) });
    const own = (await host.run(['cat', '/proc/1/mountinfo'])).stdout;
    const known = new Set(parsed(own).map((one) => `${one.source} ${one.target}`));
    const mounts: DaemonMount[] = [];
    for (const { value } of facts.all('process')) {
      if (!/^(?:dockerd|containerd|crio|podman)/.test(value.program)) continue;
      const table = await host.run(['cat', `/proc/${value.pid}/mountinfo`]);
      for (const one of parsed(table.stdout))
        if (
          STORAGE.test(one.target) &&
          !mounts.some((other) => other.target === one.target && other.source === one.source)
        )
          mounts.push({
            daemon: value.program,
            pid: value.pid,
            ...one,
            host: known.has(`${one.source} ${one.target}`),
          });
    }
    const document: MountsDocument = { version: 1, mounts };
    if (values.json) print([JSON.stringify(document, null, 2)]);
    else if (mounts.length === 0) print(['No daemon has storage of containers mounted.']);
    else
      print([
        ...mounts.map(
          (one) => `${one.host ? ' ' : '*'} ${one.target}\n    ${one.fstype} on ${one.source}, ${one.options}`,
        ),
        ...(mounts.some((one) => !one.host)
          ? ['* only the daemon sees it: nsenter --target PID --mount shows it', ...daemons(mounts)]
          : []),
      ]);
    return EXIT.healthy;
  } finally {
    await host.close();
  }
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
