import { expect, test } from 'vitest';
import { memoryReader } from '../../../src/formats/block-reader.ts';
import { FormatError } from '../../../src/formats/format-error.ts';
import { checksumOf } from '../../../src/formats/xfs/metadata-header.ts';
import { openXfs } from '../../../src/formats/xfs/open.ts';
import { treeListing } from '../../kernel/support/trees.ts';
import { packed } from './packed.ts';

test('a small image of all forms reads as the kernel showed it', () => {
  const { image, listing } = packed('small');
  const tree = openXfs(memoryReader(image));
  const got = treeListing(tree);
  expect(got.damage).toEqual([]);
  expect(Object.fromEntries(got.listing)).toEqual(Object.fromEntries(listing));
  expect(tree.state).toEqual({ clean: true, log: 'empty', notes: [] });
  expect(tree.features).toEqual(expect.arrayContaining(['crc=1', 'ftype', 'sparse', 'bigtime', 'reflink']));
});

test('a log that was not emptied is replayed, and matters', () => {
  const { image, listing } = packed('dirty');
  const tree = openXfs(memoryReader(image));
  const got = treeListing(tree);
  expect(got.damage).toEqual([]);
  expect(Object.fromEntries(got.listing)).toEqual(Object.fromEntries(listing));
  expect(tree.state).toMatchObject({ clean: false, log: 'replayed' });
  expect(tree.state.notes[0]).toMatch(/^The file system was not unmounted: \d+ transactions of its log were replayed/);
  const without = openXfs(memoryReader(withoutLog(image)));
  expect(without.state.log).toBe('stale');
  expect(treeListing(without).listing.size).toBeLessThan(listing.size);
});

test('version 4 reads as mkfs.xfs was told', () => {
  const { image, listing } = packed('version4');
  const tree = openXfs(memoryReader(image));
  const got = treeListing(tree);
  expect(got.damage).toEqual([]);
  for (const one of got.listing.values()) {
    Object.assign(one, { atime: '', mtime: '', ctime: '' });
    if (one.kind === 'directory') one.size = 0;
  }
  expect(Object.fromEntries(got.listing)).toEqual(Object.fromEntries(listing));
  expect(tree.features).toEqual(['crc=0', 'projid32bit']);
});

test('with the superblock gone one of its copies is used, and said', () => {
  const { image, listing } = packed('small');
  image.fill(0, 0, 512);
  const tree = openXfs(memoryReader(image));
  expect(treeListing(tree).listing.size).toBe(listing.size);
  expect(tree.state.notes[0]).toMatch(/^The superblock is damaged .* its copy at byte \d+ was used/);
});

test('features nobody knows are named, and stop the reading', () => {
  const { image } = packed('small');
  image.writeUInt32BE(image.readUInt32BE(216) | (1 << 20), 216);
  image.writeUInt32LE(checksumOf(image.subarray(0, 512), 224), 224);
  expect(() => openXfs(memoryReader(image))).toThrow(/features that are not known here.*incompat bit 20/);
});

test('what is no XFS is told at once', () => {
  expect(() => openXfs(memoryReader(new Uint8Array(100)))).toThrow(FormatError);
  expect(() => openXfs(memoryReader(new Uint8Array(2 ** 20)))).toThrow('no XFS superblock: memory, byte 0');
});

test('a source cut short gives what lies before its end', () => {
  const { image, listing } = packed('small');
  const tree = openXfs(memoryReader(image.subarray(0, image.length / 2)));
  const got = treeListing(tree);
  expect(tree.state.notes).toEqual([
    expect.stringMatching(/^The source has 25165824 bytes, the file system 50331648/),
    expect.anything(),
  ]);
  expect(got.damage.length).toBeGreaterThan(0);
  expect(got.listing.size).toBeGreaterThan(50);
  expect(got.listing.size).toBeLessThan(listing.size);
});

/** Zeros where the log is: XFS itself takes this for a log never written. */
function withoutLog(image: Buffer): Buffer {
  const copy = Buffer.from(image);
  const sb = {
    block: copy.readUInt32BE(4),
    agBlocks: copy.readUInt32BE(84),
    agLog: copy[124] as number,
    log: copy.readUInt32BE(52),
    blocks: copy.readUInt32BE(96),
  };
  const ag = Math.floor(sb.log / 2 ** sb.agLog);
  const at = (ag * sb.agBlocks + (sb.log % 2 ** sb.agLog)) * sb.block;
  copy.fill(0x55, at, at + sb.blocks * sb.block);
  return copy;
}
