import { readContainers, type StoredContainer } from '../formats/docker-store/containers.ts';
import { readImages } from '../formats/docker-store/images.ts';
import type { FileTree, TreePart } from '../formats/file-tree.ts';
import type { Damage } from '../formats/format-error.ts';
import { lookUp } from '../formats/tree-files.ts';
import { UllageError } from '../host/host.ts';
import { isDirectory, mustBeReadable } from '../host/store-directory.ts';
import { openDisk } from './open-disk.ts';
import { hostPlace, type StorePlace } from './place.ts';
import type { RescueOptions, RescueSource } from './source.ts';
import { containerdRecords, isContainerd } from './thin/containerd-names.ts';
import { openThinSource } from './thin/open-pool.ts';
import { ThinStore } from './thin-store.ts';
import { isUnion, unionOf } from './union/layers.ts';

/**
 * Opens what the operator named: a Docker data root (live or copied), a pool's two files, or
 * disks and images of them. Nothing is written to it.
 * @throws UllageError where nothing in it can be read
 */
export function openRescueSource(options: RescueOptions): RescueSource {
  const { sources, data, metadata, dockerRoot, pool } = options;
  const root = dockerRoot ?? sources.find(isDirectory);
  const disks = sources.filter((path) => path !== root);
  if (root !== undefined && !isDirectory(root))
    throw new UllageError('not a directory', root, 'Name the Docker data root, by default /var/lib/docker');
  if ((data === undefined) !== (metadata === undefined))
    throw new UllageError(
      'only one half of a pool is given',
      `--${data === undefined ? 'metadata' : 'data'}`,
      'A thin pool is two files or devices: give --data and --metadata',
    );
  if (root !== undefined) mustBeReadable(root);
  const place = root === undefined ? undefined : hostPlace(root);
  if (metadata !== undefined || (place && (disks.length > 0 || isThin(place, options)))) {
    const thin = openThinSource({
      sources: root === undefined ? disks : [root, ...disks],
      ...(metadata === undefined ? {} : { metadata }),
      ...(data === undefined ? {} : { data }),
      ...(pool === undefined ? {} : { pool }),
    });
    return thinSource(root ?? metadata ?? thin.metadata.name, new ThinStore(thin), place);
  }
  if (place && root !== undefined) return storeSource(root, place, options);
  if (disks.length === 0)
    throw new UllageError(
      'no source given',
      'ullage rescue',
      'Name a Docker data root, a disk, or --data and --metadata',
    );
  const found = openDisk(disks, options);
  if (found.thin) return thinSource(found.name, new ThinStore(found.thin), found.place, found.close);
  if (found.place) return storeSource(found.name, found.place, options, found.close);
  if (found.tree) return treeSource(found.name, found.tree, found.close);
  throw new UllageError('nothing on it that can be read', found.name, 'Name another disk');
}

/** A thin pool, with Docker's directories where they are there. */
export function thinSource(
  name: string,
  thin: ThinStore,
  place: StorePlace | undefined,
  alsoClose?: () => void,
): RescueSource {
  const damage: Damage[] = [...thin.source.damage, ...thin.damage];
  const files = place?.files;
  const containerd = files && isContainerd(files) ? containerdRecords(files) : undefined;
  const driver = containerd ? 'devmapper' : 'devicemapper';
  const notes: string[] = [];
  if (thin.source.superblock.needsCheck)
    notes.push('The pool is marked needs_check: the kernel would refuse it; what is read here is its last commit.');
  if (files && thin.source.names.size === 0)
    notes.push(
      `${containerd ? 'The snapshotter’s POOL.db' : 'devicemapper/metadata'} is empty or missing: devices are known by their numbers alone.`,
    );
  return {
    name,
    driver,
    images: files ? readImages(files, driver, (one) => damage.push(one)) : [],
    containers: containerd?.containers ?? (files ? readContainers(files, driver) : []),
    ...(files ? { files } : {}),
    thin,
    notes,
    damage,
    layer(hash) {
      const id = thin.idOf(hash);
      if (id === undefined)
        throw new UllageError(
          'no thin device is known by that name',
          hash.slice(0, 24),
          'Its record in devicemapper/metadata is lost: ullage rescue ls lists the devices, files SOURCE device:ID takes one',
        );
      const tree = thin.tree(id);
      return containerd ? { tree, top: tree.root } : rootOf(tree);
    },
    close() {
      thin.close();
      place?.close();
      alsoClose?.();
    },
  };
}

