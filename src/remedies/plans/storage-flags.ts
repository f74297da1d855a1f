import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv, FileWrite } from '../../plan/plan.ts';
import type { Daemon } from './docker-daemon.ts';
import { ask } from './planned.ts';

/** dockerd's words without those that choose the storage driver: it refuses to have them here and in daemon.json. */
export function withoutStorageFlags(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (/^(-s|--storage-driver|--storage-opt)$/.test(word)) at++;
    else if (!/^(-s=|--storage-driver=|--storage-opt=|-s\w)/.test(word)) kept.push(word);
  }
  return kept;
}

export interface Restart {
  /** starts the daemon with the storage that daemon.json names */
  start: Argv[];
  /** files that must be written first: a drop-in where a unit carries storage flags */
  writes: FileWrite[];
}

/** How the daemon is started when daemon.json alone says what its storage is. */
export function* restartWithoutFlags(daemon: Daemon): Generator<Look, Restart, Ran> {
  return yield* restartAs(
    daemon,
    withoutStorageFlags(daemon.args),
    'zz-ullage-storage.conf',
    'The storage driver stands in daemon.json; dockerd refuses to have it in both places.',
  );
}

/** How the daemon is started with these words of its own: as always when they are the same. */
export function* restartAs(
  daemon: Daemon,
  kept: readonly string[],
  dropIn: string,
  why: string,
): Generator<Look, Restart, Ran> {
  if (kept.length === daemon.args.length) return { start: daemon.start, writes: [] };
  const [first] = daemon.start;
  if (first?.[0] === 'systemctl') {
    const unit = daemon.start.flat().findLast((word) => word.endsWith('.service')) ?? 'docker.service';
    const program = (yield* ask(['readlink', `/proc/${daemon.pid}/exe`])).stdout.trim();
    if (!program.startsWith('/'))
      throw new UllageError('the daemon cannot be looked at', `/proc/${daemon.pid}/exe`, 'Run it as root');
    const command = [program, ...kept].map(systemdWord).join(' ');
    return {
      start: [['systemctl', 'daemon-reload'], ...daemon.start],
      writes: [
        {
          path: `/etc/systemd/system/${unit}.d/${dropIn}`,
          content: `# ${why}\n[Service]\nExecStart=\nExecStart=${command}\n`,
          mode: '0644',
        },
      ],
    };
  }
  const start = daemon.start.map((argv) => {
    const flags = argv.length - daemon.args.length;
    return [...argv.slice(0, flags), ...kept];
  });
  return { start, writes: [] };
}

/** One word of ExecStart= (systemd.service(5), command lines): quoted, with % and $ doubled. */
function systemdWord(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
