import { expect, test } from 'vitest';
import { bytesOf, settingsFault } from '../../src/remedies/plans/settings.ts';
import { withoutStorageFlags } from '../../src/remedies/plans/storage-flags.ts';

test("only what chooses the storage is taken from dockerd's words", () => {
  const words = [
    '-s',
    'devicemapper',
    '--storage-opt',
    'dm.basesize=20G',
    '-H',
    'fd://',
    '--storage-driver=vfs',
    '-sbtrfs',
    '--storage-opt=x=y',
    '--selinux-enabled',
  ];
  expect(withoutStorageFlags(words)).toEqual(['-H', 'fd://', '--selinux-enabled']);
});

test('sizes as LVM and btrfs read them', () => {
  expect(['10g', '512MiB', '1.5 GiB', '1073741824', '50m'].map(bytesOf)).toEqual([
    10 * 2 ** 30,
    512 * 2 ** 20,
    1.5 * 2 ** 30,
    2 ** 30,
    50 * 2 ** 20,
  ]);
  expect(['', 'ten', '-1g', '1e9', '10gg', '9999999999t'].map(bytesOf)).toEqual(Array(6).fill(undefined));
});

test('a setting that is wrong is told in one sentence', () => {
  const settings = [{ name: 'size', says: 'how large', kind: 'bytes' as const, required: true }];
  expect(settingsFault(settings, new Map([['size', '10g']]))).toBeUndefined();
  expect(settingsFault(settings, new Map([['size', 'big']]))).toMatch(/not a size/);
  expect(settingsFault(settings, new Map([['sise', '1g']]))).toMatch(/no setting sise; this remedy has: size/);
  expect(settingsFault(settings, new Map())).toMatch(/--set size=… is needed: how large/);
});
