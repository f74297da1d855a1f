import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** An image as a registry has it: blobs by digest, its manifest, its layers from the lowest. */
export interface RegistryImage {
  blobs: Map<string, Buffer>;
  manifest: string;
  layers: string[];
}

/** One of `layers` layers with `files` files of `size` random bytes each. */
export function randomImage(layers: number, files: number, size: number): RegistryImage {
  const blobs = new Map<string, Buffer>();
  const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const put = (bytes: Buffer, mediaType: string) => {
    blobs.set(digest(bytes), bytes);
    return { mediaType, size: bytes.length, digest: digest(bytes) };
  };
  const home = mkdtempSync(join(tmpdir(), 'ullage-layer-'));
  const tars = Array.from({ length: layers }, (_, layer) => {
    const at = join(home, String(layer));
    mkdirSync(at);
    for (let file = 0; file < files; file++) writeFileSync(join(at, `${layer}-${file}`), randomBytes(size));
    return execFileSync('tar', ['-C', at, '-cf', '-', '.'], { maxBuffer: 2 ** 30 });
  });
  rmSync(home, { recursive: true });
  const packed = tars.map((tar) => put(gzipSync(tar, { level: 1 }), 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const config = put(
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: tars.map(digest) },
        history: tars.map((_, layer) => ({ created_by: `layer ${layer}` })),
      }),
    ),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: packed }));
  return { blobs, manifest: put(manifest, MANIFEST).digest, layers: packed.map((one) => one.digest) };
}

/** The same as an OCI image layout (image-spec, image-layout.md). */
export function writeLayout(image: RegistryImage, directory: string, tag: string): void {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  for (const [digest, bytes] of image.blobs) writeFileSync(join(directory, 'blobs', digest.replace(':', '/')), bytes);
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const size = image.blobs.get(image.manifest)?.length ?? 0;
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const manifests = [{ mediaType: MANIFEST, digest: image.manifest, size, annotations }];
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

export interface Registry {
  /** `localhost:PORT/lab/image:1` */
  name: string;
  /** of this layer it sends this part from now on, and then nothing more */
  stall(layer: number, part: number): void;
  /** resolves when that was sent */
  stalled(): Promise<void>;
  close(): void;
}

/** A registry that has one image and can stop in the middle of a layer (distribution-spec, pull). */
export async function serveImage({ blobs, manifest, layers }: RegistryImage): Promise<Registry> {
  let stall: { digest: string | undefined; part: number } = { digest: undefined, part: 1 };
  let reached = () => {};
  let at: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    const [, what, name = ''] = /\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '') ?? [];
    if (what === undefined) return void response.end('{}');
    const digest = what === 'manifests' ? manifest : name;
    const bytes = blobs.get(digest);
    if (!bytes) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': what === 'manifests' ? MANIFEST : 'application/octet-stream',
      'content-length': bytes.length,
      'docker-content-digest': digest,
    });
    if (request.method === 'HEAD') return void response.end();
    if (digest !== stall.digest) return void response.end(bytes);
    response.write(bytes.subarray(0, Math.floor(bytes.length * stall.part)), () => reached());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    name: `localhost:${(server.address() as AddressInfo).port}/lab/image:1`,
    stall(layer, part) {
      stall = { digest: layers[layer], part };
      at = new Promise((resolve) => {
        reached = resolve;
      });
    },
    stalled: () => at,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
