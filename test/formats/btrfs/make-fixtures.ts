/**
 * `node --import tsx test/formats/btrfs/make-fixtures.ts` (root, loop devices): makes the small file systems that
 * the tests read, with what the kernel's qgroups say of them. Blocks of zeros are left out, data is zeros.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeBtrfs, must, qgroups } from '../../kernel/support/loops.ts';

const BLOCK = 4096;
const FIXTURES: [string, number, string[]][] = [
  ['dup-crc32c', 1, ['-dsingle', '-mdup', '-n', '4096']],
  ['raid1-xxhash', 2, ['-draid1', '-mraid1', '-n', '16384', '--csum', 'xxhash']],
  ['raid10-blake2', 4, ['-draid10', '-mraid10', '-n', '4096', '--csum', 'blake2']],
  ['raid5-sha256', 3, ['-draid5', '-mraid5', '-n', '4096', '--csum', 'sha256']],
];

for (const [name, devices, mkfs] of FIXTURES) {
  const fs = makeBtrfs(mkdtempSync(join(tmpdir(), 'ullage-fixture-')), devices, mkfs, 'noatime', 300 * 2 ** 20);
  try {
    fill(fs.mount);
    const groups = Object.fromEntries(qgroups(fs.mount));
    fs.unmount();
    const images = fs.images.map((path) => sparse(readFileSync(path)));
    const head = { images: images.map(({ size, offsets }) => ({ size, offsets })), groups };
    const body = Buffer.concat(images.map(({ blocks }) => blocks));
    const folder = join(import.meta.dirname, 'fixtures');
    writeFileSync(
      join(folder, `${name}.gz`),
      gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]), { level: 9 }),
    );
  } finally {
    fs.remove();
  }
}

function fill(mount: string): void {
  const root = join(mount, 'docker', 'subvolumes');
  mkdirSync(root, { recursive: true });
  must('btrfs', '-q', 'subvolume', 'create', join(root, 'base'));
  for (let i = 0; i < 60; i++)
    writeFileSync(join(root, 'base', `file${i}`), i % 2 ? Buffer.alloc(300, i) : Buffer.alloc(8192 * (1 + (i % 5))));
  for (let i = 0; i < 6; i++) {
    const at = join(root, `layer${i}`);
    must('btrfs', '-q', 'subvolume', 'snapshot', join(root, i < 3 ? 'base' : `layer${i - 3}`), at);
    writeFileSync(join(at, 'own'), Buffer.alloc(12_288));
    const fd = openSync(join(at, `file${i * 4}`), 'r+');
    writeSync(fd, Buffer.alloc(4096), 0, 4096, 0);
    closeSync(fd);
    must('cp', '--reflink=always', join(at, 'file2'), join(at, 'linked'));
  }
}

function sparse(bytes: Buffer): { size: number; offsets: number[]; blocks: Buffer } {
  const offsets: number[] = [];
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) continue;
    offsets.push(at / BLOCK);
    blocks.push(block);
  }
  return { size: bytes.length, offsets, blocks: Buffer.concat(blocks) };
}
