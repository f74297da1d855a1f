import { expect, test } from 'vitest';
import { dockerImages } from '../../src/probes/docker-images.ts';
import { pasted, ran } from './scan.ts';

const ID = 'b'.repeat(64);

test('API: an image without a digest was built here; without a tag it dangles', () => {
  const body = JSON.stringify([
    {
      Id: `sha256:${ID}`,
      RepoTags: ['app:1'],
      RepoDigests: ['app@sha256:1'],
      Size: 100,
      SharedSize: -1,
      Containers: -1,
    },
    {
      Id: `sha256:${ID}`,
      RepoTags: ['<none>:<none>'],
      RepoDigests: ['<none>@<none>'],
      Size: 50,
      SharedSize: 10,
      Containers: 0,
    },
  ]);
  expect(ran(dockerImages, 'image', ['curl', 'http://localhost/images/json'], body)).toEqual([
    { engine: 'docker', id: ID, tags: ['app:1'], size: 100, dangling: false, local: false },
    { engine: 'docker', id: ID, tags: [], size: 50, shared: 10, containers: 0, dangling: true, local: true },
  ]);
});

test('tables of docker images, system df -v, podman, Docker 29', () => {
  const text = `REPOSITORY   TAG       IMAGE ID       CREATED         SIZE
app          1         dbfdc316f048   18 seconds ago   159MB
<none> <none> 909ec75f26c6 3 weeks ago 1.21GB
REPOSITORY   TAG       IMAGE ID       CREATED         SIZE      SHARED SIZE   UNIQUE SIZE   CONTAINERS
busybox      1         ab45a9742b25   4 minutes ago   1.982MB   0B            1.982MB       4
IMAGE          ID             DISK USAGE   CONTENT SIZE   EXTRA
nginx:latest   1a2b3c4d5e6f   240MB        95.1MB         U`;
  expect(pasted(dockerImages, 'image', text)).toEqual([
    { engine: 'docker', id: 'dbfdc316f048', tags: ['app:1'], size: 159_000_000, dangling: false },
    { engine: 'docker', id: '909ec75f26c6', tags: [], size: 1_210_000_000, dangling: true },
    {
      engine: 'docker',
      id: 'ab45a9742b25',
      tags: ['busybox:1'],
      size: 1_982_000,
      shared: 0,
      containers: 4,
      dangling: false,
    },
    { engine: 'docker', id: '1a2b3c4d5e6f', tags: ['nginx:latest'], size: 240_000_000, dangling: false },
  ]);
});

test('JSON lines; N/A is not a number', () => {
  const line = `{"Containers":"N/A","Digest":"<none>","ID":"sha256:${ID}","Repository":"app","SharedSize":"N/A","Size":"159MB","Tag":"1","VirtualSize":"159.3MB"}`;
  expect(ran(dockerImages, 'image', ['docker', 'images'], line)).toEqual([
    { engine: 'docker', id: ID, tags: ['app:1'], size: 159_300_000, dangling: false, local: true },
  ]);
});
