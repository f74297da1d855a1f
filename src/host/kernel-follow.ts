import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { commandPath } from './command-path.ts';
import { kernelMessages } from './kernel-messages.ts';

/** Where no program follows the log it is read this often, ms. */
const READ_EVERY = 1000;

/** dmesg(1) that sleeps until there is a new line (util-linux 2.36 and later: --follow-new). */
const FOLLOW = ['dmesg', '--follow-new', '--raw'];
/**
 * Best first. A reader that is left behind by SIGKILL would sleep until the kernel's next line: setpriv(1) has it killed
 * with us (util-linux 2.33 and later; not in every package, nor in busybox).
 */
const PROGRAMS: readonly (readonly string[])[] = [['setpriv', '--pdeathsig', 'KILL', '--', ...FOLLOW], FOLLOW];

/**
 * Hands each new line of the kernel's log to `heard`, from now on. By a program that sleeps: a timer of ours would cost
 * more than all looks between which it listens. Where none runs, by reading again and again. @returns what ends it
 */
export function followKernel(heard: (line: string) => void): () => void {
  let ended = false;
  let stopReading: (() => void) | undefined;
  let child: ChildProcess | undefined;
  const follow = ([argv, ...others]: readonly (readonly string[])[]): void => {
    if (ended) return;
    if (argv === undefined) {
      stopReading ??= readAgain(heard);
      return;
    }
    let left = false;
    const next = () => {
      if (!left) follow(others);
      left = true;
    };
    try {
      child = start(argv, heard);
      child.on('error', next);
      child.on('exit', next);
    } catch {
      next();
    }
  };
  follow(PROGRAMS);
  return () => {
    ended = true;
    child?.kill('SIGKILL');
    stopReading?.();
  };
}

function start([program = '', ...args]: readonly string[], heard: (line: string) => void): ChildProcess {
  const child = spawn(program, args, {
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', PATH: commandPath(process.env['PATH']) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.unref();
  if (child.stdout) createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', heard);
  return child;
}

function readAgain(heard: (line: string) => void): () => void {
  const messages = kernelMessages();
  const timer = setInterval(() => {
    for (const line of messages.read()) heard(line);
  }, READ_EVERY);
  timer.unref();
  return () => {
    clearInterval(timer);
    messages.close();
  };
}
