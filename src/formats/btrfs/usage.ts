import type { BlockReader } from '../block-reader.ts';
import { type Damage, FormatError } from '../format-error.ts';
import { exclusiveBytes, referencedBytes, type Sharing, sharingOf } from '../sharing.ts';
import { type BlockGroup, type Pinned, pinnedChunks, readBlockGroups } from './block-groups.ts';
import { missingDevices, openVolume } from './open.ts';
import { findOwners } from './owners.ts';
import { subvolumePaths } from './paths.ts';
import { readRoots, type Subvolume } from './roots.ts';
import { readSuperblock } from './superblock.ts';

/** Bytes of one subvolume. */
export interface SubvolumeUsage {
  subvolume: Subvolume;
  /** from the top of the file system; '' for the top level; absent where it cannot be told */
  path?: string;
  /** a qgroup's rfer: tree blocks and data extents that it reaches */
  referenced: number;
  /** a qgroup's excl: what nobody else reaches */
  exclusive: number;
  /** sum of the sizes of its files */
  apparent: number;
  files: number;
}

export interface BtrfsUsage {
  fsid: string;
  label: string;
  /** of the transaction that this is the state of */
  generation: number;
  subvolumes: SubvolumeUsage[];
  /** owners are places in `subvolumes` */
  sharing: Sharing;
  groups: BlockGroup[];
  /** data chunks in use that are at most a fifth full, emptiest first */
  pinned: Pinned[];
  /** bytes in use by the file system's own count, each copy of a mirror once */
  used: number;
  totalBytes: number;
  damage: Damage[];
  /** blocks that could not be read: above 0, every sum is too small */
  lost: number;
  healed: number;
  nodes: number;
  /** device ids that were not given */
  missing: number[];
  /** how often the file system moved on so far during the walk that it had to be begun anew */
  restarts: number;
}

/** A fifth: balance with -dusage=20 would take such a chunk. */
const NEARLY_EMPTY = 0.2;
/** Commits come every 30 s by default; a walk takes seconds. */
const ATTEMPTS = 8;

/**
 * Who holds the space of a btrfs file system, mounted or not: the state of its last commit.
 * Blocks are named by address and generation, so a walk that meets no other one saw one state. If it
 * meets one, and the superblock moved on meanwhile, it is begun anew from there.
 * @throws FormatError where there is no file system to be read
 */
export function btrfsUsage(readers: readonly BlockReader[], progress?: (nodes: number) => void): BtrfsUsage {
  for (let restarts = 0; ; restarts++) {
    const before = Math.max(...readers.map((reader) => readSuperblock(reader).generation));
    try {
      const usage = walk(openVolume(readers, progress), restarts);
      if (usage.lost === 0 || restarts >= ATTEMPTS - 1 || !movedOn(readers, before)) return usage;
    } catch (error) {
      // the chunk tree itself was replaced while it was read
      if (!(error instanceof FormatError) || restarts >= ATTEMPTS - 1 || !movedOn(readers, before)) throw error;
    }
  }
}

function movedOn(readers: readonly BlockReader[], before: number): boolean {
  return readers.some((reader) => {
    try {
      return readSuperblock(reader).generation > before;
    } catch {
      return true; // just being written
    }
  });
}

function walk(volume: ReturnType<typeof openVolume>, restarts: number): BtrfsUsage {
  const roots = readRoots(volume);
  const { subvolumes } = roots;
  const owners = findOwners(volume, subvolumes);
  const paths = subvolumePaths(volume, subvolumes);
  const groups = readBlockGroups(volume, roots);
  const both = Float64Array.from(owners.metadata, (bytes, set) => bytes + (owners.data[set] ?? 0));
  const sharing = sharingOf(owners.sets, both);
  const referenced = referencedBytes(sharing);
  const exclusive = exclusiveBytes(sharing);
  const apparent = referencedBytes(sharingOf(owners.sets, owners.apparent));
  const files = referencedBytes(sharingOf(owners.sets, owners.inodes));
  const { superblock } = volume;
  return {
    fsid: superblock.fsid,
    label: superblock.label,
    generation: superblock.generation,
    subvolumes: subvolumes.map((subvolume, i) => {
      const path = paths.get(subvolume.id);
      return {
        subvolume,
        ...(path === undefined ? {} : { path }),
        referenced: referenced[i] ?? 0,
        exclusive: exclusive[i] ?? 0,
        apparent: apparent[i] ?? 0,
        files: files[i] ?? 0,
      };
    }),
    sharing,
    groups,
    pinned: pinnedChunks(groups, owners, NEARLY_EMPTY),
    used: superblock.bytesUsed,
    totalBytes: superblock.totalBytes,
    damage: volume.damage,
    lost: volume.lost,
    healed: volume.healed,
    nodes: volume.nodes,
    missing: missingDevices(volume),
    restarts,
  };
}
