import { execFileSync, spawn } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lookAtPaths } from '../../src/usage/look.ts';
import { makeDocument } from '../../src/usage/make-document.ts';
import { podmanLedger } from '../../src/usage/podman/ledger.ts';
import { type StagedWitness, stagedLedger } from '../../src/usage/staged.ts';
import { FakeDocker, randomFrom } from './engine.ts';

let home = '';
let root = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-podman-'));
  root = join(home, 'storage');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const id = (digit: string) => digit.repeat(64);
const put = (path: string, content: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const du = (path: string) => Number(execFileSync('du', ['-sx', '-B1', path], { encoding: 'utf8' }).split('\t')[0]);

/** A graph root as containers/storage writes it (layers.go, images.go, containers.go, drivers/overlay). */
function storage(): void {
  put('storage.lock', '');
  const layer = (one: string, parent: string, flags?: object) => ({
    id: id(one),
    ...(parent ? { parent: id(parent) } : {}),
    created: '2026-01-02T03:04:05.678901234Z',
    'diff-digest': `sha256:${id('e')}`,
    ...(flags ? { flags } : {}),
  });
  put('overlay-layers/layers.lock', '');
  put(
    'overlay-layers/layers.json',
    JSON.stringify([layer('a', ''), layer('b', 'a'), layer('c', 'b'), layer('d', 'a', { incomplete: true })]),
  );
  // of containers that end with the machine: podman run --rm, storage.conf transient_store
  put('overlay-layers/volatile-layers.json', JSON.stringify([layer('f', 'b')]));
  put(
    'overlay-images/images.json',
    JSON.stringify([
      { id: id('1'), names: ['docker.io/library/base:1', 'localhost/base:new'], layer: id('a') },
      { id: id('2'), names: ['localhost/app:1'], layer: id('b'), created: '2026-02-03T00:00:00Z' },
      { id: id('3'), layer: id('b'), 'mapped-layers': null },
    ]),
  );
  put(`overlay-images/${id('1')}/manifest`, '{}');
  put(
    'overlay-containers/containers.json',
    JSON.stringify([{ id: id('7'), names: ['web'], image: id('2'), layer: id('c') }]),
  );
  put(
    'overlay-containers/volatile-containers.json',
    JSON.stringify([{ id: id('8'), names: ['once'], image: id('2'), layer: id('f') }]),
  );
  put(`overlay-containers/${id('7')}/userdata/ctr.log`, 'x'.repeat(70_000));
  put(`overlay-containers/${id('7')}/userdata/config.json`, '{}');
  for (const [one, size] of [
    ['a', 300_000],
    ['b', 200_000],
    ['c', 50_000],
    ['d', 40_000],
    ['f', 30_000],
  ] as const) {
    put(`overlay/${id(one)}/diff/file`, 'x'.repeat(size));
    put(`overlay/${id(one)}/link`, one.toUpperCase().repeat(26));
    mkdirSync(join(root, 'overlay/l'), { recursive: true });
  }
  put(`overlay/${id('b')}/lower`, `l/${'A'.repeat(26)}`);
  put('volumes/data/_data/file', 'x'.repeat(90_000));
  put('libpod/bolt_state.db', '');
}

describe('a graph root of Podman', () => {
  const settled = { settle: () => ({ before: Date.now() + 1000 }), atWork: () => ({ users: [], complete: true }) };
  const look = async () => makeDocument([await podmanLedger(root, { now: Date.now() }, settled)], Date.now());

  test('images, containers, volatile ones too, every byte once; what an import that was killed left is an orphan', async () => {
    storage();
    const document = await look();
    expect(document).toMatchObject({
      orphans: [{ path: join(root, 'overlay', id('d')) }],
      notJudged: [],
      warnings: [],
    });
    expect(document.orphans[0]?.proof).toContain('layers.json has it as incomplete');
    expect(document.orphans[0]?.exclusive).toBe(du(join(root, 'overlay', id('d'))));
    expect(document.totals.onDisk).toBe(du(root));
    const named = (kind: string) => document.items.filter((one) => one.kind === kind).map(({ name }) => name);
    expect(named('image')).toEqual(['docker.io/library/base:1, localhost/base:new', 'localhost/app:1', '<none>']);
    expect(named('container')).toEqual(['web', 'once']);
    expect(named('volume')).toEqual(['data']);
    const web = document.items.find(({ name, kind }) => name === 'web' && kind === 'container');
    // its own layer and its log, not the image's
    expect(web?.exclusive).toBeGreaterThan(120_000);
    expect(web?.exclusive).toBeLessThan(200_000);
    expect(web?.shared).toBeGreaterThan(500_000);
  });

  test('an incomplete layer that something stands on, or that is being made, is no orphan', async () => {
    storage();
    put('overlay-containers/volatile-containers.json', JSON.stringify([{ id: id('8'), layer: id('d') }]));
    expect((await look()).orphans).toEqual([]);
    storage();
    // flock(1) takes another kind of lock than Podman does: what counts is that the inode is locked
    const holder = spawn('flock', [join(root, 'overlay-layers/layers.lock'), 'sh', '-c', 'echo held; exec sleep 60']);
    try {
      await new Promise((held) => holder.stdout.once('data', held));
      const { orphans, notJudged } = await look();
      expect(orphans).toEqual([]);
      expect(notJudged).toEqual([
        { what: expect.any(String), why: expect.stringMatching(/holds a lock on .*layers\.lock/) },
      ]);
    } finally {
      holder.kill();
    }
  });

  test('an image gives back its own records and, at last, the nameless ones it was built from', async () => {
    storage();
    const config = (steps: number) => JSON.stringify({ history: Array.from({ length: steps }, (_, i) => ({ i })) });
    const configure = (one: string, steps: number, digest = `sha256:${id(one)}`) =>
      put(`overlay-images/${id(one)}/=${Buffer.from(digest).toString('base64')}`, config(steps));
    put('overlay-containers/containers.json', '[]');
    put('overlay-containers/volatile-containers.json', '[]');
    put('overlay-layers/volatile-layers.json', '[]');
    put(`overlay-layers/${id('b')}.tar-split.gz`, 'x'.repeat(5000));
    const images = (built: object[]) =>
      put(
        'overlay-images/images.json',
        JSON.stringify([{ id: id('1'), names: ['base'], layer: id('a') }, { id: id('2'), layer: id('b') }, ...built]),
      );
    images([{ id: id('3'), names: ['built'], layer: id('c') }]);
    configure('1', 1);
    configure('2', 2);
    configure('3', 3);
    const own = (one: string) => du(join(root, 'overlay-images', id(one)));
    const layer = (one: string) => du(join(root, 'overlay', id(one)));
    const gives = async (name: string) => (await look()).items.find((one) => one.name === name)?.exclusive;
    const whole = layer('c') + layer('b') + 8192 + own('3') + own('2');
    expect(await gives('built')).toBe(whole);
    // another is made from it as well: it stays when one of them goes, with what it stands on
    images([
      { id: id('3'), names: ['built'], layer: id('c') },
      { id: id('4'), names: ['other'], layer: id('c') },
    ]);
    configure('4', 3);
    expect(await gives('built')).toBe(own('3'));
    // of another history: nobody was made from it
    images([{ id: id('3'), names: ['built'], layer: id('c') }]);
    configure('3', 7);
    expect(await gives('built')).toBe(layer('c') + own('3'));
  });

  test('a container gives back its directories too', async () => {
    storage();
    const web = (await look()).items.find(({ name, kind }) => name === 'web' && kind === 'container');
    expect(web?.exclusive).toBe(du(join(root, 'overlay', id('c'))) + du(join(root, 'overlay-containers', id('7'))));
  });

  test('a directory that no record names is one, unless a named layer stands on it', async () => {
    storage();
    put('overlay-layers/layers.json', JSON.stringify(['a', 'b', 'c', 'd'].map((one) => ({ id: id(one) }))));
    put(`overlay/${id('9')}/diff/file`, 'x'.repeat(400_000));
    put(`overlay/${id('9')}/link`, '9'.repeat(26));
    put(`overlay/${id('0')}/diff/file`, 'x'.repeat(400_000));
    put(`overlay/${id('0')}/link`, 'Z'.repeat(26));
    put(`overlay/${id('c')}/lower`, `l/${'B'.repeat(26)}:l/${'Z'.repeat(26)}`);
    expect((await look()).orphans.map(({ path }) => path)).toEqual([join(root, 'overlay', id('9'))]);
    const young = await podmanLedger(
      root,
      { now: Date.now() },
      { ...settled, settle: () => ({ before: Date.now() - 60_000 }) },
    );
    expect(young.stores.filter(({ orphan }) => orphan)).toEqual([]);
    // neither an orphan nor passed over
    expect(young.notJudged).toEqual([
      { what: join(root, 'overlay', id('0')), why: expect.stringMatching(/another stands on it/) },
      { what: `${join(root, 'overlay', id('9'))} and 1 more`, why: expect.stringMatching(/changed while this looked/) },
    ]);
  });

  test('a pull that ends after its records were read has an owner for all it made', async () => {
    const whole = (name: string) => {
      const path = join(root, 'overlay-layers/layers.json');
      const rows = JSON.parse(readFileSync(path, 'utf8')) as object[];
      writeFileSync(
        path,
        JSON.stringify([...rows.filter((row) => !('flags' in row)), { id: id(name), parent: id('a') }]),
      );
    };
    // `d` is still incomplete when the records are read, `9` not yet in them
    for (const name of ['d', '9']) {
      storage();
      put(`overlay/${id('9')}/diff/file`, 'x');
      const settle = () => {
        whole(name);
        return settled.settle();
      };
      const ledger = await podmanLedger(root, { now: Date.now() }, { ...settled, settle });
      const { orphans, notJudged } = makeDocument([ledger], 0);
      expect([name, orphans.map(({ path }) => path.slice(-1))]).toEqual([name, name === 'd' ? ['9'] : []]);
      expect(notJudged).toContainEqual({
        what: expect.stringMatching(name === 'd' ? /d{64}$/ : /9{64} and 1 more$/),
        why: expect.stringMatching(/records changed while/),
      });
      rmSync(root, { recursive: true });
    }
  });

  test('one that went away, or was made anew, after it was judged is no orphan', async () => {
    const path = join(root, 'overlay', id('d'));
    const judged = async (last: () => void) => {
      storage();
      let times = 0;
      const atWork = () => {
        if (++times === 2) last();
        return { users: [], complete: true };
      };
      const before = Date.now() + 30;
      while (Date.now() < before);
      const settle = () => ({ before: before - 10 });
      const ledger = await podmanLedger(root, { now: Date.now() }, { ...settled, settle, atWork });
      const { orphans, notJudged } = makeDocument([ledger], 0);
      rmSync(root, { recursive: true });
      return [orphans.map((one) => one.path), notJudged.map(({ what }) => what)];
    };
    expect(await judged(() => undefined)).toEqual([[path], []]);
    expect(await judged(() => rmSync(path, { recursive: true }))).toEqual([[], []]);
    const anew = () => {
      rmSync(path, { recursive: true });
      while (Date.now() % 20 !== 0);
      mkdirSync(path);
    };
    expect(await judged(anew)).toEqual([[], [path]]);
  });

  test('what is written down while the programs are listed, or by one that is not seen, is not judged', async () => {
    const unused = async (witness: object) => {
      storage();
      put('overlay-layers/layers.json', JSON.stringify(['a', 'b', 'c', '5'].map((one) => ({ id: id(one) }))));
      put('overlay-images/images.lock', '');
      put('overlay-containers/containers.lock', '');
      put(`overlay/${id('5')}/diff/file`, 'x');
      const { stores, notJudged } = await podmanLedger(root, { now: Date.now() }, { ...settled, ...witness });
      rmSync(root, { recursive: true });
      const orphans = stores.flatMap(({ orphan, id: one }) => (orphan === undefined ? [] : [one.slice(0, 1)]));
      return [orphans.sort(), notJudged.map(({ why }) => why).join()];
    };
    expect(await unused({})).toEqual([['5', 'd'], '']);
    let times = 0;
    const atWork = () => {
      // a pull that took the layer up, ended before it could be seen
      if (++times === 2) put('overlay-images/images.json', JSON.stringify([{ id: id('4'), layer: id('5') }]));
      return { users: [], complete: true };
    };
    expect(await unused({ atWork })).toEqual([[], expect.stringMatching(/records changed while/)]);
    expect(await unused({ atWork: () => ({ users: [], complete: false }) })).toEqual([
      [],
      expect.stringMatching(/cannot be seen from here/),
    ]);
  });

  test('a layer that somebody still writes to is no orphan, and said to be none', async () => {
    storage();
    const ledger = await podmanLedger(
      root,
      { now: Date.now() },
      { ...settled, settle: () => ({ before: Date.now() + 1 }) },
    );
    expect(ledger.notJudged).toEqual([]);
    const settle = () => {
      const before = Date.now() + 5;
      // times of files are those of the last tick
      while (Date.now() < before + 50);
      put(`overlay/${id('d')}/diff/late`, 'x');
      return { before };
    };
    const { stores, notJudged } = await podmanLedger(root, { now: Date.now() }, { ...settled, settle });
    expect(stores.filter(({ orphan }) => orphan)).toEqual([]);
    expect(notJudged).toEqual([
      { what: join(root, 'overlay', id('d')), why: expect.stringMatching(/changed while this looked/) },
    ]);
  });

  test('whole layers below no image and no container are orphans when no Podman is at work at all', async () => {
    storage();
    const layers = (...more: object[]) =>
      put(
        'overlay-layers/layers.json',
        JSON.stringify([
          { id: id('a') },
          { id: id('b'), parent: id('a') },
          { id: id('c'), parent: id('b') },
          // a pull was cut off when it had two layers on top of an image's
          { id: id('5'), parent: id('a') },
          { id: id('6'), parent: id('5') },
          ...more,
        ]),
      );
    layers();
    for (const one of ['d', 'f']) rmSync(join(root, 'overlay', id(one)), { recursive: true });
    for (const one of ['5', '6']) put(`overlay/${id(one)}/diff/file`, 'x'.repeat(80_000));
    put(`overlay-layers/${id('5')}.tar-split.gz`, 'x'.repeat(5000));
    const paths = async (witness: object = {}) => {
      const ledger = await podmanLedger(root, { now: Date.now() }, { ...settled, ...witness });
      const { orphans, notJudged } = makeDocument([ledger], 0);
      return [orphans.map(({ path }) => path.slice(-1)).sort(), notJudged.map(({ why }) => why).join()];
    };
    // nobody knows whether images are kept in another root
    expect(await paths()).toEqual([[], expect.stringMatching(/there is no overlay-images/)]);
    put('overlay-images/images.lock', '');
    expect(await paths()).toEqual([[], expect.stringMatching(/there is no overlay-containers/)]);
    put('overlay-containers/containers.lock', '');
    expect(await paths()).toEqual([['5', '6'], '']);
    expect((await look()).totals.orphaned).toBe(
      du(join(root, 'overlay', id('5'))) + du(join(root, 'overlay', id('6'))) + 8192,
    );
    const users = [{ pid: 77, program: 'podman', started: Date.now() - 5000 }];
    expect(await paths({ atWork: () => ({ users, complete: true }) })).toEqual([
      [],
      expect.stringMatching(/podman \(process 77\) is at work/),
    ]);
    // it has the store open just now, and they are younger than it
    const settle = () => ({ before: Date.now() - 60_000 });
    expect(await paths({ settle, atWork: () => ({ users, complete: true }) })).toEqual([
      [],
      expect.stringMatching(/podman \(process 77\) is at work/),
    ]);
    // one that comes, or ends, while the records are read
    let times = 0;
    expect(await paths({ atWork: () => ({ users: times++ === 0 ? [] : users, complete: true }) })).toEqual([
      [],
      expect.stringMatching(/changed while they were read/),
    ]);
    // an image, a container, or a layer of one, stands on it
    put('overlay-containers/volatile-containers.json', JSON.stringify([{ id: id('8'), layer: id('6') }]));
    expect(await paths()).toEqual([[], '']);
    put('overlay-containers/volatile-containers.json', '[]');
    put('overlay-images/images.json', JSON.stringify([{ id: id('1'), layer: id('b'), 'mapped-layers': [id('5')] }]));
    expect(await paths()).toEqual([['6'], '']);
    // no image was ever whole
    rmSync(join(root, 'overlay-images/images.json'));
    expect((await paths())[0]).toEqual(['5', '6']);
  });

  test('what a run put aside in the store is left behind where nobody is at work and nobody holds its lock', async () => {
    storage();
    rmSync(join(root, 'overlay', id('d')), { recursive: true });
    const staged = join(root, 'overlay/staging/847261');
    const temporary = join(root, 'overlay/tempdirs/temp-dir-123');
    put('overlay/tempdirs/lock-123', '');
    put('overlay/tempdirs/temp-dir-123/0-addition/file', 'x'.repeat(60_000));
    put('overlay/staging/847261/staging.lock', '');
    put('overlay/staging/847261/dir/file', 'x'.repeat(50_000));
    put('vfs-layers/layers.json', '[]');
    put('vfs/tempdirs/temp-dir-7/0-addition/file', 'x'.repeat(40_000));
    const other = join(root, 'vfs/tempdirs/temp-dir-7');
    const judged = async (witness: object = {}) => {
      const ledger = await podmanLedger(root, { now: Date.now() }, { ...settled, ...witness });
      const { orphans, notJudged, totals } = makeDocument([ledger], 0);
      expect(totals.onDisk).toBe(du(root));
      return [orphans.map(({ path }) => path), notJudged.map(({ what, why }) => `${what}: ${why}`)];
    };
    expect(await judged()).toEqual([[temporary, staged, other], []]);
    const users = [{ pid: 77, program: 'podman', started: Date.now() }];
    const atWork = () => ({ users, complete: true });
    expect(await judged({ atWork })).toEqual([[], [expect.stringMatching(/and 2 more: podman \(process 77\)/)]]);
    const holder = spawn('flock', [join(root, 'overlay/tempdirs/lock-123'), 'sh', '-c', 'echo held; exec sleep 60']);
    try {
      await new Promise((held) => holder.stdout.once('data', held));
      expect(await judged()).toEqual([[staged, other], [`${temporary}: a run is at work in it: it holds its lock`]]);
    } finally {
      holder.kill();
    }
  });

  test('layers that are no directories are not judged', async () => {
    put('storage.lock', '');
    put('zfs-layers/layers.json', JSON.stringify([{ id: id('a') }]));
    expect((await look()).notJudged).toEqual([
      { what: `layers in ${root}/zfs`, why: 'layers of zfs are not looked at here' },
    ]);
  });

  test('records of containers that end with the machine may lie in a run root: transient_store', async () => {
    storage();
    const run = join(home, 'run');
    const transient = () => [join(home, 'none'), run];
    const orphans = async (more: object = {}) => {
      const { stores } = await podmanLedger(root, { now: Date.now() }, { ...settled, transient, ...more });
      return stores.flatMap(({ orphan, id: one }) => (orphan === undefined ? [] : [one.slice(0, 1)])).sort();
    };
    put('overlay-images/images.lock', '');
    put('overlay-containers/containers.lock', '');
    put(`overlay/${id('9')}/diff/file`, 'x');
    expect(await orphans()).toEqual(['9', 'd']);
    const rows = {
      layers: [{ id: id('9'), parent: id('a') }, { id: id('4') }],
      containers: [{ id: id('6'), layer: id('9') }],
    };
    for (const [kind, list] of Object.entries(rows)) {
      mkdirSync(join(run, `overlay-${kind}`), { recursive: true });
      writeFileSync(join(run, `overlay-${kind}/volatile-${kind}.json`), JSON.stringify(list));
    }
    expect(await orphans()).toEqual(['d']);
    writeFileSync(join(run, 'overlay-layers/volatile-layers.json'), '');
    expect(await orphans()).toEqual([]);
  });

  test('records that cannot be read prove nothing', async () => {
    storage();
    put(`overlay/${id('9')}/diff/file`, 'x');
    for (const [path, content] of [
      ['overlay-layers/layers.json', '[{"id":'],
      ['overlay-layers/volatile-layers.json', '{}'],
      ['overlay-containers/containers.json', 'no'],
    ] as const) {
      storage();
      put(path, content);
      const { orphans, notJudged } = await look();
      expect([path, orphans]).toEqual([path, []]);
      expect(notJudged.map(({ why }) => why)).toEqual([expect.stringContaining(path)]);
    }
  });

  test('only what images stand on and nobody writes to is known to a second run', async () => {
    storage();
    const directory = join(home, 'cache');
    const memory = { directory, keepBefore: () => Number.POSITIVE_INFINITY };
    await podmanLedger(root, { now: Date.now(), memory }, settled);
    const again = await podmanLedger(root, { now: Date.now(), memory }, settled);
    expect(again.source.reused?.layers).toBe(2);
    expect(makeDocument([again], 0).totals.onDisk).toBe(du(root));
  });
});

test('what runs have put aside: left by one that was cut off only where nobody is at work', async () => {
  const at = join(home, 'staging');
  mkdirSync(join(at, 'container_images_storage123456'), { recursive: true });
  writeFileSync(join(at, 'container_images_storage123456/1'), 'x'.repeat(90_000));
  writeFileSync(join(at, 'GetImageBlob55512345'), 'x'.repeat(40_000));
  writeFileSync(join(at, 'backup.tar'), 'x'.repeat(70_000));
  const look = async (witness: Partial<StagedWitness> = {}) => {
    const nobody = {
      atWork: () => ({ users: [], complete: true }),
      open: () => ({ open: new Set<string>(), complete: true }),
    };
    const ledger = await stagedLedger(at, { now: Date.now() + 1000 }, { ...nobody, ...witness });
    const { orphans, notJudged, totals } = makeDocument(ledger ? [ledger] : [], 0);
    return {
      left: orphans.map(({ path }) => path.slice(at.length + 1)).sort(),
      why: notJudged.map(({ why }) => why),
      totals,
    };
  };
  const both = ['GetImageBlob55512345', 'container_images_storage123456'];
  const bytes = both.reduce((sum, name) => sum + du(join(at, name)), 0);
  expect(await look()).toMatchObject({ left: both, why: [], totals: { onDisk: bytes, orphaned: bytes } });
  const runs = (started: number) => ({
    atWork: (program: RegExp) => ({
      users: program.test('podman') ? [{ pid: 7, program: 'podman', started }] : [],
      complete: true,
    }),
  });
  expect(await look(runs(Date.now() - 60_000))).toMatchObject({
    left: ['GetImageBlob55512345'],
    why: [expect.stringMatching(/podman \(process 7\) is at work/)],
  });
  expect(await look(runs(Date.now() + 60_000))).toMatchObject({ left: both, why: [] });
  expect(await look({ open: () => ({ open: new Set(both.slice(0, 1)), complete: true }) })).toMatchObject({
    left: both.slice(1),
    why: ['a process has it open'],
  });
  expect(await look({ open: () => ({ open: new Set(), complete: false }) })).toMatchObject({
    left: [],
    why: [expect.stringMatching(/as root/)],
  });
  rmSync(at, { recursive: true });
  mkdirSync(at);
  expect(await look()).toMatchObject({ left: [], why: [], totals: { onDisk: 0 } });
});

test('an engine in the root of another is counted once, by itself', async () => {
  const docker = new FakeDocker(join(home, 'docker'), randomFrom(9));
  for (const step of docker.pull(2)) step();
  root = join(docker.root, 'volumes/inner/_data');
  storage();
  const inner = join(docker.root, 'buildkit/deep');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, 'file'), 'x'.repeat(20_000));
  const document = makeDocument(await lookAtPaths([root, docker.root, inner], { now: Date.now() }), 0);
  expect(document.totals.onDisk).toBe(du(docker.root));
  expect(document.items.find(({ name }) => name === 'inner')?.onDisk).toBe(4096);
});

test('several engines: each is named, a file that two of them have is in both, each root as du has it', async () => {
  storage();
  const docker = new FakeDocker(join(home, 'docker'), randomFrom(8));
  for (const step of [...docker.pull(2), ...docker.run()]) step();
  put(`overlay/${id('a')}/diff/twice`, 'x'.repeat(5000));
  linkSync(join(root, `overlay/${id('a')}/diff/twice`), join(root, 'volumes/data/_data/twice'));
  const document = makeDocument(await lookAtPaths([docker.root, root, docker.root], { now: Date.now() }), 0);
  expect(document.sources.map(({ what, driver }) => [what, driver])).toEqual([
    ['docker', 'overlay2'],
    ['podman', 'overlay'],
  ]);
  expect(new Set(document.items.map(({ source }) => source))).toEqual(new Set([docker.root, root]));
  expect(document.totals.onDisk).toBe(du(docker.root) + du(root));
  expect(document.totals.shared).toBe(8192);
});
