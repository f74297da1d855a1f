import { expect, test } from 'vitest';
import { causes } from '../../src/causes/index.ts';
import type { Layer, ResourceName } from '../../src/stack/layer.ts';
import { foreseenCause } from '../../src/watch/alerts/foreseen-cause.ts';

const layer = (id: string, kind: Layer['kind'], on: string[], storage = ''): Layer => ({
  id,
  kind,
  name: id,
  storage,
  resources: [],
  on,
});
const LAYERS = [
  layer('container', 'container', ['fs:thin']),
  layer('fs:thin', 'file-system', ['thin'], 'ext4'),
  layer('thin', 'thin-volume', ['pool']),
  layer('pool', 'thin-pool', ['loop']),
  layer('loop', 'loop', ['fs:/']),
  layer('fs:/', 'file-system', ['disk'], 'ext4'),
  layer('fs:/data', 'file-system', ['disk'], 'btrfs'),
  layer('fs:/tmp', 'file-system', [], 'tmpfs'),
  layer('disk', 'disk', []),
];
const causeOf = (from: string, at: string, resource: ResourceName) => {
  const id = foreseenCause({ consumer: 'c', layer: from, stoppedBy: { layer: at, resource, why: '' } }, LAYERS);
  // one that the doctor knows
  expect([undefined, ...causes.map((one) => one.id)]).toContain(id);
  return id;
};

test('what ends says which cause is to come', () => {
  expect(causeOf('container', 'pool', 'data')).toBe('dm-thin-data-full');
  expect(causeOf('container', 'pool', 'metadata')).toBe('dm-thin-metadata-full');
  expect(causeOf('container', 'pool', 'minimum free space')).toBe('docker-dm-min-free-space');
  expect(causeOf('fs:/data', 'fs:/data', 'metadata')).toBe('btrfs-metadata-exhausted');
  expect(causeOf('fs:/', 'fs:/', 'bytes')).toBe('plain-fs-full');
});

test('a file system below a loop file is that cause, not a full disk', () => {
  expect(causeOf('container', 'fs:/', 'bytes')).toBe('loop-file-on-full-backing-fs');
});

test('where what ends does not say it, no cause is named', () => {
  expect(causeOf('container', 'fs:thin', 'bytes')).toBeUndefined();
  expect(causeOf('fs:/data', 'fs:/data', 'unallocated')).toBeUndefined();
  expect(causeOf('fs:/tmp', 'fs:/tmp', 'bytes')).toBeUndefined();
  expect(foreseenCause({ consumer: 'c', layer: 'fs:/' }, LAYERS)).toBeUndefined();
});
