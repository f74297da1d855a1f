import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerFiles } from '../../src/rescue/find-subject.ts';
import { listSource } from '../../src/rescue/list.ts';
import { openRescueSource } from '../../src/rescue/open-source.ts';
import { listThinPool } from '../../src/rescue/thin/documents.ts';
import { openThinSource } from '../../src/rescue/thin/open-pool.ts';
import { boltFile } from '../formats/bolt/files.ts';
import { writePool } from '../formats/dm-thin/writer.ts';
import { packed } from '../formats/ext4/packed.ts';

const BLOCK = 65_536;

test('a pool of containerd’s devmapper snapshotter: its snapshots by name, their files', () => {
  const root = mkdtempSync(join(tmpdir(), 'ullage-containerd-'));
  try {
    const { image } = packed('small');
    const blocks = Math.ceil(image.length / BLOCK);
    const mappings = Array.from({ length: blocks }, (_, i): [number, number, number] => [i, i, 1]);
    const devices = [1, 2, 3, 4].map((id) => ({ id, mappings }));
    const at = join(root, 'io.containerd.snapshotter.v1.devmapper');
    mkdirSync(at);
    writeFileSync(join(at, 'data'), image);
    writeFileSync(join(at, 'meta'), writePool({ devices, dataBlocks: blocks, metadataBlocks: 96, perNode: 12 }));
    const without = openRescueSource({ sources: [], data: join(at, 'data'), metadata: join(at, 'meta') });
    expect(listSource(without).devices.map(({ name }) => name)).toEqual([undefined, undefined, undefined, undefined]);
    without.close();
    writeFileSync(join(at, 'containerd-pool.db'), boltFile('containerd-pool.db'));
    writeFileSync(join(at, 'metadata.db'), boltFile('metadata.db'));
    const pool = openThinSource({ sources: [root] });
    expect(listThinPool(pool).devices.map(({ id, name, hash }) => [id, name, hash])).toEqual([
      [1, 'layer a067ae4ff6fa', 'containerd-pool-snap-1'],
      [2, 'layer f994e8af3aaa', 'containerd-pool-snap-2'],
      [3, 'snapshot web', 'containerd-pool-snap-3'],
      [4, 'snapshot db', 'containerd-pool-snap-4'],
    ]);
    pool.close();
    const source = openRescueSource({ sources: [root] });
    expect(source.driver).toBe('devmapper');
    const { tree, top } = source.layer('containerd-pool-snap-3');
    expect(tree.node(top).kind).toBe('directory');
    expect(() =>
      containerFiles(source, { id: '1', name: 'x', entrypoint: [], command: [], running: false, files: [] }),
    ).toThrow(/lost/);
    source.close();
  } finally {
    rmSync(root, { recursive: true });
  }
});
