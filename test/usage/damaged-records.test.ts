import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryReader } from '../../src/formats/block-reader.ts';
import { containerdLedger } from '../../src/usage/containerd/ledger.ts';
import { withThinDevices } from '../../src/usage/docker/devicemapper.ts';
import { lookAtDocker } from '../../src/usage/docker/look.ts';
import { podmanLedger } from '../../src/usage/podman/ledger.ts';
import { readStorage } from '../../src/usage/podman/records.ts';
import { type Packed, packBolt } from '../formats/bolt/pack.ts';
import { writePool } from '../formats/dm-thin/writer.ts';
import { makeDockerRoot } from '../rescue/docker-root.ts';
import { FakeDocker, randomFrom } from './engine.ts';

/** Records in which something cannot be understood name less than there is: what they do not name may have an owner. */
let home = '';
let root = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-damaged-'));
  root = join(home, 'root');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const later = () => ({ before: Date.now() + 1000 });
const nothing = { orphans: [], judged: false };

describe('Docker', () => {
  const look = (at: string) => {
    const { carver, notJudged } = lookAtDocker(at, Date.now(), later);
    return {
      orphans: carver.stores.flatMap(({ orphan, id, kind }) => (orphan && kind === 'layer' ? [id] : [])),
      judged: notJudged.length === 0,
    };
  };

  test.each<[string, (layerdb: string, chain: string, mount: string) => void]>([
    [
      'a cache-id of zeros, as a power cut leaves it',
      (at, chain) => writeFileSync(join(at, chain, 'cache-id'), '\0'.repeat(64)),
    ],
    ['a cache-id cut short', (at, chain) => writeFileSync(join(at, chain, 'cache-id'), 'abcdef')],
    ['a mount-id of another form', (at, _, mount) => writeFileSync(join(at, mount, 'mount-id'), 'X'.repeat(64))],
    ['an init-id of zeros', (at, _, mount) => writeFileSync(join(at, mount, 'init-id'), '\0'.repeat(69))],
    [
      'a record whose name is garbage',
      (at, chain) => {
        const raw = Buffer.concat([Buffer.from(join(at, 'sha256/')), Buffer.from([0xff, 0xfe, 0x41])]);
        cpSync(join(at, chain), join(at, 'kept'), { recursive: true });
        rmSync(join(at, chain), { recursive: true });
        mkdirSync(raw);
      },
    ],
    [
      'a record that was moved elsewhere behind a link',
      (at, chain) => {
        cpSync(join(at, chain), join(home, 'elsewhere'), { recursive: true });
        rmSync(join(at, chain), { recursive: true });
        symlinkSync(join(home, 'elsewhere'), join(at, chain));
      },
    ],
  ])('%s', (_, damage) => {
    const docker = new FakeDocker(root, randomFrom(7));
    for (const step of [...docker.pull(3)]) step();
    for (const step of [...docker.run(), ...docker.pull(1).slice(0, 5)]) step();
    expect(look(root)).toEqual({ orphans: [...docker.leftBehind], judged: true });
    const layerdb = join(root, 'image/overlay2/layerdb');
    const [chain = ''] = readdirSync(join(layerdb, 'sha256'));
    const [mount = ''] = readdirSync(join(layerdb, 'mounts'));
    damage(layerdb, join('sha256', chain), join('mounts', mount));
    expect(look(root)).toEqual(nothing);
  });
});

describe('Docker, devicemapper', () => {
  const extra = (id: number) => ({ id, mappings: [] });
  const records = () => join(root, 'devicemapper/metadata');
  const look = (devices: number[]) => {
    const metadata = writePool({
      devices: devices.map(extra),
      dataBlocks: 100,
      metadataBlocks: 96,
      perNode: 12,
    });
    const seen = lookAtDocker(root, Date.now(), later);
    const ledger = { stores: seen.carver.stores, holders: [], sharing: { owners: 0, groups: [] } };
    const { stores, notJudged } = withThinDevices(
      { ...ledger, source: { path: root, what: 'docker' }, notJudged: [], warnings: [] },
      seen,
      memoryReader(metadata),
      Date.now(),
      () => ({ before: Date.now() + 1000 }),
    );
    return {
      orphans: stores.flatMap(({ orphan, id }) => (orphan === undefined ? [] : [id])),
      judged: notJudged.length === 0,
    };
  };

  test('devices without a record are orphans only where the records are whole and of this pool', () => {
    const made = makeDockerRoot();
    cpSync(made.root, root, { recursive: true });
    rmSync(made.root, { recursive: true });
    const own = Object.values(made.devices);
    expect(look([...own, 9])).toEqual({ orphans: ['9'], judged: true });
    // the pool of virtual machines
    expect(look([1, 2, 3, 9])).toEqual(nothing);
    const [name = ''] = readdirSync(records());
    const record = readFileSync(join(records(), name), 'utf8');
    writeFileSync(join(records(), name), record.replace('"transaction_id":1', '"transaction_id":900'));
    expect(look([...own, 9])).toEqual(nothing);
    writeFileSync(join(records(), name), record);
    writeFileSync(join(records(), 'f'.repeat(64)), record);
    expect(look([...own, 9])).toEqual(nothing);
    rmSync(records(), { recursive: true });
    expect(look([...own, 9])).toEqual(nothing);
  });
});

