import { createHash } from 'node:crypto';
import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { dockerArgv } from './docker-client.ts';
import { ask, type PlanRequest, restOfList } from './planned.ts';

export interface DockerImage {
  /** `sha256:…` of its configuration: the same on every host and driver */
  id: string;
  tags: string[];
  /** name@sha256:…: it can be pulled again */
  digests: string[];
  /** milliseconds */
  created: number;
  /** chain ids, lowest first */
  layers: string[];
}

/** Every image of the daemon. The plan rests on the list. */
export function* dockerImages(request: PlanRequest): Generator<Look, DockerImage[], Ran> {
  const list = yield* restOfList('the images', dockerArgv(request, 'image', 'ls', '-q', '--no-trunc', '--all'));
  const ids = [...new Set(list.stdout.split('\n').filter((line) => line !== ''))];
  if (ids.length === 0) return [];
  const told = yield* ask(dockerArgv(request, 'image', 'inspect', ...ids));
  const parsed = JSON.parse(told.stdout || '[]') as {
    Id: string;
    RepoTags: string[] | null;
    RepoDigests: string[] | null;
    Created: string;
    RootFS: { Layers?: string[] };
  }[];
  return parsed.map((one) => ({
    id: one.Id,
    tags: (one.RepoTags ?? []).filter((tag) => !tag.includes('<none>')),
    digests: (one.RepoDigests ?? []).filter((digest) => !digest.includes('<none>')),
    created: Date.parse(one.Created),
    layers: chainIds(one.RootFS.Layers ?? []),
  }));
}

/** ChainID(L0..n) = sha256(ChainID(L0..n-1) + " " + DiffID(Ln)) (OCI image specification, config.md). */
function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diff of diffIds) {
    const parent = chain.at(-1);
    chain.push(
      parent === undefined ? diff : `sha256:${createHash('sha256').update(`${parent} ${diff}`).digest('hex')}`,
    );
  }
  return chain;
}

/** Docker's own record of each layer's size in bytes, by chain id (layerdb). */
export function* layerSizes(root: string, driver: string): Generator<Look, Map<string, number>, Ran> {
  const told = yield* ask(['grep', '-r', '--include=size', '', `${root}/image/${driver}/layerdb/sha256`]);
  const sizes = new Map<string, number>();
  for (const [, id, size] of told.stdout.matchAll(/sha256\/([0-9a-f]{64})\/size:(\d+)$/gm))
    sizes.set(`sha256:${id}`, Number(size));
  return sizes;
}

/** Bytes of layers, each counted once. */
export function layerBytes(images: readonly DockerImage[], sizes: ReadonlyMap<string, number>): number {
  return [...new Set(images.flatMap((image) => image.layers))].reduce((sum, layer) => sum + (sizes.get(layer) ?? 0), 0);
}
