import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dockerLedger } from '../../src/usage/docker/ledger.ts';
import { lookAtDocker } from '../../src/usage/docker/look.ts';
import { makeDocument } from '../../src/usage/make-document.ts';
import type { Settled } from '../../src/usage/quiet-since.ts';
import { FakeDocker, randomFrom } from './engine.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-docker-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const STATES = Number(process.env['ULLAGE_STATES'] ?? 60);
const orphansOf = (root: string, settled: Settled) =>
  lookAtDocker(root, Date.now(), () => settled).carver.stores.filter(({ orphan }) => orphan !== undefined);

describe('orphans of Docker', () => {
  test('healthy engines have none, whatever they are in the middle of', { timeout: 3_600_000 }, () => {
    let steps = 0;
    for (let seed = 0; seed < STATES; seed++) {
      const random = randomFrom(seed + 1);
      const docker = new FakeDocker(join(home, String(seed)), random);
      for (let i = 0; i < 12; i++) {
        const chance = random(10);
        const operation =
          chance < 4
            ? docker.pull(1 + random(3))
            : chance < 7
              ? docker.run()
              : chance < 9
                ? docker.remove()
                : docker.prune();
        // what is made is younger than the daemon; what is removed may be older
        const settled = { before: Date.now() + (chance < 7 ? -1000 : 1000) };
        const looked = random(operation.length + 1);
        for (const [k, step] of operation.entries()) {
          step();
          if (k !== looked) continue;
          steps++;
          expect(orphansOf(docker.root, settled)).toEqual([]);
        }
      }
      // and a daemon that was started anew after all of it was done names everything
      expect(orphansOf(docker.root, { before: Date.now() + 1000 })).toEqual([]);
      rmSync(docker.root, { recursive: true });
    }
    expect(steps).toBeGreaterThan(STATES * 5);
  });

  test('what was cut off is found exactly, once the daemon was started anew', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = randomFrom(seed + 500);
      const docker = new FakeDocker(join(home, String(seed)), random);
      for (const step of [...docker.pull(3), ...docker.pull(2)]) step();
      for (const step of docker.run()) step();
      const pull = docker.pull(1);
      for (const step of pull.slice(0, 1 + random(8))) step();
      const layers = orphansOf(docker.root, { before: Date.now() + 1000 })
        .filter(({ kind }) => kind === 'layer')
        .map(({ id }) => id);
      expect(layers).toEqual([...docker.leftBehind].filter((name) => docker.layerExists(name)));
      const by = 'dockerd (process 77)';
      expect(orphansOf(docker.root, { before: Date.now() - 10_000, by })).toEqual([]);
      // neither orphans nor passed over
      const { notJudged } = lookAtDocker(docker.root, Date.now(), () => ({ before: Date.now() - 10_000, by }));
      if (layers.length > 0)
        expect(notJudged).toContainEqual({
          what: expect.stringContaining(docker.root),
          why: expect.stringMatching(/younger than dockerd \(process 77\)/),
        });
    }
  });

  test('records that cannot all be read prove nothing', () => {
    const random = randomFrom(3);
    const docker = new FakeDocker(join(home, 'd'), random);
    for (const step of docker.pull(3)) step();
    for (const step of docker.pull(1).slice(0, 5)) step();
    const layerdb = join(docker.root, 'image/overlay2/layerdb');
    const judged = () => lookAtDocker(docker.root, Date.now(), () => ({ before: Date.now() + 1000 }));
    expect(judged().notJudged).toEqual([]);
    const [chain = ''] = readdirSync(join(layerdb, 'sha256'));
    const cacheId = join(layerdb, 'sha256', chain, 'cache-id');
    rmSync(cacheId);
    expect(judged().carver.stores.filter(({ orphan }) => orphan !== undefined)).toEqual([]);
    expect(judged().notJudged).toEqual([
      { what: expect.stringContaining('overlay2'), why: expect.stringContaining(cacheId) },
    ]);
    writeFileSync(cacheId, 'two words');
    expect(judged().notJudged).toHaveLength(1);
    rmSync(layerdb, { recursive: true });
    expect(judged().carver.stores.filter(({ orphan }) => orphan !== undefined)).toEqual([]);
    expect(judged().notJudged).toHaveLength(1);
  });

  test('layers of a driver that has no records at all: not judged', () => {
    const docker = new FakeDocker(join(home, 'd'), randomFrom(4));
    for (const step of docker.pull(2)) step();
    rmSync(join(docker.root, 'image/overlay2'), { recursive: true });
    mkdirSync(join(docker.root, 'image/vfs'));
    const { notJudged } = lookAtDocker(docker.root, Date.now(), () => ({ before: Date.now() + 1000 }));
    expect(notJudged).toEqual([
      { what: `layers in ${docker.root}/overlay2`, why: expect.stringContaining('image/overlay2/layerdb') },
    ]);
  });

  test('a daemon that cannot be seen: not judged', () => {
    const docker = new FakeDocker(join(home, 'd'), randomFrom(4));
    for (const step of [...docker.pull(2), ...docker.pull(1).slice(0, 5)]) step();
    const look = lookAtDocker(docker.root, Date.now(), () => ({ why: 'in a container' }));
    expect(look.carver.stores.filter(({ orphan }) => orphan !== undefined)).toEqual([]);
    expect(look.notJudged.map(({ why }) => why)).toEqual(['in a container']);
  });

  test('what a named layer stands on is needed', () => {
    const docker = new FakeDocker(join(home, 'd'), randomFrom(5));
    for (const step of [...docker.pull(2), ...docker.pull(1).slice(0, 6)]) step();
    const [left = ''] = docker.leftBehind;
    const named = readdirSync(join(docker.root, 'overlay2')).find((name) => name !== 'l' && name !== left) ?? '';
    const settled = { before: Date.now() + 1000 };
    expect(orphansOf(docker.root, settled).map(({ id }) => id)).toContain(left);
    writeFileSync(join(docker.layer(named), 'lower'), `l/${left.slice(0, 26).toUpperCase()}:l/OTHER`);
    expect(orphansOf(docker.root, settled).map(({ id }) => id)).not.toContain(left);
  });
});

test('a data root, every byte once', async () => {
  const docker = new FakeDocker(join(home, 'd'), randomFrom(6));
  for (const step of [...docker.pull(2), ...docker.pull(3)]) step();
  for (const step of [...docker.run(), ...docker.run()]) step();
  mkdirSync(join(docker.root, 'volumes/data/_data'), { recursive: true });
  writeFileSync(join(docker.root, 'volumes/data/_data/file'), 'x'.repeat(50_000));
  mkdirSync(join(docker.root, 'buildkit/content'), { recursive: true });
  writeFileSync(join(docker.root, 'buildkit/content/blob'), 'x'.repeat(9000));
  const document = makeDocument([await dockerLedger(docker.root, { now: Date.now() })], Date.now());
  const { spawnSync } = await import('node:child_process');
  const du = Number(spawnSync('du', ['-sx', '-B1', docker.root], { encoding: 'utf8' }).stdout.split('\t')[0]);
  expect(document.totals.onDisk).toBe(du);
  expect(document.items.find(({ kind }) => kind === 'volume')).toMatchObject({
    name: 'data',
    apparent: 50_000,
    shared: 0,
  });
  expect(document.items.find(({ kind }) => kind === 'cache')?.apparent).toBe(9000);
  expect(document.items.filter(({ kind }) => kind === 'container')).toHaveLength(2);
  expect(document.items.filter(({ kind }) => kind === 'log')).toHaveLength(2);
});
