import { type BtrfsRoom, btrfsRoom } from './btrfs-allocate.ts';
import type { BtrfsView } from './btrfs-view.ts';
import type { Headroom, Layer, LayerKind, ResourceName } from './layer.ts';
import type { PoolLimits } from './thin-metadata.ts';

/** What a layer can still carry. Infinity: it does not limit. */
export interface Room {
  bytes: number;
  /** for root, who may use ext4's reserve */
  rootBytes: number;
  stoppedBy?: Headroom['stoppedBy'];
}

export interface CarryContext {
  layers: ReadonlyMap<string, Layer>;
  btrfs: ReadonlyMap<string, BtrfsView>;
  /** thin pools by layer: what only their own view tells */
  pools: ReadonlyMap<string, PoolLimits>;
}

const MIB = 1024 ** 2;
const UNLIMITED: Room = { bytes: Number.POSITIVE_INFINITY, rootBytes: Number.POSITIVE_INFINITY };

/**
 * The largest N that this layer and everything below it can take, or undefined where something
 * on the way is not known. `path` guards against loops in bad data.
 */
export function carry(
  id: string,
  context: CarryContext,
  path: readonly string[] = [],
  above?: LayerKind,
): Room | undefined {
  const layer = context.layers.get(id);
  if (!layer || path.includes(id)) return UNLIMITED;
  // a mounted file system knows its room better: what is free in it may lie in blocks that are mapped already
  const own = layer.kind === 'thin-volume' && above === 'file-system' ? UNLIMITED : ownRoom(layer, context);
  if (own === undefined) return undefined;
  let room = own;
  for (const lower of layer.on) {
    const below = carry(lower, context, [...path, id], layer.kind);
    if (below === undefined) return undefined;
    room = least(room, through(layer, lower === layer.on[0] ? besideMetadata(layer, below, context) : below));
  }
  return room;
}

/** How a limit of the layer below looks from above this one. */
function through(layer: Layer, below: Room): Room {
  if (layer.kind === 'container') return onSnapshot(layer, below);
  if (layer.kind === 'loop') {
    const file = layer.resources.find((resource) => resource.name === 'bytes');
    // a file that owns all its blocks, or whose file system can give it the rest, sets no limit;
    // the loop driver's worker is root, so ext4's reserve is open to it
    if (file?.free !== undefined && below.rootBytes >= file.free) return UNLIMITED;
    return { ...below, bytes: below.rootBytes };
  }
  if (layer.kind === 'file-system' && layer.storage === 'btrfs' && Number.isFinite(below.bytes)) {
    // copy on write puts every changed metadata block on a new place: a sparse file or a pool below
    // grows by more than the data. Measured on a filling loop file: 3 % and 8 MiB
    const left = Math.max(0, below.bytes * 0.97 - 8 * MIB);
    return { ...below, bytes: left, rootBytes: left };
  }
  // device nodes and volume groups hand on a fixed size: only what grows by use passes a limit up
  return layer.kind === 'store' ||
    layer.kind === 'file-system' ||
    layer.kind === 'thin-volume' ||
    layer.kind === 'thin-pool' ||
    below.stoppedBy
    ? below
    : UNLIMITED;
}

/**
 * A container's volume is a snapshot of its image's. The first lap of its file system's log changes blocks
 * they share, and each takes a new one of the pool. Measured with xfs, which pads what it forces out to
 * 64 KiB, on data synced every 4 MiB; at most the log, 64 MiB on volumes of this size.
 */
function onSnapshot(layer: Layer, below: Room): Room {
  const { stoppedBy } = below;
  // changing a block costs no new mapping
  if (!stoppedBy || stoppedBy.resource === 'metadata' || layer.on.includes(stoppedBy.layer)) return below;
  return reduced(below, (bytes) => bytes - Math.min(bytes / 64, 64 * MIB));
}

/**
 * The metadata of a loop-lvm pool is a sparse file too, beside the data: each commit puts what it changed
 * in places not used before, until the whole file is allocated. Measured on Linux 6.1: 68 KiB a commit.
 */
