import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackTar } from 'modern-tar';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UllageError } from '../../src/host/host.ts';
import { findFiles, findImage } from '../../src/rescue/find-subject.ts';
import { takeImage } from '../../src/rescue/image/take-image.ts';
import { listSource } from '../../src/rescue/list.ts';
import { openRescueSource } from '../../src/rescue/open-source.ts';
import type { RescueSource } from '../../src/rescue/source.ts';
import { takeContainer } from '../../src/rescue/take-container.ts';
import { takeFiles } from '../../src/rescue/take-files.ts';
import { packed } from '../formats/ext4/packed.ts';
import { type DockerRoot, makeDockerRoot } from './docker-root.ts';

let made: DockerRoot;
let folder: string;
beforeAll(() => {
  made = makeDockerRoot();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-rescue-'));
  return () => rmSync(folder, { recursive: true });
});
afterAll(() => rmSync(made.root, { recursive: true }));

const options = (name: string, more: { force?: boolean; resume?: boolean } = {}) => ({
  to: join(folder, name),
  force: false,
  resume: false,
  ...more,
});
function opened<T>(body: (source: RescueSource) => T, root = made.root): T {
  const source = openRescueSource({ sources: [root] });
  try {
    return body(source);
  } finally {
    source.close();
  }
}
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
async function members(path: string): Promise<Map<string, Buffer>> {
  const all = await unpackTar(readFileSync(path), { strict: true });
  return new Map(all.map(({ header, data }) => [header.name, Buffer.from(data ?? [])]));
}

