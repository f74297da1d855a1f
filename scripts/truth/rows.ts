import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ground } from './ground.ts';

export interface Row {
  name: string;
  /** who writes: ext4's reserve is for root alone */
  as: 'root' | 'user';
  counts?: 'inodes';
  /** makes it on loop devices and returns the path that is filled */
  make(ground: Ground): string;
}

/** File systems of this kernel, healthy and odd. */
export const rows: Row[] = [
  { name: 'ext4, 5 % root reserve, as a user', as: 'user', make: (g) => ext4(g, ['-m', '5']) },
  { name: 'ext4, 5 % root reserve, as root', as: 'root', make: (g) => ext4(g, ['-m', '5']) },
  { name: 'ext4, few inodes', as: 'root', counts: 'inodes', make: (g) => ext4(g, ['-N', '2000']) },
  { name: 'xfs', as: 'root', make: (g) => xfs(g, 1024) },
  { name: 'btrfs single', as: 'root', make: (g) => btrfs(g, [1024], 'single', 'single') },
  { name: 'btrfs DUP metadata', as: 'root', make: (g) => btrfs(g, [1024], 'single', 'dup') },
  { name: 'btrfs DUP data', as: 'root', make: (g) => btrfs(g, [1024], 'dup', 'dup') },
  { name: 'btrfs RAID1, 400 MiB + 2 GiB', as: 'root', make: (g) => btrfs(g, [400, 2048], 'raid1', 'raid1') },
  { name: 'btrfs RAID1, 1 + 1.5 + 3 GiB', as: 'root', make: (g) => btrfs(g, [1024, 1536, 3072], 'raid1', 'raid1') },
  { name: 'btrfs RAID0, 500 MiB + 1 GiB', as: 'root', make: (g) => btrfs(g, [500, 1024], 'raid0', 'raid1') },
  { name: 'btrfs RAID10, 4 x 600 MiB', as: 'root', make: (g) => btrfs(g, [600, 600, 600, 600], 'raid10', 'raid1') },
  {
    name: 'btrfs RAID1C3, 600 MiB to 1.2 GiB',
    as: 'root',
    make: (g) => btrfs(g, [600, 800, 1000, 1200], 'raid1c3', 'raid1'),
  },
  { name: 'btrfs RAID5, 3 x 600 MiB', as: 'root', make: (g) => btrfs(g, [600, 600, 600], 'raid5', 'raid1') },
  { name: 'btrfs mixed block groups', as: 'root', make: mixed },
  { name: 'ext4, 1 KiB blocks, as a user', as: 'user', make: (g) => ext4(g, ['-b', '1024']) },
  { name: 'xfs, 16 MiB short of full', as: 'root', make: nearlyFullXfs },
  { name: 'btrfs, nearly all chunks allocated', as: 'root', make: chunksAllocated },
  { name: 'overlay2 on xfs', as: 'root', make: overlayOnXfs },
  { name: 'ext4 in a loop file on nearly full ext4', as: 'root', make: (g) => loopOn(g, ext4(g, ['-m', '1']), 'ext4') },
  { name: 'xfs in a loop file on nearly full xfs', as: 'root', make: (g) => loopOn(g, xfs(g, 1024), 'xfs') },
  {
    name: 'btrfs in a loop file on nearly full ext4',
    as: 'root',
    make: (g) => loopOn(g, ext4(g, ['-m', '0']), 'btrfs'),
  },
];

function ext4(ground: Ground, options: string[]): string {
  const device = ground.loop(1024);
  ground.run('mkfs.ext4', '-q', '-F', ...options, device);
  return ground.mount(device, 'ext4');
}

function xfs(ground: Ground, mib: number): string {
  const device = ground.loop(mib);
  ground.run('mkfs.xfs', '-q', '-f', device);
  return ground.mount(device, 'xfs');
}

function btrfs(ground: Ground, mib: number[], data: string, metadata: string): string {
  const devices = mib.map((size) => ground.loop(size));
  ground.run('mkfs.btrfs', '-q', '-f', '-d', data, '-m', metadata, ...devices);
  ground.run('btrfs', 'device', 'scan', ...devices);
  return ground.mount(devices[0] ?? '', 'btrfs', devices.map((device) => `device=${device}`).join(','));
}

/** Fills with 1 MiB files, deletes evenly: every byte stays given to chunks that are 60 % full. */
function chunksAllocated(ground: Ground): string {
  const path = btrfs(ground, [2048], 'single', 'dup');
  const directory = join(path, 'old');
  mkdirSync(directory);
  let count = 0;
  for (; count < 4096; count++) {
    try {
      ground.run('dd', 'if=/dev/urandom', `of=${join(directory, String(count))}`, 'bs=1M', 'count=1');
    } catch {
      break;
    }
  }
  for (let i = 0; i < count; i++) if (i % 5 < 2) rmSync(join(directory, String(i)), { force: true });
  ground.run('btrfs', 'filesystem', 'sync', path);
  ground.run('sync', '-f', path);
  return path;
}

function overlayOnXfs(ground: Ground): string {
  const base = xfs(ground, 1024);
  for (const name of ['lower', 'upper', 'work']) mkdirSync(join(base, name));
  return ground.mount(
    'overlay',
    'overlay',
    `lowerdir=${join(base, 'lower')},upperdir=${join(base, 'upper')},workdir=${join(base, 'work')}`,
  );
}

/** A sparse 4 GiB file with a file system of its own, on a file system with about 300 MiB left. */
function loopOn(ground: Ground, base: string, type: 'ext4' | 'xfs' | 'btrfs'): string {
  ground.run('fallocate', '-l', '600M', join(base, 'ballast'));
  const device = ground.loop(4096, join(base, 'disk.img'));
  ground.run(`mkfs.${type}`, ...(type === 'ext4' ? ['-q', '-F'] : ['-q', '-f']), device);
  ground.run('sync');
  return ground.mount(device, type);
}

function mixed(ground: Ground): string {
  const device = ground.loop(512);
  ground.run('mkfs.btrfs', '-q', '-f', '--mixed', '-d', 'single', '-m', 'single', device);
  return ground.mount(device, 'btrfs');
}

function nearlyFullXfs(ground: Ground): string {
  const path = xfs(ground, 600);
  const free = Number(ground.run('stat', '-f', '-c', '%a', path)) * 4096;
  ground.run('fallocate', '-l', String(free - 16 * 1024 ** 2), join(path, 'ballast'));
  return path;
}
