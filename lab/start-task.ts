import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './guest/image.ts';
import type { Task } from './inside.ts';
import { inNamespaces, isRoot } from './namespaces.ts';
import type { Row } from './run.ts';
import { project } from './tools.ts';

/** Starts inside.ts on one task and waits for it; what it told: the row of a run, the rows of a crash loop, or nothing. */
export function startTask<T = Row>(task: Task): Promise<T | undefined> {
  const inner = [process.execPath, '--import', 'tsx', join(project, 'lab/inside.ts'), JSON.stringify(task)];
  // a shell's guest is to be reached from other terminals: it keeps to the namespaces everybody is in
  const apart = isRoot() && !(task.do === 'shell' && task.ground === 'vm');
  const argv = apart ? inNamespaces(inner) : ['setpriv', '--pdeathsig', 'KILL', '--', ...inner];
  const [program = '', ...args] = task.do === 'image' ? [...lock(task.guest), ...argv] : argv;
  const child = spawn(program, args, { cwd: project, stdio: ['inherit', 'inherit', 'inherit', 'pipe'] });
  let text = '';
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status !== 0 && task.do === 'shell') process.exitCode = 1;
      resolve(text === '' ? undefined : (JSON.parse(text) as T));
    });
  });
}

/** flock(1): one builder of an image at a time; the lock is gone with its holder. */
function lock(guest: string): string[] {
  mkdirSync(cacheDirectory(), { recursive: true });
  return ['setpriv', '--pdeathsig', 'KILL', '--', 'flock', join(cacheDirectory(), `${guest}.lock`)];
}
