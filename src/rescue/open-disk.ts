import type { BlockReader } from '../formats/block-reader.ts';
import { readSuperblock } from '../formats/dm-thin/superblock.ts';
import type { FileTree } from '../formats/file-tree.ts';
import { FormatError } from '../formats/format-error.ts';
import { openFileSystem, signatureOf } from '../formats/open-file-system.ts';
import { partitions } from '../formats/partitions.ts';
import { lookUp } from '../formats/tree-files.ts';
import { type BlockFile, openBlockFile } from '../host/block-file.ts';
import { UllageError } from '../host/host.ts';
import { type StorePlace, treePlace } from './place.ts';
import type { RescueOptions } from './source.ts';
import { dockerNames } from './thin/device-names.ts';
import { openThinSource, type ThinSource } from './thin/open-pool.ts';

/** Where a Docker root is looked for in a file system: itself, or below a root file system or a /var of its own. */
const ROOTS = ['', 'var/lib/docker', 'lib/docker', 'docker'];

/** A pool, with or without Docker's directories; a store; or a plain file system. */
export interface OnDisk {
  name: string;
  thin?: ThinSource;
  place?: StorePlace;
  tree?: FileTree;
  close(): void;
}

/**
 * What lies on disks or images of them: an LVM thin pool, a file system with a Docker root in it,
 * a plain file system.
 * @throws UllageError saying what was seen on them
 */
export function openDisk(disks: readonly string[], options: RescueOptions): OnDisk {
  const files: BlockFile[] = [];
  const close = (): void => {
    for (const file of files.splice(0)) file.close();
  };
  try {
    const parts = disks.flatMap((path) => {
      const file = openBlockFile(path);
      files.push(file);
      return [file, ...partitions(file)];
    });
    return onParts(parts, disks, options, close);
  } catch (error) {
    close();
    throw error;
  }
}

function onParts(
  parts: readonly BlockReader[],
  disks: readonly string[],
  options: RescueOptions,
  close: () => void,
): OnDisk {
  const name = disks.join(' ');
  const seen: string[] = [];
  let plain: { tree: FileTree; name: string } | undefined;
  for (const part of parts) {
    const signature = signatureOf(part);
    seen.push(`${part.name}: ${signature ?? 'nothing known'}`);
    if (signature === 'lvm2') {
      const pool = options.pool === undefined ? {} : { pool: options.pool };
      return { name, thin: openThinSource({ sources: disks, ...pool }), close };
    }
    if (signature !== 'ext4' && signature !== 'xfs' && parts.length > 1) continue;
    let tree: FileTree;
    try {
      tree = openFileSystem(part);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      seen.push(error.message);
      continue;
    }
    const store = storeIn(tree, part.name, options, close);
    if (store) return store;
    // of several, the largest
    if (!plain || tree.usage.bytes > plain.tree.usage.bytes) plain = { tree, name: part.name };
  }
  if (plain) return { ...plain, close };
  throw new UllageError('nothing on it that can be read', name, `Seen: ${seen.join('; ')}`);
}

function storeIn(tree: FileTree, name: string, options: RescueOptions, close: () => void): OnDisk | undefined {
  for (const path of ROOTS) {
    let top: number | undefined;
    try {
      const node = lookUp(tree, tree.root, path);
      if (node?.kind !== 'directory') continue;
      top = node.inode;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      continue;
    }
    const called = path === '' ? name : `/${path} in ${name}`;
    const place = treePlace(tree, top, called);
    const [metadata, data] = [
      place.device('devicemapper/devicemapper/metadata'),
      place.device('devicemapper/devicemapper/data'),
    ];
    if (metadata && data && (options.driver ?? 'devicemapper') === 'devicemapper')
      return {
        name: called,
        thin: {
          metadata,
          data,
          superblock: readSuperblock(metadata),
          names: dockerNames(place.files),
          damage: [],
          close() {},
        },
        place,
        close,
      };
    if (place.files.list('image').length > 0) return { name: called, place, tree, close };
  }
  return undefined;
}
