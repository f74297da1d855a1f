import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a program; what it printed. @throws Error with what it said */
export function must(...argv: string[]): string {
  const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', maxBuffer: 256 * 2 ** 20 });
  if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr || done.error?.message}`);
  return done.stdout;
}

export interface BtrfsOnLoops {
  images: string[];
  devices: string[];
  mount: string;
  unmount(): void;
  remove(): void;
}

/** A btrfs on loop devices, mounted. `size` bytes each. */
export function makeBtrfs(
  home: string,
  devices: number,
  mkfs: readonly string[],
  options = 'noatime',
  size = 2 ** 30,
): BtrfsOnLoops {
  mkdirSync(join(home, 'mount'), { recursive: true });
  const images: string[] = [];
  const loops: string[] = [];
  const mount = join(home, 'mount');
  const isMounted = () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${mount} `);
  const unmount = () => {
    if (isMounted()) must('umount', mount);
  };
  const remove = () => {
    spawnSync('umount', ['-R', '-l', mount]);
    for (const loop of loops) spawnSync('losetup', ['-d', loop]);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    for (let i = 0; i < devices; i++) {
      const image = join(home, `image${i}`);
      writeFileSync(image, '');
      truncateSync(image, size);
      images.push(image);
      loops.push(must('losetup', '-f', '--show', image).trim());
    }
    must('mkfs.btrfs', '-q', '-f', ...mkfs, ...loops);
    must('mount', '-o', options, loops[0] ?? '', mount);
  } catch (error) {
    remove();
    throw error;
  }
  return { images, devices: loops, mount, unmount, remove };
}

/** `0/256 rfer excl` of every subvolume, after everything was written and counted anew. */
export function qgroups(mount: string): Map<string, { referenced: number; exclusive: number }> {
  must('sync', '-f', mount);
  must('btrfs', 'quota', 'enable', mount);
  must('btrfs', 'quota', 'rescan', '-w', mount);
  must('btrfs', 'filesystem', 'sync', mount);
  const found = new Map<string, { referenced: number; exclusive: number }>();
  for (const [, id = '', referenced, exclusive] of must('btrfs', 'qgroup', 'show', '--raw', mount).matchAll(
    /^0\/(\d+)\s+(\d+)\s+(\d+)/gm,
  ))
    found.set(id, { referenced: Number(referenced), exclusive: Number(exclusive) });
  return found;
}