describe('Podman', () => {
  const id = (digit: string) => digit.repeat(64);
  const look = async () => {
    const witness = { settle: later, atWork: () => ({ users: [], complete: true }) };
    const { stores, notJudged } = await podmanLedger(root, { now: Date.now() }, witness);
    return {
      orphans: stores.flatMap(({ orphan, id: one }) => (orphan === undefined ? [] : [one])),
      judged: notJudged.length === 0,
    };
  };
  const whole = {
    'overlay-layers/layers.json': [{ id: id('a') }, { id: id('b'), parent: id('a') }, { id: id('c'), parent: id('b') }],
    'overlay-images/images.json': [{ id: id('1'), layer: id('b'), 'mapped-layers': null }],
    'overlay-containers/containers.json': [{ id: id('7'), image: id('1'), layer: id('c') }],
  };
  const storage = () => {
    for (const path of ['storage.lock', 'overlay-images/images.lock', 'overlay-containers/containers.lock'])
      put(path, '');
    for (const [path, rows] of Object.entries(whole)) put(path, JSON.stringify(rows));
    for (const one of ['a', 'b', 'c', '9']) put(`overlay/${id(one)}/diff/file`, 'x');
  };

  test.each<[string, keyof typeof whole, unknown]>([
    ['no layer', 'overlay-layers/layers.json', []],
    ['no layer that an image stands on', 'overlay-layers/layers.json', [{ id: id('c'), parent: id('b') }]],
    ['ids that are numbers', 'overlay-layers/layers.json', [{ id: 7 }, { id: 8 }, { id: 9 }]],
    ['rows that are no objects', 'overlay-layers/layers.json', [null, id('a'), [id('b')]]],
    ['an image without a layer that is a name', 'overlay-images/images.json', [{ id: id('1'), layer: 5 }]],
    ['layers of an image that are no list', 'overlay-images/images.json', [{ id: id('1'), 'mapped-layers': id('b') }]],
    ['an image that is a text', 'overlay-images/images.json', [id('1')]],
    ['a container without a layer', 'overlay-containers/containers.json', [{ id: id('7'), layer: {} }]],
    ['a parent that is a list', 'overlay-layers/layers.json', [{ id: id('a'), parent: [id('b')] }]],
  ])('%s', async (_, path, rows) => {
    storage();
    expect(await look()).toEqual({ orphans: [id('9')], judged: true });
    put(path, JSON.stringify(rows));
    expect(await look()).toEqual(nothing);
  });

  test.each(Object.keys(whole))('an empty %s, as a power cut leaves it', async (path) => {
    storage();
    put(path, '');
    expect(await look()).toEqual(nothing);
    put(path, '\0'.repeat(500));
    expect(await look()).toEqual(nothing);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'a file that is listed and cannot be looked at, a folder that is not listed',
    () => {
      storage();
      chmodSync(home, 0o711);
      // read without search lists names, whose inodes are then denied: so does a damaged inode table
      for (const mode of [0o744, 0o700]) {
        chmodSync(join(root, 'overlay-images'), mode);
        process.seteuid?.(65534);
        try {
          expect(readStorage(root, []).flatMap(({ unclear }) => unclear)).toContain(
            join(root, 'overlay-images/images.json'),
          );
        } finally {
          process.seteuid?.(0);
        }
      }
    },
  );

  test('parents in a ring: each layer counts once', async () => {
    storage();
    put(
      'overlay-layers/layers.json',
      JSON.stringify([
        { id: id('c'), parent: id('b') },
        { id: id('b'), parent: id('c') },
      ]),
    );
    const { holders } = await podmanLedger(root, { now: Date.now() });
    for (const { stores } of holders) expect(stores).toEqual([...new Set(stores)]);
  });
});

describe('containerd', () => {
  const META = 'io.containerd.metadata.v1.bolt/meta.db';
  const SNAPSHOTS = 'io.containerd.snapshotter.v1.overlayfs';
  const snapshot = (number: number): Packed => ({ id: Uint8Array.of(number), kind: Uint8Array.of(3) });
  const names = { 'default/1/a': snapshot(1), 'default/2/b': snapshot(2) };
  const keys: Packed = { a: { name: 'default/1/a' }, b: { name: 'default/2/b' } };
  const meta = (snapshots: Packed): Packed => ({ v1: { default: { snapshots: { overlayfs: snapshots } } } });
  const look = async () => {
    const { stores, notJudged } = await containerdLedger(root, { now: Date.now() }, later);
    return {
      orphans: stores.flatMap(({ orphan, id }) => (orphan === undefined ? [] : [id])),
      judged: notJudged.length === 0,
    };
  };
  const storage = (records: Packed, snapshots: Packed) => {
    put(META, packBolt(records));
    put(`${SNAPSHOTS}/metadata.db`, packBolt(snapshots));
    for (const one of ['1', '2', '3']) put(`${SNAPSHOTS}/snapshots/${one}/fs/file`, 'x');
    put(`io.containerd.content.v1.content/blobs/sha256/${'a'.repeat(64)}`, 'x');
  };

  test.each<[string, Packed, Packed]>([
    ['a meta.db without what version 1 has', { v2: {} }, { v1: { snapshots: names } }],
    ['a meta.db with nothing in it', {}, { v1: { snapshots: names } }],
    ['a snapshotter with buckets of another version', meta(keys), { v2: { snapshots: names } }],
    ['a snapshot without a number', meta(keys), { v1: { snapshots: { ...names, 'default/1/a': { kind: 'x' } } } }],
    ['a snapshot without a name', meta({ ...keys, a: { parent: 'x' } }), { v1: { snapshots: names } }],
  ])('%s', async (_, records, snapshots) => {
    storage(meta(keys), { v1: { snapshots: names } });
    expect(await look()).toEqual({ orphans: [`sha256:${'a'.repeat(64)}`, 'overlayfs/3'], judged: true });
    storage(records, snapshots);
    const { orphans, judged } = await look();
    // what its own snapshotter does not know is one all the same
    expect([orphans.filter((one) => one !== 'overlayfs/3' && !/^sha/.test(one)), judged]).toEqual([[], false]);
    if (records.v1 === undefined) expect(orphans).toEqual(['overlayfs/3']);
  });

  test('what containerd collects as garbage while it is looked at', async () => {
    const during = async (change: () => void, first: Packed = meta(keys), known: Packed = names) => {
      storage(first, { v1: { snapshots: known } });
      const settle = () => {
        change();
        return later();
      };
      const { stores, notJudged } = await containerdLedger(root, { now: Date.now() }, settle);
      return [
        stores.flatMap(({ orphan, id }) => (orphan === undefined ? [] : [id])),
        notJudged.map(({ what, why }) => `${what.slice(root.length + 1)}: ${why}`),
      ];
    };
    const rest = [`sha256:${'a'.repeat(64)}`, 'overlayfs/3'];
    expect(await during(() => undefined)).toEqual([rest, []]);
    const moved = [expect.stringMatching(/snapshots\/2: its records changed/)];
    // its name goes first, then the record of its snapshotter, at last its directory
    const unnamed = () => put(META, packBolt(meta({ a: { name: 'default/1/a' } })));
    const unrecorded = () =>
      put(`${SNAPSHOTS}/metadata.db`, packBolt({ v1: { snapshots: { 'default/1/a': snapshot(1) } } }));
    expect(await during(unnamed)).toEqual([rest, moved]);
    expect(await during(unrecorded, meta({ a: { name: 'default/1/a' } }))).toEqual([rest, moved]);
    expect(await during(() => rmSync(join(root, SNAPSHOTS, 'snapshots/3'), { recursive: true }))).toEqual([
      rest.slice(0, 1),
      [],
    ]);
    const blobs = (...digests: string[]): Packed => ({
      v1: {
        default: {
          content: { blob: Object.fromEntries(digests.map((one) => [one, { size: 'x' }])) },
          snapshots: { overlayfs: keys },
        },
      },
    });
    expect(await during(() => put(META, packBolt(blobs())), blobs(`sha256:${'a'.repeat(64)}`))).toEqual([
      ['overlayfs/3'],
      [expect.stringMatching(/blobs\/sha256\/a{64}: its records changed/)],
    ]);
  });

  test('what a containerd at work may be collecting when it is first looked at', async () => {
    const orphans = async (change: () => void) => {
      storage(meta({ a: { name: 'default/1/a' } }), { v1: { snapshots: names } });
      const settle = () => {
        change();
        return { ...later(), by: 'containerd (process 77)' };
      };
      const { stores, notJudged } = await containerdLedger(root, { now: Date.now() }, settle);
      return [stores.filter(({ orphan }) => orphan !== undefined).length, notJudged.map(({ why }) => why)];
    };
    expect(await orphans(() => undefined)).toEqual([3, []]);
    // another snapshot went, so these may be next
    put(`${SNAPSHOTS}/snapshots/4/fs/file`, 'x');
    const gone = () => rmSync(join(root, SNAPSHOTS, 'snapshots/4'), { recursive: true });
    expect(await orphans(gone)).toEqual([0, [expect.stringMatching(/collects as garbage/)]]);
  });

  test('a snapshotter whose database could be read the second time only', async () => {
    storage(meta(keys), { v2: {} });
    const settle = () => {
      put(`${SNAPSHOTS}/metadata.db`, packBolt({ v1: { snapshots: names } }));
      return later();
    };
    const { notJudged } = await containerdLedger(root, { now: Date.now() }, settle);
    expect(notJudged).toEqual([{ what: 'snapshots of overlayfs', why: expect.stringContaining('metadata.db') }]);
  });
});
