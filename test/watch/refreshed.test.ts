import { expect, test } from 'vitest';
import type { Host, Ran } from '../../src/host/host.ts';
import type { Layer } from '../../src/stack/layer.ts';
import type { Look } from '../../src/watch/look.ts';
import { pulseOf } from '../../src/watch/pulse.ts';
import { plainFileSystems, refreshed } from '../../src/watch/refreshed.ts';
import { unmoved } from '../../src/watch/unmoved.ts';

const BLOCK = 4096;
const BLOCKS = 1_000_000;
const disk: Layer = { id: 'disk:sda', kind: 'disk', name: 'disk sda', resources: [], on: [] };
const fs = (change: Partial<Layer> = {}): Layer => ({
  id: 'fs:/',
  kind: 'file-system',
  name: 'ext4 on /dev/sda',
  path: '/',
  storage: 'ext4',
  resources: [
    { name: 'bytes', unit: 'bytes', capacity: BLOCKS * BLOCK, used: 0, free: 800_000 * BLOCK },
    { name: 'root reserve', unit: 'bytes', capacity: 1000 * BLOCK },
    { name: 'inodes', unit: 'count', capacity: 5000, used: 1000, free: 4000 },
  ],
  on: ['disk:sda'],
  ...change,
});
const store: Layer = { id: 'store:/d', kind: 'store', name: 'docker', path: '/d', resources: [], on: ['fs:/'] };
const look = (layers: Layer[]): Look => ({
  at: 0,
  seconds: 1,
  host: { engines: [] },
  findings: [],
  layers,
  headroom: [
    { consumer: '/d', layer: 'store:/d', bytes: 7, dfAvailable: 7, inodes: 7 },
    { consumer: '/other', layer: 'fs:/other', bytes: 5 },
  ],
});
const usual = look([store, fs(), disk]);

/** A machine whose `/` is an ext4 that has so much left. */
function pulse(available: number, of: { files?: number; type?: string; blocks?: number; look?: Look } = {}) {
  const ran: Ran = { exitCode: 1, stdout: '', stderr: '', durationMs: 1 };
  const { files = 4000, type = 'ext4', blocks = BLOCKS } = of;
  const host: Host = {
    label: 'a machine',
    run: async () => ran,
    statfs: async () => ({
      ok: true,
      value: {
        type: 0,
        blockSize: BLOCK,
        blocks,
        bfree: available + 1000,
        bavail: available,
        files: 5000,
        ffree: files,
      },
    }),
    read: async (path) =>
      path === '/proc/self/mountinfo'
        ? { ok: true, content: type.replaceAll(/\S+/g, (one) => `22 1 8:0 / / rw - ${one} /dev/sda rw\n`) }
        : { ok: false, reason: 'missing', message: '' },
    get: async () => ran,
    close: async () => {},
  };
  return pulseOf(host, of.look ?? usual);
}

test('what statfs says is in each look, and the headroom of who writes there is reckoned again from it', async () => {
  const now = refreshed(usual, await pulse(790_000, { files: 3900 }));
  expect(now.layers[1]?.resources).toEqual([
    { name: 'bytes', unit: 'bytes', capacity: BLOCKS * BLOCK, used: 209_000 * BLOCK, free: 790_000 * BLOCK },
    { name: 'root reserve', unit: 'bytes', capacity: 1000 * BLOCK },
    { name: 'inodes', unit: 'count', capacity: 5000, used: 1100, free: 3900 },
  ]);
  expect(now.headroom[0]).toMatchObject({
    consumer: '/d',
    bytes: 790_000 * BLOCK,
    rootBytes: 1000 * BLOCK,
    dfAvailable: 790_000 * BLOCK,
    inodes: 3900,
    stoppedBy: { layer: 'fs:/', resource: 'bytes' },
  });
  expect(now.headroom[1]).toBe(usual.headroom[1]);
  // nothing new: the same look, which costs nothing
  expect(refreshed(now, await pulse(790_000, { files: 3900 }))).toBe(now);
});

test('another file system at the same place is not taken for it', async () => {
  expect(refreshed(usual, await pulse(10, { type: 'tmpfs' }))).toBe(usual);
  expect(refreshed(usual, await pulse(10, { type: 'ext4 tmpfs' }))).toBe(usual);
  expect(refreshed(usual, await pulse(10, { blocks: 10 * BLOCKS }))).toBe(usual);
  // mounted on itself, as a bind mount is
  expect(refreshed(usual, await pulse(10, { type: 'ext4 ext4' }))).not.toBe(usual);
});

test('far from full a twentieth may move before all is asked; near to it a thousandth', async () => {
  const moved = async (from: number, to: number, files?: number, of = usual) =>
    !unmoved(of, await pulse(from, { look: of }), await pulse(to, { look: of, ...(files ? { files } : {}) }));
  expect(await moved(800_000, 770_000)).toBe(false);
  expect(await moved(800_000, 750_000)).toBe(true);
  expect(await moved(800_000, 850_000)).toBe(true);
  expect(await moved(800_000, 800_000, 3850)).toBe(false);
  expect(await moved(800_000, 800_000, 3700)).toBe(true);
  expect(await moved(201_000, 199_000)).toBe(true);
  expect(await moved(190_000, 189_000)).toBe(true);
  expect(await moved(190_000, 189_900)).toBe(false);
});

test('where something of its own lies on it or below it, statfs is not the whole truth', () => {
  const plain = (...layers: Layer[]) => [...plainFileSystems(layers)];
  const layer = (kind: Layer['kind'], on: string[], resources: Layer['resources'] = []): Layer => ({
    id: `${kind}:x`,
    kind,
    name: kind,
    resources,
    on,
  });
  const quota = [{ name: 'quota' as const, unit: 'bytes' as const, capacity: 9, free: 5 }];
  expect(plain(store, fs(), disk)).toEqual(['fs:/']);
  expect(plain(layer('container', ['store:/d']), store, fs(), disk)).toEqual(['fs:/']);
  expect(plain(fs({ storage: 'btrfs' }), disk)).toEqual([]);
  expect(plain(fs({ storage: 'zfs' }))).toEqual([]);
  expect(plain(fs({ on: ['thin-volume:x'] }), layer('thin-volume', ['disk:sda']), disk)).toEqual([]);
  expect(plain(fs({ on: ['device-mapper:x'] }), layer('device-mapper', []))).toEqual([]);
  expect(plain(layer('loop', ['fs:/']), fs(), disk)).toEqual([]);
  expect(plain(layer('thin-pool', ['loop:x']), layer('loop', ['fs:/']), fs(), disk)).toEqual([]);
  expect(plain(layer('container', ['fs:/'], quota), fs(), disk)).toEqual([]);
  // a store on a pool and on a file system: both limit it
  expect(plain({ ...store, on: ['fs:/', 'thin-pool:x'] }, layer('thin-pool', []), fs(), disk)).toEqual([]);
});
