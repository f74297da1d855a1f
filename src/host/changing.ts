import type { Host, Ran } from './host.ts';
import { openHost } from './open.ts';
import { type ProcessMark, processLives, processMark } from './process-mark.ts';
import { runProcess } from './run-process.ts';

export interface ChangeOptions {
  timeoutMs: number;
  /** written to the program's stdin; text that ends with a newline */
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
  /** is that process still there? On a remote host never known: false */
  stillRuns(process: ProcessMark): boolean;
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
        host.run(argv, { timeoutMs, detached: true, ...(input === undefined ? {} : { input }) }),
      stillRuns: () => false,
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
    stillRuns: processLives,
  };
}
