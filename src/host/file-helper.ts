import { type ChildProcess, spawn } from 'node:child_process';
import { FILE_HELPER_SOURCE } from './file-helper-source.ts';
import { lateTimer } from './late-timer.ts';

/** What the helper answers; `timeout` and `lost` are ours. */
export interface FileAnswer {
  content?: string;
  truncated?: boolean;
  notFile?: boolean;
  /** type, bsize, blocks, bfree, bavail, files, ffree as decimal text */
  value?: string[];
  /** errno name */
  code?: string;
  message?: string;
  timeout?: boolean;
}

export interface FileHelper {
  ask(op: 'read' | 'statfs', path: string, timeoutMs: number, max: number): Promise<FileAnswer>;
  close(): void;
}

interface Running {
  child: ChildProcess;
  waiting: Map<number, (answer: FileAnswer) => void>;
  /** an operation hung: it answers what it was asked, then goes */
  retired: boolean;
}

/**
 * Reads files and asks statfs in a second process, with a time limit for each question. After
 * a time-out that process is left behind and the next question starts a new one. It never
 * keeps node alive.
 */
export function fileHelper(): FileHelper {
  let current: Running | undefined;
  let lastId = 0;

  const start = (): Running => {
    const { NODE_OPTIONS: _theirs, ...env } = process.env;
    const child = spawn(process.execPath, ['-e', FILE_HELPER_SOURCE], {
      cwd: '/',
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const running: Running = { child, waiting: new Map(), retired: false };
    const lost = (why: string) => {
      if (current === running) current = undefined;
      for (const answer of running.waiting.values()) answer({ code: 'ELOST', message: why });
      running.waiting.clear();
    };
    child.on('error', (error) => lost(`the file helper failed: ${error.message}`));
    child.on('exit', () => lost('the file helper ended'));
    child.on('message', (message: FileAnswer & { id: number }) => {
      running.waiting.get(message.id)?.(message);
      running.waiting.delete(message.id);
      if (running.retired && running.waiting.size === 0) child.kill('SIGKILL');
    });
    child.unref();
    child.channel?.unref();
    return running;
  };

  return {
    ask(op, path, timeoutMs, max) {
      current ??= start();
      const running = current;
      const id = ++lastId;
      return new Promise((resolve) => {
        const timer = lateTimer(timeoutMs, () => {
          running.waiting.delete(id);
          running.retired = true;
          if (current === running) current = undefined;
          if (running.waiting.size === 0) running.child.kill('SIGKILL');
          resolve({ timeout: true });
        });
        running.waiting.set(id, (answer) => {
          timer.stop();
          resolve(answer);
        });
        running.child.send({ id, op, path, max }, (error) => {
          if (!error) return;
          running.waiting.get(id)?.({ code: 'ELOST', message: error.message });
          running.waiting.delete(id);
        });
      });
    },
    close() {
      current?.child.kill('SIGKILL');
      current = undefined;
    },
  };
}
