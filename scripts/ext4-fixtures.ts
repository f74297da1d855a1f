/**
 * Makes the packed images of test/formats/ext4/images anew, and beside each what the kernel shows
 * in it. Root, loop devices; `npx tsx scripts/ext4-fixtures.ts`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fillSmall } from '../test/kernel/support/ext4-content.ts';
import { kernelListing, type Listing } from '../test/kernel/support/trees.ts';
import { setup } from './kernel-setup.ts';

const INTO = 'test/formats/ext4/images';
setup();
const folder = mkdtempSync(join(tmpdir(), 'ullage-fixtures-'));
const at = join(folder, 'at');
mkdirSync(at);
mkdirSync(INTO, { recursive: true });

const run = (...argv: string[]): void => void execFileSync(argv[0] ?? '', argv.slice(1), { stdio: 'inherit' });

function mounted<T>(image: string, options: string, body: () => T): T {
  run('mount', '-o', `loop,${options}`, image, at);
  try {
    return body();
  } finally {
    run('umount', at);
  }
}

function make(name: string, options: readonly string[]): string {
  const image = join(folder, name);
  writeFileSync(image, '');
  truncateSync(image, 12 * 2 ** 20);
  run('mke2fs', '-q', '-F', '-b', '1024', '-N', '512', '-E', 'lazy_itable_init=0', ...options, image);
  return image;
}

function keep(name: string, image: string, listing: Listing): void {
  writeFileSync(join(INTO, `${name}.img.gz`), gzipSync(readFileSync(image), { level: 9 }));
  writeFileSync(join(INTO, `${name}.json.gz`), gzipSync(JSON.stringify([...listing]), { level: 9 }));
}

try {
  const small = make('small', ['-t', 'ext4', '-I', '256', '-O', 'inline_data,ea_inode', '-J', 'size=1']);
  mounted(small, 'rw', () => fillSmall(at));
  keep(
    'small',
    small,
    mounted(small, 'ro', () => kernelListing(at)),
  );

  const dirty = make('dirty', ['-t', 'ext4', '-J', 'size=1']);
  const [mine, its] = [join(folder, 'mine'), join(folder, 'its')];
  mounted(dirty, 'rw', () => {
    fillSmall(at);
    run('sync', '-f', at);
    rmSync(join(at, 'many'), { recursive: true });
    writeFileSync(join(at, 'after'), Buffer.from('c03b3998'.repeat(1024), 'hex'));
    run('sync', '-f', at);
    copyFileSync(dirty, mine);
    copyFileSync(dirty, its);
  });
  keep(
    'dirty',
    mine,
    mounted(its, 'rw,noatime', () => kernelListing(at)),
  );

  const old = make('old', ['-t', 'ext2', '-I', '128']);
  mounted(old, 'rw', () => fillSmall(at));
  keep(
    'old',
    old,
    mounted(old, 'ro', () => kernelListing(at)),
  );
} finally {
  rmSync(folder, { recursive: true });
}