describe('a Docker root with devicemapper', () => {
  test('ls: images and containers by name, sizes, health', () => {
    const list = opened(listSource);
    expect(list.images).toMatchObject([
      { id: made.imageId, tags: ['shop/app:1.4'], layers: 2, size: 24_690, health: 'whole' },
    ]);
    expect(list.containers).toMatchObject([
      {
        name: 'web',
        image: 'shop/app:1.4',
        lastUsed: '2026-11-21T01:56:21Z',
        running: false,
        exclusive: 0,
        health: 'whole',
      },
    ]);
    expect(list.damage).toEqual([]);
  });

  test('image: the same id, every layer byte for byte', async () => {
    opened((source) => takeImage(source, findImage(source, 'shop/app:1.4'), 'docker-archive', options('app.tar')));
    const files = await members(join(folder, 'app.tar'));
    const [manifest] = JSON.parse(files.get('manifest.json')?.toString() ?? '[]');
    expect(manifest.RepoTags).toEqual(['shop/app:1.4']);
    expect(`sha256:${sha256(files.get(manifest.Config) ?? '')}`).toBe(made.imageId);
    expect(manifest.Layers).toHaveLength(2);
    for (const layer of manifest.Layers) expect(files.get(layer)?.equals(made.layer)).toBe(true);
  });

  test('image as an OCI layout: every blob has the digest it is named by', async () => {
    opened((source) => takeImage(source, findImage(source, made.imageId.slice(7, 19)), 'oci', options('app.tar')));
    const files = await members(join(folder, 'app.tar'));
    for (const [name, bytes] of files)
      if (name.startsWith('blobs/')) expect(name).toBe(`blobs/sha256/${sha256(bytes)}`);
    const index = JSON.parse(files.get('index.json')?.toString() ?? '{}');
    const manifest = JSON.parse(files.get(`blobs/sha256/${index.manifests[0].digest.slice(7)}`)?.toString() ?? '{}');
    expect(manifest.config.digest).toBe(made.imageId);
    expect(manifest.layers[1]).toMatchObject({ digest: made.diffId, size: made.layer.length });
    expect(index.manifests[0].annotations['io.containerd.image.name']).toBe('docker.io/shop/app:1.4');
  });

  test('container: all its files, its configuration beside', async () => {
    const report = opened((source) => takeContainer(source, 'web', options('web.tar')));
    expect(report.lossCount).toBe(0);
    expect(readFileSync(join(folder, 'web.tar')).equals(made.layer)).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'web.config.v2.json'), 'utf8'))).toMatchObject({ Name: '/web' });
    expect(report.notes.join('\n')).toContain(`'CMD ["it'\\''s","run"]'`);
    const names = [...(await members(join(folder, 'web.tar'))).keys()].map(
      (name) => `/${name.replace(/^\.?\/|\/$/g, '')}`,
    );
    const { listing } = packed('small');
    expect(names.sort()).toEqual([...listing.keys()].sort());
  });

  test('the source is the same before and after', () => {
    const sums = (): string[] =>
      ['data', 'metadata'].map((name) => sha256(readFileSync(join(made.root, 'devicemapper/devicemapper', name))));
    const before = sums();
    opened((source) => {
      listSource(source);
      takeContainer(source, 'web', options('web.tar'));
    });
    expect(sums()).toEqual(before);
  });

  test('a file that changed: the image is not written under its name', () => {
    const root = join(folder, 'copy');
    mkdirSync(join(root, 'devicemapper/devicemapper'), { recursive: true });
    const data = readFileSync(join(made.root, 'devicemapper/devicemapper/data'));
    const at = data.indexOf('large large');
    data[at] = 0x4c;
    writeFileSync(join(root, 'devicemapper/devicemapper/data'), data);
    copyFileSync(
      join(made.root, 'devicemapper/devicemapper/metadata'),
      join(root, 'devicemapper/devicemapper/metadata'),
    );
    for (const name of ['image', 'containers']) expect(() => opened(listSource, join(made.root, name))).toThrow(/no/);
    const source = openRescueSource({
      sources: [],
      data: join(root, 'devicemapper/devicemapper/data'),
      metadata: join(root, 'devicemapper/devicemapper/metadata'),
      dockerRoot: made.root,
    });
    try {
      expect(() => takeImage(source, findImage(source, 'shop/app:1.4'), 'oci', options('app.tar'))).toThrow(
        /another digest/,
      );
      expect(existsSync(join(folder, 'app.tar'))).toBe(false);
    } finally {
      source.close();
    }
  });

  test('an interrupted archive is gone on with; another one is not', () => {
    opened((source) => {
      const whole = options('whole.tar');
      takeContainer(source, 'web', whole);
      const bytes = readFileSync(whole.to);
      const target = options('web.tar', { resume: true });
      for (const cut of [0, 1000, 123_456, bytes.length - 1]) {
        rmSync(target.to, { force: true });
        copyFileSync(whole.to, `${target.to}.part`);
        truncateSync(`${target.to}.part`, cut);
        const identity = JSON.stringify([source.name, 'container web', '/']);
        writeFileSync(`${target.to}.part.json`, JSON.stringify({ version: 1, identity, bytes: cut }));
        takeContainer(source, 'web', target);
        expect(readFileSync(target.to).equals(bytes), `cut at ${cut}`).toBe(true);
      }
      rmSync(target.to);
      writeFileSync(`${target.to}.part`, 'x');
      writeFileSync(`${target.to}.part.json`, JSON.stringify({ version: 1, identity: 'other', bytes: 1 }));
      expect(() => takeContainer(source, 'web', target)).toThrow(/something else/);
      expect(() => takeContainer(source, 'web', { ...target, resume: false })).toThrow(/interrupted/);
    });
  });

  test('a path of a container into a directory, links followed as inside it', () => {
    opened((source) => {
      const { part } = findFiles(source, 'web');
      const names = { subject: 'web', source: source.name };
      takeFiles(part, '/../deep/./../deep/tiny', names, options('one'));
      expect(readFileSync(join(folder, 'one/tiny'), 'utf8')).toBe('tiny');
      expect(() => takeFiles(part, '/nothing', names, options('none'))).toThrow(/no such file/);
      const report = takeFiles(part, '/', names, options('all'));
      expect(readdirSync(join(folder, 'all/many'))).toHaveLength(150);
      expect(readFileSync(join(folder, 'all/large'), 'utf8')).toBe('large '.repeat(40_000));
      expect(report.leftOut).toMatchObject({ char: 1, fifo: 1 });
      expect(() => takeFiles(part, '/', names, options('all'))).toThrow(/not empty/);
      expect(takeFiles(part, '/', names, options('all', { resume: true })).lossCount).toBe(0);
    });
  });

  test.each([
    ['nothing', /no such container/],
    ['device:99', /no such thin device/],
  ])('%s is refused by name', (wanted, message) => {
    opened((source) => expect(() => findFiles(source, wanted)).toThrow(message));
  });

  test('data that was cut short: said, not called whole', () => {
    const data = join(folder, 'data');
    const folderOf = join(made.root, 'devicemapper/devicemapper');
    copyFileSync(join(folderOf, 'data'), data);
    truncateSync(data, 200_000);
    const source = openRescueSource({ sources: [], data, metadata: join(folderOf, 'metadata'), dockerRoot: made.root });
    try {
      expect(listSource(source).damage[0]).toMatch(/cut short.*has 200000 bytes/);
      expect(() => takeContainer(source, 'web', options('web.tar'))).toThrow(/ends before/);
    } finally {
      source.close();
    }
  });

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path]), /pipe cannot do/],
    ['an empty file', (path: string) => writeFileSync(path, ''), /nothing on it that can be read/],
    ['something below a file', () => writeFileSync(join(folder, 'file'), ''), /no directory: check the path/, 'file/x'],
  ] as const)('%s as a source: one clear error', (_, make, message, name: string = 'source') => {
    make(join(folder, name));
    expect(() => openRescueSource({ sources: [join(folder, name)] })).toThrow(UllageError);
    try {
      openRescueSource({ sources: [join(folder, name)] });
    } catch (error) {
      expect(`${(error as UllageError).message} ${(error as UllageError).todo}`).toMatch(message);
    }
  });

  test('a leaf of the mapping that is lost: what it held is told, the rest comes over', () => {
    const metadata = readFileSync(join(made.root, 'devicemapper/devicemapper/metadata'));
    const damaged = join(folder, 'metadata');
    let taken = 0;
    // each block in turn: leaves, roots, space maps
    for (let block = 1; block < 24; block++) {
      const copy = Buffer.from(metadata);
      copy.fill(0xa5, block * 4096 + 100, block * 4096 + 200);
      writeFileSync(damaged, copy);
      let source: RescueSource;
      try {
        source = openRescueSource({
          sources: [],
          metadata: damaged,
          data: join(made.root, 'devicemapper/devicemapper/data'),
          dockerRoot: made.root,
        });
      } catch (error) {
        expect((error as Error).name).toBe('UllageError');
        continue;
      }
      try {
        const report = takeContainer(source, 'web', options(`web-${block}.tar`));
        const same = readFileSync(join(folder, `web-${block}.tar`)).equals(made.layer);
        expect(
          same || report.lossCount > 0 || report.notes.some((note) => /journal|damaged/.test(note)),
          `block ${block}`,
        ).toBe(true);
        if (!same) taken++;
      } catch (error) {
        expect((error as Error).name, String(error)).toMatch(/UllageError|FormatError/);
      } finally {
        source.close();
      }
    }
    expect(taken).toBeGreaterThan(0);
  });
});

test('a plain image of a disk with the pool inside', () => {
  const disk = join(folder, 'disk.img');
  writeFileSync(disk, packed('small').image);
  opened((source) => {
    expect(listSource(source)).toMatchObject({ driver: 'none', fileSystem: { format: 'ext4' } });
    const { part, subject } = findFiles(source, '');
    takeFiles(part, '/inline', { subject, source: source.name }, options('out'));
    expect(readFileSync(join(folder, 'out/inline'), 'utf8')).toBe('x'.repeat(90));
  }, disk);
  writeFileSync(disk, Buffer.alloc(100_000));
  expect(() => openRescueSource({ sources: [disk] })).toThrow(/nothing on it that can be read/);
  expect(() => openRescueSource({ sources: [join(folder, 'none')] })).toThrow(/cannot be opened/);
});