function besideMetadata(layer: Layer, below: Room, context: CarryContext): Room {
  if (layer.kind !== 'thin-pool' || !Number.isFinite(below.bytes)) return below;
  const [data, file] = layer.on.map((id) => context.layers.get(id));
  if (data?.kind !== 'loop' || file?.kind !== 'loop' || data.on[0] !== file.on[0]) return below;
  const most = resource(file, 'bytes')?.free ?? Number.POSITIVE_INFINITY;
  return reduced(below, (bytes) => Math.max(bytes - most, bytes * (1 - 68 / 4096)));
}

function reduced(room: Room, less: (bytes: number) => number): Room {
  return { ...room, bytes: Math.max(0, less(room.bytes)), rootBytes: Math.max(0, less(room.rootBytes)) };
}

function ownRoom(layer: Layer, context: CarryContext): Room | undefined {
  switch (layer.kind) {
    case 'file-system':
      return layer.storage === 'btrfs' ? btrfsOwn(layer, context) : plainOwn(layer);
    case 'thin-pool':
      return poolOwn(layer, context.pools.get(layer.id));
    case 'thin-volume':
      return thinOwn(layer);
    case 'container':
      return quotaOwn(layer);
    default:
      return UNLIMITED;
  }
}

function plainOwn(layer: Layer): Room | undefined {
  const bytes = resource(layer, 'bytes');
  if (bytes?.free === undefined) return undefined;
  const inodes = resource(layer, 'inodes');
  if (inodes?.free === 0) return stop(layer, 0, 0, 'inodes', 'no inode is left: no file can be created');
  const reserve = resource(layer, 'root reserve')?.capacity ?? 0;
  return stop(layer, bytes.free, bytes.free + reserve, 'bytes', 'its free space ends there');
}

const BTRFS_WHY: Record<BtrfsRoom['stoppedBy'], string> = {
  data: 'the free space inside its data chunks ends there, and nothing is left to make new ones',
  metadata: 'its metadata is full then, and nothing is left to make a new metadata chunk',
  unallocated: 'its chunks and its unallocated space are used up then',
};

function btrfsOwn(layer: Layer, context: CarryContext): Room | undefined {
  const view = context.btrfs.get(layer.id);
  const room = view ? btrfsRoom(view) : undefined;
  if (!room) return undefined;
  const name: ResourceName = room.stoppedBy;
  return stop(layer, room.bytes, room.bytes, name, BTRFS_WHY[room.stoppedBy]);
}

/**
 * The volume's file system is not visible from outside. What no block is mapped for is surely free;
 * free space inside mapped blocks comes on top, so this is the cautious figure.
 */
function thinOwn(layer: Layer): Room {
  const bytes = resource(layer, 'bytes');
  return bytes?.free === undefined
    ? UNLIMITED
    : stop(layer, bytes.free, bytes.free, 'bytes', 'the volume of this container ends there');
}

/** A project quota binds root's writes as well. */
function quotaOwn(layer: Layer): Room {
  const quota = resource(layer, 'quota');
  return quota?.free === undefined
    ? UNLIMITED
    : stop(layer, quota.free, quota.free, 'quota', 'this container may not write more');
}

function poolOwn(layer: Layer, limits: PoolLimits | undefined): Room | undefined {
  if (limits?.closed !== undefined) return stop(layer, 0, 0, limits.closed.resource, limits.closed.why);
  const data = resource(layer, 'data');
  if (data?.free === undefined) return undefined;
  const more = data.growable?.by ?? 0;
  const grown = data.free + more;
  // what grows the data when it runs out grows the metadata too (lvmthin(7), "Automatically extend thin pool LV")
  if (limits?.mappable !== undefined && more === 0 && limits.mappable < grown)
    return stop(layer, limits.mappable, limits.mappable, 'metadata', 'its metadata can map no further block then');
  return stop(
    layer,
    grown,
    grown,
    'data',
    data.growable
      ? 'its last block is used then, and its volume group cannot grow it further'
      : 'its last block is used then',
  );
}

function stop(layer: Layer, bytes: number, rootBytes: number, name: ResourceName, why: string): Room {
  return { bytes, rootBytes, stoppedBy: { layer: layer.id, resource: name, why } };
}

function least(a: Room, b: Room): Room {
  const low = b.bytes < a.bytes ? b : a;
  return { ...low, rootBytes: Math.min(a.rootBytes, b.rootBytes) };
}

export function resource(layer: Layer, name: ResourceName): Layer['resources'][number] | undefined {
  return layer.resources.find((one) => one.name === name);
}
