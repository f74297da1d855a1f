import { type ChildProcess, spawn } from 'node:child_process';
import { commandPath } from './command-path.ts';
import type { Ran, RunOptions } from './host.ts';
import { type LateTimer, lateTimer } from './late-timer.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_MS, keepFirst, MAX_STDERR_BYTES } from './limits.ts';

/** From SIGTERM to SIGKILL, and from there to walking away, in milliseconds. */
const TERM_GRACE_MS = 250;
const KILL_GRACE_MS = 100;
/** After exit, how long a silent pipe is still listened to: a background child may hold it open for ever. */
const DRAIN_MS = 250;

export interface ProcessOptions extends RunOptions {
  /** the program was started */
  onSpawn?(pid: number): void;
  /** the time limit runs from where stdout shows `mark`; the way there has a limit of its own, in milliseconds */
  begins?: { mark: string; withinMs: number };
}

/**
 * Runs argv with LC_ALL=C, no shell, in `/` (so that we hold no sick mount busy). Resolves in
 * every case, at the latest about 350 ms after the time limit: a process in D state takes no
 * signal, so it is left behind and no longer keeps node alive.
 */
export function runProcess(argv: readonly string[], options: ProcessOptions = {}): Promise<Ran> {
  const started = performance.now();
  const [program = '', ...args] = argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', PATH: commandPath(process.env['PATH']) },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: options.detached === true,
    });
    if (child.pid !== undefined) options.onSpawn?.(child.pid);
  } catch (error) {
    // an empty program name or a NUL byte in an argument: nothing was started
    return Promise.resolve(notStarted(program, error as NodeJS.ErrnoException, started));
  }
  return new Promise((resolve) => {
    const stdout = keepFirst(options.maxBytes ?? DEFAULT_MAX_BYTES);
    const stderr = keepFirst(MAX_STDERR_BYTES);
    const timers = new Set<LateTimer>();
    let exitCode: number | undefined;
    let timedOut = false;
    let truncated = false;
    let done = false;
    let drain: LateTimer | undefined;

    const after = (ms: number, act: () => void) => {
      const timer = lateTimer(ms, act);
      timers.add(timer);
      return timer;
    };
    const finish = (ran?: Ran) => {
      if (done) return;
      done = true;
      for (const timer of timers) timer.stop();
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      resolve(
        ran ?? {
          ...(exitCode === undefined ? {} : { exitCode }),
          stdout: stdout.text(),
          stderr: stderr.text(),
          durationMs: elapsed(started),
          ...(timedOut ? { timedOut } : {}),
          ...(truncated ? { truncated } : {}),
        },
      );
    };
    const listenOn = () => {
      drain?.stop();
      drain = after(DRAIN_MS, () => finish());
    };

    child.on('error', (error: NodeJS.ErrnoException) => finish(notStarted(program, error, started)));
    child.stdin?.on('error', () => {}); // the program need not read its input
    if (options.input !== undefined) child.stdin?.end(options.input);
    child.stdout?.on('data', (chunk: Buffer) => {
      if (drain) listenOn();
      const room = stdout.push(chunk);
      if (!begun && stdout.text().includes(options.begins?.mark ?? '')) {
        begun = true;
        limit.stop();
        limit = after(timeoutMs, overdue);
      }
      if (room) return;
      truncated = true;
      child.kill('SIGTERM');
      finish();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (drain) listenOn();
      stderr.push(chunk);
    });
    child.on('exit', (code) => {
      if (timedOut) return finish();
      exitCode = code ?? undefined;
      listenOn();
    });
    child.on('close', () => finish());
    const overdue = () => {
      // it ended in time; only a pipe was left open
      if (drain) return void after(DRAIN_MS, () => finish());
      timedOut = true;
      child.kill('SIGTERM');
      after(TERM_GRACE_MS, () => {
        child.kill('SIGKILL');
        after(KILL_GRACE_MS, () => finish());
      });
    };
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    let begun = options.begins === undefined;
    let limit = after(timeoutMs + (options.begins?.withinMs ?? 0), overdue);
  });
}

function notStarted(program: string, error: NodeJS.ErrnoException, started: number): Ran {
  const nothing = { stdout: '', durationMs: elapsed(started) };
  if (error.code === 'ENOENT') return { ...nothing, stderr: notFoundMessage(program), notFound: true };
  if (error.code === 'EACCES') return { ...nothing, stderr: deniedMessage(program) };
  return { ...nothing, stderr: `${program}: ${error.message}` };
}

export function notFoundMessage(program: string): string {
  return `${program}: not found`;
}

export function deniedMessage(program: string): string {
  return `${program}: Permission denied`;
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}
