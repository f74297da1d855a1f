import { expect, test } from 'vitest';
import { thinPools as looksOf } from '../../src/causes/help/thin.ts';
import { probes } from '../../src/probes/index.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { poolFacts } from '../../src/stack/thin-facts.ts';
import { thinPools } from '../../src/stack/thin-view.ts';

const seen = (text: string) => recognise([makeDocument({ kind: 'paste' }, text)], probes);

const DMSETUP = `
$ dmsetup status
vg-docker--pool-tpool: 0 2097152 thin-pool 7 1671/16384 4096/16384 - rw discard_passdown queue_if_no_space - 1024
vg-docker--pool: 0 2097152 linear
$ dmsetup table
vg-docker--pool-tpool: 0 2097152 thin-pool 253:1 253:2 128 0 0
`;

test('dmsetup, lvs and docker info name one pool', () => {
  const facts = seen(`${DMSETUP}
$ lvs -a -o vg_name,lv_name,lv_attr,lv_size,data_percent,metadata_percent --units b
  VG LV          Attr       LSize        Data%  Meta%
  vg docker-pool twi-aot--- 1073741824B  25.00  10.20
$ docker info
Storage Driver: devicemapper
 Pool Name: vg-docker--pool
 Data Space Used: 268.4MB
 Data Space Total: 1.074GB
`);
  const [pool, ...others] = poolFacts(facts);
  expect(others).toEqual([]);
  expect(pool?.name).toBe('vg-docker--pool');
  expect([pool?.statuses.length, pool?.lvs.length, pool?.docker.length]).toEqual([1, 1, 1]);
  expect(thinPools(facts)).toMatchObject([
    { name: 'vg-docker--pool-tpool', vg: 'vg', lv: 'docker-pool', dataUsed: 2 ** 28, dataTotal: 2 ** 30 },
  ]);
  expect(looksOf(facts)).toMatchObject([{ name: 'vg-docker--pool', looks: { length: 3 }, loop: false }]);
});

test('docker info without a name is of the pool of that size', () => {
  const facts = seen(`${DMSETUP}
$ docker info
Storage Driver: devicemapper
 Data Space Used: 268.4MB
 Data Space Total: 1.074GB
`);
  expect(poolFacts(facts).map(({ name, docker }) => [name, docker.length])).toEqual([['vg-docker--pool', 1]]);
});

test('docker info of a pool of another size, and no name, is a pool of its own', () => {
  const facts = seen(`${DMSETUP}
$ docker info
Storage Driver: devicemapper
 Data Space Used: 104.8GB
 Data Space Total: 107.4GB
`);
  expect(poolFacts(facts).map(({ name }) => name)).toEqual(['vg-docker--pool', "Docker's thin pool"]);
});

test('a pool without a name of its own is not called a thin pool twice', () => {
  const facts = seen(`
$ docker info
Storage Driver: devicemapper
 Data Space Used: 104.8GB
 Data Space Total: 107.4GB
`);
  expect(buildStack(facts).layers.map(({ name }) => name)).toContain("Docker's thin pool");
});
