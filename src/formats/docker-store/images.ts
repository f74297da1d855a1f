import { createHash } from 'node:crypto';
import type { Damage } from '../format-error.ts';
import { LONGEST_JSON, type StoreFiles } from '../store-files.ts';
import { digest, hex, object, readJson, readWord, string, strings } from './json.ts';

/** An image as image/DRIVER/imagedb and repositories.json have it. */
export interface StoredImage {
  /** digest of its configuration */
  id: string;
  /** `name:tag`, sorted; none of an image that lost its last name */
  tags: string[];
  /** ISO 8601, as the configuration has it */
  created?: string;
  lastUsed?: string;
  /** digests of its layers' tar streams, lowest first */
  diffIds: string[];
  /** the configuration byte for byte: its digest is the id */
  config: Buffer;
}

/**
 * All images of a store.
 * @param damaged told of configurations whose digest is not their name
 */
export function readImages(files: StoreFiles, driver: string, damaged: (damage: Damage) => void): StoredImage[] {
  const tags = readTags(files, driver);
  const directory = `image/${driver}/imagedb/content/sha256`;
  const images: StoredImage[] = [];
  for (const name of files.list(directory).sort()) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const path = `${directory}/${name}`;
    const config = files.read(path, LONGEST_JSON);
    const problem = (what: string): void =>
      damaged({ what, source: `${files.name}/${path}`, offset: 0, lost: `image ${name.slice(0, 12)}` });
    if (!config) {
      problem('the configuration of an image cannot be read');
      continue;
    }
    if (createHash('sha256').update(config).digest('hex') !== name) {
      problem('the digest of an image configuration is not its name');
      continue;
    }
    let json: ReturnType<typeof object>;
    try {
      json = object(JSON.parse(config.toString('utf8')));
    } catch {
      json = undefined;
    }
    if (!json) {
      problem('the configuration of an image is no JSON object');
      continue;
    }
    const id = `sha256:${name}`;
    const created = string(json['created']);
    const lastUsed = readWord(files, `image/${driver}/imagedb/metadata/sha256/${name}/lastUpdated`);
    images.push({
      id,
      tags: tags.get(id) ?? [],
      ...(created ? { created } : {}),
      ...(lastUsed ? { lastUsed } : {}),
      diffIds: strings(object(json['rootfs'])?.['diff_ids']).filter((one) => digest(one) !== undefined),
      config,
    });
  }
  return images;
}

/** repositories.json: `{"Repositories": {NAME: {"NAME:TAG" or "NAME@DIGEST": IMAGE}}}`; digests are no tags. */
function readTags(files: StoreFiles, driver: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const repositories = object(readJson(files, `image/${driver}/repositories.json`)?.['Repositories']) ?? {};
  for (const names of Object.values(repositories)) {
    for (const [name, id] of Object.entries(object(names) ?? {})) {
      if (digest(id) === undefined || name.includes('@')) continue;
      const list = found.get(id as string);
      if (list) list.push(name);
      else found.set(id as string, [name]);
    }
  }
  for (const list of found.values()) list.sort();
  return found;
}

/** The chain of layers up to each diff, lowest first: `sha256(CHAIN DIFF)` (OCI image-spec, config.md). */
export function chainIds(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  for (const diff of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diff : `sha256:${createHash('sha256').update(`${below} ${diff}`).digest('hex')}`);
  }
  return chain;
}

/** A layer as image/DRIVER/layerdb has it. */
export interface StoredLayer {
  chainId: string;
  diffId: string;
  parent?: string;
  /** name of its directory or device in the driver's store */
  cacheId: string;
  /** bytes of its files, as Docker counted them */
  size?: number;
}

/** A layer by its chain; undefined where its record is missing or cut. */
export function readLayer(files: StoreFiles, driver: string, chainId: string): StoredLayer | undefined {
  const at = `image/${driver}/layerdb/sha256/${hex(chainId)}`;
  const diffId = digest(readWord(files, `${at}/diff`));
  const cacheId = readWord(files, `${at}/cache-id`);
  if (!diffId || !cacheId || !/^[0-9A-Za-z_-]+$/.test(cacheId)) return undefined;
  const parent = digest(readWord(files, `${at}/parent`));
  const size = Number(readWord(files, `${at}/size`) ?? Number.NaN);
  return {
    chainId,
    diffId,
    cacheId,
    ...(parent ? { parent } : {}),
    ...(Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
  };
}

/** Every layer there is a record of. */
export function readLayers(files: StoreFiles, driver: string): StoredLayer[] {
  return files
    .list(`image/${driver}/layerdb/sha256`)
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .sort()
    .map((name) => readLayer(files, driver, `sha256:${name}`))
    .filter((layer) => layer !== undefined);
}

/** What Docker kept of a layer's tar stream besides its files' content, packed with gzip. */
export function readTarSplit(files: StoreFiles, driver: string, chainId: string): Buffer | undefined {
  return files.read(`image/${driver}/layerdb/sha256/${hex(chainId)}/tar-split.json.gz`, 2 ** 30);
}
