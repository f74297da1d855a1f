import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { memoryReader } from '../../src/formats/block-reader.ts';
import { openExt4 } from '../../src/formats/ext4/open.ts';
import { copyTree } from '../../src/rescue/copy-tree.ts';
import { Findings } from '../../src/rescue/report.ts';
import { TarStream } from '../../src/rescue/tar/stream.ts';
import { TarSink } from '../../src/rescue/tar/tar-sink.ts';
import { type Mapping, writePool } from '../formats/dm-thin/writer.ts';
import { packed } from '../formats/ext4/packed.ts';

const BLOCK = 65_536;

export interface DockerRoot {
  root: string;
  /** the layer's tar stream, and its digest */
  layer: Buffer;
  diffId: string;
  imageId: string;
  container: string;
  /** thin devices of both layers and the container */
  devices: { layer: number; upper: number; container: number };
}

const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * A Docker data root with the devicemapper driver: an image of two layers and a container, in a
 * pool whose blocks lie scattered, with holes and shared.
 */
export function makeDockerRoot(): DockerRoot {
  const root = mkdtempSync(join(tmpdir(), 'ullage-docker-root-'));
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const { image } = packed('small');
  const mappings: Mapping[] = [];
  const used = Array.from({ length: image.length / BLOCK }, (_, block) => block).filter((block) =>
    image.subarray(block * BLOCK, (block + 1) * BLOCK).some((byte) => byte !== 0),
  );
  const data = Buffer.alloc((used.length * 2 + 3) * BLOCK);
  for (const [i, block] of used.entries()) {
    // backwards, every other one
    const place = (used.length - i) * 2;
    image.copy(data, place * BLOCK, block * BLOCK, (block + 1) * BLOCK);
    mappings.push([block, place, 1]);
  }
  const devices = { layer: 3, upper: 4, container: 7 };
  const metadata = writePool({
    devices: [devices.layer, devices.upper, devices.container].map((id) => ({ id, mappings })),
    dataBlocks: data.length / BLOCK,
    metadataBlocks: 96,
    perNode: 12,
  });
  put('devicemapper/devicemapper/data', data);
  put('devicemapper/devicemapper/metadata', metadata);

  const layer = tarOf(image);
  const diffId = `sha256:${hash(layer)}`;
  const chain = [diffId, `sha256:${hash(`${diffId} ${diffId}`)}`];
  const split = gzipSync(tarSplit(layer));
  const caches = ['1'.repeat(64), '2'.repeat(64)];
  for (const [i, chainId] of chain.entries()) {
    const at = `image/devicemapper/layerdb/sha256/${chainId.slice(7)}`;
    put(`${at}/diff`, diffId);
    put(`${at}/cache-id`, caches[i] ?? '');
    put(`${at}/size`, '12345');
    if (i > 0) put(`${at}/parent`, chain[i - 1] ?? '');
    put(`${at}/tar-split.json.gz`, split);
  }
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2026-11-21T01:53:11Z',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: [diffId, diffId] },
  });
  const imageId = `sha256:${hash(config)}`;
  put(`image/devicemapper/imagedb/content/sha256/${imageId.slice(7)}`, config);
  put(
    'image/devicemapper/repositories.json',
    JSON.stringify({ Repositories: { 'shop/app': { 'shop/app:1.4': imageId, [`shop/app@${imageId}`]: imageId } } }),
  );
  const container = 'c'.repeat(64);
  const mount = 'a'.repeat(64);
  put(`image/devicemapper/layerdb/mounts/${container}/mount-id`, mount);
  put(`image/devicemapper/layerdb/mounts/${container}/parent`, chain[1] ?? '');
  put(
    `containers/${container}/config.v2.json`,
    JSON.stringify({
      ID: container,
      Name: '/web',
      Image: imageId,
      Config: { Image: 'shop/app:1.4', Cmd: ["it's", 'run'], Entrypoint: null },
      State: { Running: false, FinishedAt: '2026-11-21T01:56:21Z' },
    }),
  );
  const record = (hashed: string, id: number): void =>
    put(
      `devicemapper/metadata/${hashed}`,
      JSON.stringify({ device_id: id, size: image.length, transaction_id: 1, initialized: false, deleted: false }),
    );
  for (const [i, cache] of caches.entries()) record(cache, devices.layer + i);
  record(mount, devices.container);
  return { root, layer, diffId, imageId, container, devices };
}

/** A tar archive of all in an image. */
export function tarOf(image: Buffer): Buffer {
  const parts: Buffer[] = [];
  const tar = new TarStream({ kept: 0, write: (bytes) => void parts.push(Buffer.from(bytes)), skip() {} });
  const tree = openExt4(memoryReader(image));
  const findings = new Findings();
  copyTree(tree, tree.root, new TarSink(tar, findings), findings);
  tar.end();
  return Buffer.concat(parts);
}

/** What Docker keeps of a tar stream: everything but the files' content. */
export function tarSplit(tar: Buffer): string {
  const lines: string[] = [];
  let pending: Buffer[] = [];
  const line = (value: object): void => void lines.push(JSON.stringify({ ...value, position: lines.length }));
  const flush = (): void => {
    line({ type: 2, payload: Buffer.concat(pending).toString('base64') });
    pending = [];
  };
  let path: Buffer | undefined;
  for (let at = 0; at < tar.length; ) {
    const header = tar.subarray(at, at + 512);
    pending.push(header);
    at += 512;
    if (header[0] === 0) continue;
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    const body = tar.subarray(at, at + size);
    const padding = tar.subarray(at + size, at + Math.ceil(size / 512) * 512);
    at += Math.ceil(size / 512) * 512;
    if (header[156] === 0x78) {
      pending.push(body, padding);
      path =
        /\d+ path=([^\n]*)\n/.exec(body.toString('latin1'))?.[1] === undefined
          ? undefined
          : Buffer.from(/\d+ path=([^\n]*)\n/.exec(body.toString('latin1'))?.[1] ?? '', 'latin1');
      continue;
    }
    if (size > 0) {
      flush();
      const name = path ?? header.subarray(0, header.indexOf(0));
      line({ type: 1, name: name.toString('utf8'), size, payload: 'AAAAAAAAAAA=' });
    }
    pending.push(padding);
    path = undefined;
  }
  flush();
  return `${lines.join('\n')}\n`;
}
