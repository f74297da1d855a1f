import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Drives a small mounted btrfs into the state of the first incident: every chunk allocated, data
 * chunks half empty, metadata exhausted, df showing free space, until even chmod fails.
 * Shared metadata is what fills: small inline files, a snapshot of them, and a chmod through it.
 * Returns false when creates still work at the end.
 */
export function exhaustBtrfsMetadata(mount: string, directory: string): boolean {
  mkdirSync(directory, { recursive: true });
  const inline = Buffer.alloc(2000, 'x');
  const layer = join(directory, 'layer');
  btrfs('subvolume', 'create', layer);
  const { blocks, bsize } = statfsSync(mount);
  const small = Math.max(1500, Math.floor((blocks * bsize) / 2 ** 17));
  for (let i = 0; i < small; i++) {
    const folder = join(layer, String(Math.floor(i / 200)));
    if (i % 200 === 0) mkdirSync(folder);
    write(join(folder, String(i)), inline);
  }
  btrfs('subvolume', 'snapshot', layer, join(directory, 'snapshot'));
  sync(mount);

  const data = join(directory, 'data');
  mkdirSync(data);
  const mebibyte = randomBytes(2 ** 20);
  for (let i = 0, refused = 0; refused < 3; i++) {
    if (!write(join(data, String(i)), mebibyte)) {
      refused++;
      sync(mount);
    }
  }
  // evenly, so that no chunk becomes empty: the kernel would give an empty one back
  for (const [index, name] of readdirSync(data).sort().entries()) if (index % 15 < 7) unlinkSync(join(data, name));
  sync(mount);

  const more = join(directory, 'more');
  mkdirSync(more);
  for (let i = 0, refused = 0; refused < 3; i++) {
    if (!write(join(more, String(i)), inline)) {
      refused++;
      sync(mount);
    }
  }
  let inARow = 0;
  for (const folder of readdirSync(join(directory, 'snapshot'))) {
    for (const name of readdirSync(join(directory, 'snapshot', folder))) {
      inARow = attempt(() => chmodSync(join(directory, 'snapshot', folder, name), 0o600)) ? 0 : inARow + 1;
      if (inARow >= 15) break;
    }
    if (inARow >= 15) break;
  }
  sync(mount);
  return !attempt(() => mkdirSync(join(directory, 'still-works')));
}

function write(path: string, bytes: Buffer): boolean {
  const done = attempt(() => {
    const fd = openSync(path, 'w');
    try {
      if (writeSync(fd, bytes) < bytes.length) throw new Error('short write');
    } finally {
      closeSync(fd);
    }
  });
  if (!done) attempt(() => unlinkSync(path));
  return done;
}

function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function btrfs(...argv: string[]): void {
  const done = spawnSync('btrfs', argv, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`btrfs ${argv.join(' ')}: ${done.stderr}`);
}

function sync(mount: string): void {
  spawnSync('sync', ['-f', mount]);
}
