import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { must } from './loops.ts';

/** A real Podman with a store of its own; nothing of the machine's is read or written. */
export interface Podman {
  /** the graph root */
  root: string;
  /** where it puts things aside */
  staging: string;
  /** what it prints; whoever serves it in this process goes on meanwhile */
  run(...argv: string[]): Promise<string>;
  start(...argv: string[]): ChildProcess;
  /** unmounts what it left mounted */
  close(): void;
}

/** `options`: lines of `[storage.options.overlay]` in storage.conf(5). */
export function podmanAt(home: string, options: readonly string[] = []): Podman {
  const at = (name: string) => join(home, name);
  const root = at('storage');
  const staging = at('tmp');
  for (const name of ['home/.config/containers', 'tmp', 'bin']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('home/.config/containers/policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const overlay = options.length > 0 ? `[storage.options.overlay]\n${options.join('\n')}\n` : '';
  writeFileSync(
    at('storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${root}"\nrunroot = "${at('run')}"\n${overlay}`,
  );
  writeFileSync(
    at('containers.conf'),
    '[engine]\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\nruntime = "runc"\n',
  );
  const env = {
    ...process.env,
    HOME: at('home'),
    TMPDIR: staging,
    CONTAINERS_CONF: at('containers.conf'),
    CONTAINERS_STORAGE_CONF: at('storage.conf'),
    LC_ALL: 'C',
  };
  return {
    root,
    staging,
    async run(...argv) {
      return (await promisify(execFile)('podman', argv, { env, cwd: home, timeout: 240_000 })).stdout.trim();
    },
    start: (...argv) => spawn('podman', argv, { env, cwd: home, stdio: 'ignore' }),
    close() {
      const mounts = readFileSync('/proc/self/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[1] ?? '');
      for (const mount of mounts.filter((one) => one.startsWith(`${home}/`)).reverse()) must('umount', '-l', mount);
    },
  };
}

/** A directory of files as an image without a registry. */
export async function importFiles(
  podman: Podman,
  home: string,
  tag: string,
  files: Record<string, string | Buffer>,
): Promise<void> {
  const from = join(home, 'files');
  mkdirSync(from, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(from, name), content);
  must('tar', '-C', from, '-cf', join(home, 'files.tar'), '.');
  await podman.run('import', '--quiet', join(home, 'files.tar'), tag);
}
