/**
 * The only door to a machine. Everything above this room sees a machine as these four
 * questions; whether the answers come from this machine, from ssh or from a capture is
 * not visible to it.
 */

/** What a program printed. `timedOut` means we stopped waiting; it may still be running (D state). */
export interface Ran {
  /** exit status; `undefined` when the program did not end (time-out, signal, could not be started) */
  exitCode?: number | undefined;
  stdout: string;
  stderr: string;
  durationMs: number;
  timedOut?: boolean;
  /** the program does not exist on that machine */
  notFound?: boolean;
  /** the output was cut at the size limit of {@link RunOptions} */
  truncated?: boolean;
}

/** A file's text, or why there is none. */
export type FileRead =
  | { ok: true; content: string; truncated?: boolean }
  | { ok: false; reason: 'missing' | 'denied' | 'timeout' | 'other'; message: string };

/** statfs(2), in the kernel's own units. `blockSize` is f_frsize (bytes); the block counts are in it. */
export interface StatfsValue {
  /** f_type, magic number of the file system (linux/magic.h) */
  type: number;
  blockSize: number;
  blocks: number;
  /** f_bfree: free, with what is reserved for root */
  bfree: number;
  /** f_bavail: free to everyone */
  bavail: number;
  /** 0 where the file system has no inode limit (btrfs) */
  files: number;
  ffree: number;
}

export type StatfsRead =
  | { ok: true; value: StatfsValue }
  | { ok: false; reason: 'missing' | 'denied' | 'timeout' | 'other'; message: string };

export interface RunOptions {
  /** milliseconds; default 10 000. A program that does not end in time is left behind, never waited for. */
  timeoutMs?: number;
  /** bytes of stdout kept; default 16 MiB */
  maxBytes?: number;
  /** written to the program's stdin: text without NUL; without it stdin is /dev/null */
  input?: string;
  /** in a process group of its own: the terminal's Ctrl-C does not reach it */
  detached?: boolean;
}

export interface Host {
  /** how messages name it: `this host`, `ssh://root@db1`, `capture db1.tar.gz` */
  readonly label: string;
  /** runs argv with LC_ALL=C and no shell. Never throws for what the program does. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  read(path: string, options?: { timeoutMs?: number; maxBytes?: number }): Promise<FileRead>;
  statfs(path: string, options?: { timeoutMs?: number }): Promise<StatfsRead>;
  /**
   * GET over a unix socket (Docker's and Podman's API). Recorded in captures as
   * `curl -s --unix-socket SOCKET http://localhost/PATH`, so a capture made by hand replays too.
   */
  get(socket: string, path: string, options?: RunOptions): Promise<Ran>;
  close(): Promise<void>;
}

/** An error the operator can act on: what happened, to what, what to do next. */
export class UllageError extends Error {
  override readonly name = 'UllageError';
  constructor(
    readonly what: string,
    readonly where: string,
    readonly todo: string,
    options?: { cause?: unknown },
  ) {
    super(`${what}: ${where}. ${todo}`, options);
  }
}