/** Docker's driver keeps a layer's files in `rootfs`; other devices hold them at the top. */
export function rootOf(tree: FileTree): TreePart {
  const inner = lookUp(tree, tree.root, 'rootfs');
  return { tree, top: inner?.kind === 'directory' ? inner.inode : tree.root };
}

/** Where each driver keeps a layer's files, below the Docker root (moby daemon/graphdriver). */
const LAYERS = new Map<string, (name: string) => string>(
  Object.entries({
    overlay2: (name) => `overlay2/${name}/diff`,
    'fuse-overlayfs': (name) => `fuse-overlayfs/${name}/diff`,
    overlay: (name) => `overlay/${name}/root`,
    aufs: (name) => `aufs/diff/${name}`,
    btrfs: (name) => `btrfs/subvolumes/${name}`,
    vfs: (name) => `vfs/dir/${name}`,
  }),
);

function storeSource(name: string, place: StorePlace, options: RescueOptions, alsoClose?: () => void): RescueSource {
  const driver = driverOf(place, options);
  const pathOf = driver === undefined ? undefined : LAYERS.get(driver);
  if (driver === undefined || pathOf === undefined)
    throw new UllageError(
      driver === undefined ? 'no store of Docker in it' : 'a storage driver that is not read here',
      driver === undefined ? name : `${driver} of ${name}`,
      `A Docker data root has image/DRIVER; known drivers: devicemapper, ${[...LAYERS.keys()].join(', ')}`,
    );
  const damage: Damage[] = [];
  return {
    name,
    driver,
    images: readImages(place.files, driver, (one) => damage.push(one)),
    containers: readContainers(place.files, driver),
    files: place.files,
    notes: [],
    damage,
    layer(hash) {
      const part = place.part(pathOf(hash));
      if (!part)
        throw new UllageError(
          'the files of a layer are missing',
          `${name}/${pathOf(hash)}`,
          'It cannot be rescued from here',
        );
      return part;
    },
    ...(isUnion(driver)
      ? {
          union: (container: StoredContainer & { mountId: string }) => unionOf(place, driver, container),
        }
      : {}),
    close() {
      place.close();
      alsoClose?.();
    },
  };
}

function treeSource(name: string, tree: FileTree, close: () => void): RescueSource {
  return {
    name,
    driver: 'none',
    images: [],
    containers: [],
    tree,
    notes: [...tree.state.notes],
    damage: [],
    layer(hash) {
      throw new UllageError('no layers in a plain file system', hash, 'Take its files with: files SOURCE / --to DIR');
    },
    close,
  };
}

const isThin = (place: StorePlace, options: RescueOptions): boolean =>
  driverOf(place, options) === 'devicemapper' || isContainerd(place.files);

/** The driver asked for, or the one whose store has images; devicemapper before others, as no other tool reads it. */
function driverOf(place: StorePlace, options: RescueOptions): string | undefined {
  if (options.driver !== undefined) return options.driver;
  const drivers = place.files.list('image').filter((name) => /^[a-z0-9-]+$/.test(name));
  const used = drivers.filter((name) => place.files.list(`image/${name}/imagedb/content/sha256`).length > 0);
  const candidates = used.length > 0 ? used : drivers;
  if (candidates.includes('devicemapper') || (candidates.length === 0 && place.files.list('devicemapper').length > 0))
    return 'devicemapper';
  return candidates.find((name) => LAYERS.get(name) !== undefined) ?? candidates[0];
}
