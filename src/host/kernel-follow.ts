import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { commandPath } from './command-path.ts';
import { kernelMessages } from './kernel-messages.ts';

/** Where no program follows the log it is read this often, ms. */
const READ_EVERY = 1000;

/**
 * Hands each new line of the kernel's log to `heard`, from now on. By dmesg(1), which sleeps until there is one
 * (util-linux 2.36 and later: --follow-new): a timer of ours would cost more than all looks between which it listens. Where
 * that does not run, by reading again and again. @returns what ends it
 */
export function followKernel(heard: (line: string) => void): () => void {
  let ended = false;
  let stopReading: (() => void) | undefined;
  const fallBack = () => {
    if (!ended) stopReading ??= readAgain(heard);
  };
  let child: ChildProcess | undefined;
  try {
    child = spawn('dmesg', ['--follow-new', '--raw'], {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', PATH: commandPath(process.env['PATH']) },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.on('error', fallBack);
    child.on('exit', fallBack);
    child.unref();
    if (child.stdout) createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', heard);
  } catch {
    fallBack();
  }
  return () => {
    ended = true;
    child?.kill('SIGKILL');
    stopReading?.();
  };
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
