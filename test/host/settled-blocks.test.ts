import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settledBlocks } from '../../src/host/settled-blocks.ts';

/** ext4 file systems that are mounted here, by number of their device as stat(2) gives it. */
const ext4 = (existsSync('/sys/fs/ext4') ? readdirSync('/sys/fs/ext4') : []).flatMap((name) => {
  const numbers = `/sys/class/block/${name}/dev`;
  if (!existsSync(numbers)) return [];
  const [major = 0, minor = 0] = readFileSync(numbers, 'utf8').split(':').map(Number);
  return [{ name, device: major * 256 + (minor % 256) + Math.floor(minor / 256) * 2 ** 20 }];
});

test('a device that is no ext4 has its blocks after ten minutes at the earliest', () => {
  expect(1e12 - settledBlocks(0, 1e12)).toBeGreaterThanOrEqual(600_000);
});

test.skipIf(ext4.length === 0)('an ext4 without delayed blocks has them after seconds', () => {
  for (const { name, device } of ext4) {
    const counter = `/sys/fs/ext4/${name}/delayed_allocation_blocks`;
    let right = false;
    // others write while we look, and unmount
    for (let i = 0; i < 100 && !right; i++) {
      if (!existsSync(counter)) break;
      const none = readFileSync(counter, 'utf8').trim() === '0';
      right = 1e12 - settledBlocks(device, 1e12) < 60_000 === none;
    }
    expect(right || !existsSync(counter)).toBe(true);
  }
});
