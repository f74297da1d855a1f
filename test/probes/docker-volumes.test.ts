import { expect, test } from 'vitest';
import { dockerVolumes } from '../../src/probes/docker-volumes.ts';
import { pasted, ran } from './scan.ts';

const MADE_UP = 'c'.repeat(64);

test('API list, with sizes where /system/df measured them', () => {
  const body = JSON.stringify({
    Volumes: [
      { Name: 'data', Driver: 'local', Mountpoint: '/v/data/_data', UsageData: { Size: 31_457_280, RefCount: 1 } },
      { Name: MADE_UP, Driver: 'local', Mountpoint: '/v/x/_data', UsageData: { Size: -1, RefCount: -1 } },
    ],
  });
  expect(ran(dockerVolumes, 'volume', ['curl'], body)).toEqual([
    {
      engine: 'docker',
      name: 'data',
      driver: 'local',
      mountpoint: '/v/data/_data',
      size: 31_457_280,
      references: 1,
      anonymous: false,
    },
    { engine: 'docker', name: MADE_UP, driver: 'local', mountpoint: '/v/x/_data', anonymous: true },
  ]);
});

test('both tables, and the prose below them is none', () => {
  const text = `DRIVER    VOLUME NAME
local     ${MADE_UP}
local     db
Any ideas?
VOLUME NAME   LINKS     SIZE
data1         1         31.46MB
unused 0 N/A

Thanks 2 all`;
  expect(pasted(dockerVolumes, 'volume', text)).toEqual([
    { engine: 'docker', name: MADE_UP, driver: 'local', anonymous: true },
    { engine: 'docker', name: 'db', driver: 'local', anonymous: false },
    { engine: 'docker', name: 'data1', size: 31_460_000, references: 1, anonymous: false },
    { engine: 'docker', name: 'unused', references: 0, anonymous: false },
  ]);
});
