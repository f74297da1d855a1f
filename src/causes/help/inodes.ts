import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { mountOf } from './file-systems.ts';

export interface InodeRow {
  mountpoint: string;
  source: string;
  type?: string;
  inodes: number;
  free: number;
  /** used part, 0..1 */
  ratio: number;
  tmpfs: boolean;
  inContainer: boolean;
  fact: Fact<'df-inodes'> | Fact<'statfs'>;
}

/** Inode use of every file system seen, the last word on each mount point, one row for each device. */
export function inodeRows(scene: Scene): InodeRow[] {
  const rows = new Map<string, InodeRow>();
  const keep = (row: Omit<InodeRow, 'ratio' | 'tmpfs'>): void => {
    if (row.inodes <= 0) return; // btrfs and others: no limit, never "exhausted"
    const key = `${row.inContainer}:${row.source.startsWith('/dev/') ? row.source : row.mountpoint}`;
    const known = rows.get(key);
    const shorter = known && known.mountpoint.length < row.mountpoint.length ? known.mountpoint : row.mountpoint;
    rows.set(key, {
      ...row,
      mountpoint: shorter,
      ratio: Math.min(1, Math.max(0, row.inodes - row.free) / row.inodes),
      tmpfs: /^(?:tmpfs|devtmpfs|shm|ramfs|udev)$/i.test(row.type ?? row.source),
    });
  };
  for (const fact of scene.facts.all('df-inodes')) {
    const type =
      fact.value.type ??
      scene.facts.last('mount', (mount) => mount.target === fact.value.mountpoint)?.value.fstype ??
      typeFromDf(scene, fact.value.mountpoint);
    keep({
      mountpoint: fact.value.mountpoint,
      source: fact.value.filesystem,
      ...(type === undefined ? {} : { type }),
      inodes: fact.value.inodes,
      free: fact.value.free,
      inContainer: fact.value.inContainer === true,
      fact,
    });
  }
  for (const fact of scene.facts.all('statfs')) {
    const mount = mountOf(scene, fact.value.path);
    keep({
      mountpoint: mount?.target ?? fact.value.path,
      source: mount?.source ?? fact.value.path,
      ...(mount ? { type: mount.fstype } : {}),
      inodes: fact.value.files,
      free: fact.value.ffree,
      inContainer: false,
      fact,
    });
  }
  const all = [...rows.values()];
  // a container's merged directory shows the counts of the file system below it
  return all.filter(
    (row) =>
      !/^overlay/i.test(row.type ?? row.source) ||
      !all.some(
        (other) =>
          other !== row &&
          other.inContainer === row.inContainer &&
          other.inodes === row.inodes &&
          !/^overlay/i.test(other.type ?? other.source),
      ),
  );
}

/** Read-only images have exactly the inodes they need; pseudo file systems count something else. */
export function hasInodeLimit(row: InodeRow): boolean {
  return (
    !/^(?:squashfs|iso9660|erofs|udf|cramfs|vfat|exfat|fuse.*|9p|virtiofs|nfs\d?|cifs|btrfs|zfs|apfs)$/i.test(
      row.type ?? '',
    ) && !/^\/(?:snap|var\/lib\/snapd\/snap|sys|proc|dev|cdrom|mnt\/cdrom)(?:\/|$)/.test(row.mountpoint)
  );
}

/** Nothing is left that could matter: none, or less than one in a thousand and fewer than 64. */
export function exhaustedInodes(row: InodeRow): boolean {
  return row.free === 0 || (row.free < 64 && row.free / row.inodes < 0.001);
}

function typeFromDf(scene: Scene, mountpoint: string): string | undefined {
  return scene.facts.last('df', (df) => df.mountpoint === mountpoint)?.value.type;
}
