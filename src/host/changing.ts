import type { Host, Ran } from './host.ts';
import { leftBehind, RUNNING } from './left-behind.ts';
import { openHost } from './open.ts';
import { type ProcessMark, processLives, processMark } from './process-mark.ts';
import { runProcess } from './run-process.ts';

export interface ChangeOptions {
  timeoutMs: number;
  /** written to the program's stdin: text without NUL */
  input?: string;
  /** the program runs; called on this machine only, with what names its process */
  onStart?(process: ProcessMark): void;
}

/** The door through which a machine is changed. Only apply and undo open it. */
export interface ChangingHost extends Host {
  /**
   * Runs argv to its end, away from the terminal's process group: Ctrl-C reaches us, not the
   * program, so that it is never cut short half-way.
   */
  change(argv: readonly string[], options: ChangeOptions): Promise<Ran>;
  /**
   * Programs of an earlier apply that go on without it.
   * @param known what the journal tells of; a remote host knows by itself
   */
  leftBehind(known: readonly ProcessMark[]): Promise<ProcessMark[]>;
}

/** @param spec `ssh://user@host[:port]`; absent: this machine */
export async function openChangingHost(spec?: string): Promise<ChangingHost> {
  if (spec?.startsWith('ssh://')) {
    const { sshHost } = await import('./ssh.ts');
    const host = sshHost(spec);
    await host.connect();
    return {
      ...host,
      change: (argv, { timeoutMs, input }) =>
        host.run(argv, { timeoutMs, detached: true, noteIn: RUNNING, ...(input === undefined ? {} : { input }) }),
      leftBehind: () => leftBehind(host),
    };
  }
  const host = await openHost(spec);
  return {
    ...host,
    change: (argv, { timeoutMs, input, onStart }) =>
      runProcess(argv, {
        timeoutMs,
        detached: true,
        ...(input === undefined ? {} : { input }),
        onSpawn(pid) {
          // one that is over already has no start time, and is like no later process
          onStart?.(processMark(pid) ?? { pid, startTime: '' });
        },
      }),
    leftBehind: async (known) => known.filter(processLives),
  };
}
