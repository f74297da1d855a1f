import { type SpawnOptions, spawn } from 'node:child_process';

/** How a program ended. `exitCode` is absent when it was ended by a signal or its time limit. */
export interface Ran {
  stdout: string;
  stderr: string;
  exitCode?: number;
  timedOut: boolean;
}

export interface RunOptions {
  timeoutMs?: number;
  input?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
  stdio?: SpawnOptions['stdio'];
}

/** A running program; `done` never rejects. */
export interface Background {
  done: Promise<Ran>;
  kill(): void;
}

/** A program of this machine, by argv, under LC_ALL=C. It dies with the lab, even when the lab is killed. */
export function launch(argv: readonly string[], options: RunOptions = {}): Background {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
    stdio: options.stdio ?? ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  let timedOut = false;
  const limit = options.timeoutMs ?? 120_000;
  const done = new Promise<Ran>((resolve) => {
    let failure = '';
    const told = (code: number | null): void => {
      clearTimeout(timer);
      resolve({
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString() + failure,
        timedOut,
        ...(code === null || timedOut ? {} : { exitCode: code }),
      });
    };
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // what hangs in the kernel takes no signal: its answer is not waited for
      child.stdout?.destroy();
      child.stderr?.destroy();
      told(null);
    }, limit);
    child.on('error', (error) => {
      failure = error.message;
      told(127);
    });
    child.on('close', (code) => told(code));
  });
  return { done, kill: () => void child.kill('SIGKILL') };
}

export const run = (argv: readonly string[], options?: RunOptions): Promise<Ran> => launch(argv, options).done;

/** Throws with the program's own words unless it ended with 0; returns its trimmed output. */
export async function must(argv: readonly string[], options?: RunOptions): Promise<string> {
  const ran = await run(argv, options);
  if (ran.exitCode !== 0) throw new Error(failed(argv, ran));
  return ran.stdout.trim();
}

export function failed(argv: readonly string[], ran: Ran): string {
  const how = ran.timedOut ? 'did not end in time' : `exit status ${ran.exitCode ?? 'none'}`;
  return `${argv.join(' ').slice(0, 300)}: ${how}: ${[ran.stderr.trim(), ran.stdout.trim()]
    .filter((text) => text !== '')
    .join(' | ')
    .slice(-2000)}`;
}
