import { describe, expect, it } from 'vitest';
import { dmThinDataFull } from '../../src/causes/dm-thin-data-full.ts';
import { dmThinMetadataFull } from '../../src/causes/dm-thin-metadata-full.ts';
import { remedies } from '../../src/remedies/index.ts';
import { best, fact, host } from './thin-scene.ts';

const GIB_SECTORS = 2 ** 21;
const pool = (name: string, dataDevice: string) => [
  fact('dm-table', {
    name,
    start: 0,
    length: GIB_SECTORS,
    target: 'thin-pool',
    args: [],
    thinPool: { metadataDevice: '254:0', dataDevice, blockSectors: 128, lowWaterBlocks: 0, features: [] },
  }),
  fact('dm-status', {
    name,
    start: 0,
    length: GIB_SECTORS,
    target: 'thin-pool',
    thinPool: {
      transactionId: 1,
      usedMetadata: 255,
      totalMetadata: 256,
      usedData: 16384,
      totalData: 16384,
      mode: 'out_of_data_space',
      discard: 'discard_passdown',
      whenFull: 'error',
      needsCheck: true,
    },
  }),
];
const linear = (name: string) =>
  fact('dm-table', {
    name,
    start: 0,
    length: GIB_SECTORS,
    target: 'linear',
    args: [],
    linear: { device: '8:16', offset: 0 },
  });
const docker = (poolName: string) => fact('docker-dm', { poolName, dataUsed: 2 ** 30, dataTotal: 2 ** 30 });
const snapshot = fact('dm-table', {
  name: 'dev-snap-7',
  start: 0,
  length: GIB_SECTORS,
  target: 'thin',
  args: [],
  thin: { pool: '254:2', deviceId: 3 },
});

const data = (...facts: Parameters<typeof host>) => best(dmThinDataFull, host(...facts))?.remedies;
const metadata = (...facts: Parameters<typeof host>) => best(dmThinMetadataFull, host(...facts))?.remedies;

describe('cures of a full thin pool', () => {
  it('are LVM’s where the pool is', () => {
    const facts = [...pool('vg-pool-tpool', '254:1'), linear('vg-pool_tdata'), docker('vg-pool')];
    expect(data(...facts)?.[0]).toBe('thin-extend');
    expect(data(...facts)).not.toContain('dmsetup-grow-thin-pool');
    expect(metadata(...facts)?.[0]).toBe('extend-thin-metadata');
  });

  it('are dmsetup’s where it was made by hand', () => {
    const facts = [...pool('dev', '254:1'), linear('dev-data')];
    expect(data(...facts)).toEqual(['dmsetup-grow-thin-pool', 'thin-trim', 'docker-image-prune']);
    expect(metadata(...facts)).toEqual(['dmsetup-grow-thin-metadata', 'thin-repair']);
  });

  it('are containerd’s where its snapshots lie on the pool', () => {
    expect(data(...pool('dev', '254:1'), linear('dev-data'), snapshot)).toEqual([
      'dmsetup-grow-thin-pool',
      'thin-trim',
      'clean-containerd-snapshots',
    ]);
    expect(data(...pool('dev', '7:1'), snapshot)).toEqual([
      'grow-loop-pool',
      'thin-trim',
      'clean-containerd-snapshots',
    ]);
  });

  it('are the loop file’s where the pool lies on one', () => {
    const facts = [...pool('docker-8:1-12-pool', '7:1'), docker('docker-8:1-12-pool')];
    expect(data(...facts)).toContain('switch-to-overlay2');
    expect(data(...facts)?.[0]).toBe('grow-loop-pool');
    expect(metadata(...facts)?.[0]).toBe('dmsetup-grow-thin-metadata');
  });

  it('exist', () => {
    const known = remedies.map(({ id }) => id);
    for (const id of data(...pool('dev', '254:1'), snapshot) ?? ['?']) expect(known).toContain(id);
    expect(known).toContain('dmsetup-grow-thin-metadata');
  });
});
