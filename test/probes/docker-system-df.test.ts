import { expect, test } from 'vitest';
import { dockerSystemDf } from '../../src/probes/docker-system-df.ts';
import { known, pasted, ran } from './scan.ts';

const TABLE = `TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE
Images          9         2         243.2MB   148.8MB (61%)
Containers      4         3         38.8MB    12.58MB (32%)
Local Volumes   2         1         31.46MB   0B (0%)
Build Cache     812       0         16.21GB   16.21GB`;

test('the table, and the same with its columns collapsed', () => {
  const rows = ran(dockerSystemDf, 'engine-usage', ['docker', 'system', 'df'], TABLE);
  expect(rows).toEqual([
    {
      engine: 'docker',
      what: 'images',
      total: 9,
      active: 2,
      size: 243_200_000,
      reclaimable: 148_800_000,
      resolution: 50_000,
    },
    {
      engine: 'docker',
      what: 'containers',
      total: 4,
      active: 3,
      size: 38_800_000,
      reclaimable: 12_580_000,
      resolution: 5000,
    },
    { engine: 'docker', what: 'volumes', total: 2, active: 1, size: 31_460_000, reclaimable: 0, resolution: 5000 },
    {
      engine: 'docker',
      what: 'build-cache',
      total: 812,
      active: 0,
      size: 16_210_000_000,
      reclaimable: 16_210_000_000,
      resolution: 5_000_000,
    },
  ]);
  expect(pasted(dockerSystemDf, 'engine-usage', TABLE.replace(/ +/g, ' '))).toEqual(rows);
});

test('a build cache row without counts (Docker 17)', () => {
  expect(
    pasted(
      dockerSystemDf,
      'engine-usage',
      'Build Cache                                                 2.5GB               2.5GB',
    ),
  ).toMatchObject([{ what: 'build-cache', size: 2_500_000_000 }]);
});

test('JSON lines', () => {
  const line = '{"Active":"2","Reclaimable":"148.8MB (61%)","Size":"243.2MB","TotalCount":"9","Type":"Images"}';
  expect(ran(dockerSystemDf, 'engine-usage', ['docker', 'system', 'df', '--format', '{{json .}}'], line)).toMatchObject(
    [{ what: 'images', total: 9, active: 2, size: 243_200_000, reclaimable: 148_800_000 }],
  );
});

test('the API: sums as the docker client makes them; -1 is not a size', () => {
  const body = JSON.stringify({
    LayersSize: 1000,
    Images: [
      { Size: 700, SharedSize: 100, Containers: 1 },
      { Size: 400, SharedSize: 100, Containers: 0 },
    ],
    Containers: [
      { State: 'running', SizeRw: 50, SizeRootFs: 750 },
      { State: 'exited', SizeRw: 20, SizeRootFs: 420 },
    ],
    Volumes: [{ UsageData: { Size: 300, RefCount: 0 } }, { UsageData: { Size: -1, RefCount: 1 } }],
    BuildCache: [
      { Size: 60, InUse: false, Shared: false },
      { Size: 40, InUse: true, Shared: false },
      { Size: 500, InUse: false, Shared: true },
    ],
  });
  const usage = ran(dockerSystemDf, 'engine-usage', ['curl', 'http://x/v1.41/system/df'], body);
  expect(usage.map(({ what, size, reclaimable, active }) => [what, size, reclaimable, active])).toEqual([
    ['images', 1000, 400, 1],
    ['containers', 70, 20, 1],
    ['volumes', 300, 300, 1],
    ['build-cache', 100, 60, 1],
  ]);
  expect(ran(dockerSystemDf, 'build-cache', ['curl'], body)).toEqual([
    { engine: 'docker', records: 3, size: 100, inUse: 40 },
  ]);
});

test('devicemapper cannot size containers: no sum rather than a wrong one', () => {
  const body = JSON.stringify({
    LayersSize: 5,
    Images: [],
    Containers: [{ State: 'running', SizeRw: -1 }],
    Volumes: null,
    BuildCache: null,
  });
  expect(ran(dockerSystemDf, 'engine-usage', ['curl'], body).map((one) => one.what)).toEqual(['images']);
});

test('API 1.52 answers with sums', () => {
  const body = JSON.stringify({ ImageUsage: { TotalCount: 3, ActiveCount: 1, TotalSize: 900, Reclaimable: 500 } });
  expect(ran(dockerSystemDf, 'engine-usage', ['curl'], body)).toEqual([
    { engine: 'docker', what: 'images', total: 3, active: 1, size: 900, reclaimable: 500 },
  ]);
});

test('-v as JSON holds printed sizes: its lists are not summed as bytes', () => {
  const body = JSON.stringify({
    Images: [{ Size: '1GB' }],
    Containers: [{ Size: '2GB' }],
    Volumes: [],
    BuildCache: [{ Size: '3kB', InUse: 'false', Shared: 'false' }],
  });
  expect(ran(dockerSystemDf, 'engine-usage', ['docker'], body)).toEqual([]);
  expect(ran(dockerSystemDf, 'build-cache', ['docker'], body)).toEqual([
    { engine: 'docker', records: 1, size: 3000, inUse: 0 },
  ]);
});

test("rows that podman printed are not docker's, and words in prose are no rows", () => {
  expect(pasted(dockerSystemDf, 'engine-usage', `$ podman system df\n${TABLE}`)).toEqual([]);
  expect(pasted(dockerSystemDf, 'engine-usage', 'Images 5 of them, Containers 3GB or so in all')).toEqual([]);
});

test('layers are walked only with --deep; the build cache is asked where the daemon can be asked for it alone', () => {
  const asks = (version: string) =>
    dockerSystemDf.asks?.(known(['engine', { engine: 'docker', version, socket: '/run/docker.sock' }])) ?? [];
  expect(asks('20.10.24').every((ask) => ask.deep)).toBe(true);
  expect(asks('24.0.7').filter((ask) => !ask.deep)).toMatchObject([{ path: '/system/df?type=build-cache' }]);
});
