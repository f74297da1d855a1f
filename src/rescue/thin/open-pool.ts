import type { BlockReader } from '../../formats/block-reader.ts';
import { readSuperblock, type Superblock } from '../../formats/dm-thin/superblock.ts';
import { type Damage, FormatError } from '../../formats/format-error.ts';
import { readLabel } from '../../formats/lvm2/label.ts';
import { MISSING_VOLUME } from '../../formats/lvm2/logical-volume.ts';
import { partitions } from '../../formats/partitions.ts';
import type { StoreFiles } from '../../formats/store-files.ts';
import { type BlockFile, openBlockFile } from '../../host/block-file.ts';
import { UllageError } from '../../host/host.ts';
import { isDirectory, isThere, mustBeReadable, storeDirectory } from '../../host/store-directory.ts';
import { containerdRecords, isContainerd } from './containerd-names.ts';
import { type DeviceName, dockerNames } from './device-names.ts';
import { type Told, withoutSuperblock } from './lost-superblock.ts';
import { lvmPool } from './lvm-pool.ts';

export interface ThinSourceOptions extends Told {
  /** Docker data root, metadata file or device, or the disks of a volume group */
  sources: readonly string[];
  /** metadata file or device; `sources` may then name a Docker root for its names */
  metadata?: string;
  /** data file or device */
  data?: string;
  /** read the metadata snapshot of a pool in use */
  heldRoot?: boolean;
  /** `VG/POOL` where there are several */
  pool?: string;
}

/** A thin pool that can be read, wherever it lay. */
export interface ThinSource {
  metadata: BlockReader;
  data?: BlockReader;
  superblock: Superblock;
  /** by device id */
  names: Map<number, DeviceName>;
  /** damage on the way to it: copies of LVM metadata that cannot be read */
  damage: Damage[];
  close(): void;
}

/** @throws UllageError where there is no pool, or no way into it */
export function openThinSource(options: ThinSourceOptions): ThinSource {
  const files: BlockFile[] = [];
  const open = (path: string): BlockFile => {
    const file = openBlockFile(path);
    files.push(file);
    return file;
  };
  try {
    const found = locate(options, open);
    return { ...found, superblock: superblockOf(found, options), close };
  } catch (error) {
    close();
    throw error;
  }

  function close(): void {
    for (const file of files.splice(0)) file.close();
  }
}

type Located = Omit<ThinSource, 'superblock' | 'close'>;

function locate(options: ThinSourceOptions, open: (path: string) => BlockReader): Located {
  const { sources, metadata, data } = options;
  const root = sources.find(isDirectory);
  if (root !== undefined) mustBeReadable(root);
  const names = root === undefined ? new Map<number, DeviceName>() : namesOf(storeDirectory(root));
  if (metadata !== undefined)
    return { metadata: open(metadata), ...(data === undefined ? {} : { data: open(data) }), names, damage: [] };
  const disks = sources.filter((path) => path !== root);
  if (root !== undefined && disks.length === 0) return { ...loopFiles(root, open), names, damage: [] };
  if (disks.length === 0)
    throw new UllageError('no source given', 'ullage thin', 'Name a metadata file, a disk or a Docker data root');
  const readers = disks.map(open);
  const [first] = readers;
  if (first && readers.length === 1 && readers.every((reader) => parts(reader).every((part) => !hasLabel(part))))
    return { metadata: first, ...(data === undefined ? {} : { data: open(data) }), names, damage: [] };
  const pool = lvmPool(readers.flatMap(parts), options.pool);
  for (const [id, name] of names) pool.names.set(id, { ...pool.names.get(id), ...name });
  return pool;
}

function namesOf(files: StoreFiles): Map<number, DeviceName> {
  return isContainerd(files) ? containerdRecords(files).names : dockerNames(files);
}

function parts(disk: BlockReader): BlockReader[] {
  return [disk, ...partitions(disk)];
}

function hasLabel(reader: BlockReader): boolean {
  try {
    return readLabel(reader) !== undefined;
  } catch (error) {
    if (error instanceof FormatError) return true; // a label it is, though damaged
    throw error;
  }
}

/** Docker's loop-lvm files, as devicemapper/devicemapper of its root or beside each other in the directory itself. */
function loopFiles(root: string, open: (path: string) => BlockReader): { metadata: BlockReader; data?: BlockReader } {
  const folder = [`${root}/devicemapper/devicemapper`, `${root}/devicemapper`, root].find(
    (one) => isThere(`${one}/metadata`) && !isDirectory(`${one}/metadata`),
  );
  // the names of containerd's own guide (docs/snapshotters/devmapper.md)
  const guide = [`${root}/devmapper`, `${root}/io.containerd.snapshotter.v1.devmapper`, root].find(
    (one) => isThere(`${one}/meta`) && isThere(`${one}/data`),
  );
  if (folder === undefined && guide !== undefined)
    return { metadata: open(`${guide}/meta`), data: open(`${guide}/data`) };
  if (folder === undefined && isContainerd(storeDirectory(root)))
    throw new UllageError(
      'containerd keeps its pool elsewhere',
      root,
      'Name its disk as well (--disk), or its two devices with --data and --metadata',
    );
  if (folder === undefined)
    throw new UllageError(
      'no metadata file of a thin pool in it',
      `${root}/devicemapper/devicemapper`,
      isDirectory(`${root}/devicemapper/metadata`)
        ? 'The pool is not in loop files (direct-lvm): name its disk as well, or its metadata with --metadata'
        : 'Name a Docker data root that has a devicemapper store, a metadata file or a disk',
    );
  return {
    metadata: open(`${folder}/metadata`),
    ...(isThere(`${folder}/data`) ? { data: open(`${folder}/data`) } : {}),
  };
}

function superblockOf({ metadata, data }: Located, options: ThinSourceOptions): Superblock {
  let live: Superblock;
  try {
    live = readSuperblock(metadata);
  } catch (error) {
    // a disk that was not named is no damage
    if (!(error instanceof FormatError) || error.what === MISSING_VOLUME) throw error;
    return withoutSuperblock(metadata, error, options, data);
  }
  if (options.roots !== undefined) {
    const chosen = withoutSuperblock(metadata, new FormatError('', metadata.name, 0), options, data);
    return { ...live, mappingRoot: chosen.mappingRoot, detailsRoot: chosen.detailsRoot };
  }
  if (!options.heldRoot) return live;
  if (live.heldRoot === 0)
    throw new UllageError(
      'the pool has no metadata snapshot',
      metadata.name,
      'Take one with dmsetup message POOL 0 reserve_metadata_snap, and release it after',
    );
  // the snapshot's superblock has roots of its own; sizes are the pool's
  const held = readSuperblock(metadata, live.heldRoot);
  return { ...held, data: live.data, metadata: live.metadata, heldRoot: live.heldRoot };
}
