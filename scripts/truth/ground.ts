import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Loop devices and mounts of one row, taken down in reverse order whatever happened. */
export class Ground {
  readonly #undo: (() => void)[] = [];

  constructor(readonly directory: string) {}

  run(program: string, ...args: string[]): string {
    const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    if (done.status !== 0)
      throw new Error(`${program} ${args.join(' ')}: ${done.error?.message ?? done.stderr.trim()}`);
    return done.stdout.trim();
  }

  /** A sparse file of `mib` MiB as a loop device. */
  loop(mib: number, file = join(this.directory, `image${this.#undo.length}`)): string {
    const fd = openSync(file, 'wx');
    ftruncateSync(fd, mib * 1024 ** 2);
    closeSync(fd);
    const device = this.run('losetup', '--find', '--show', file);
    this.#undo.push(() => this.run('losetup', '--detach', device));
    return device;
  }

  mount(device: string, type: string, options = 'defaults'): string {
    const path = join(this.directory, `mnt${this.#undo.length}`);
    mkdirSync(path);
    this.run('mount', '-t', type, '-o', options, device, path);
    this.run('chmod', '1777', path);
    this.#undo.push(() => this.run('umount', path));
    return path;
  }

  undo(): void {
    for (const step of this.#undo.reverse()) {
      try {
        step();
      } catch (error) {
        console.error(`left behind: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
