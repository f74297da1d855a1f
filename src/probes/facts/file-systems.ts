import type { StatfsValue } from '../../host/host.ts';

export interface FileSystemFacts {
  df: DfRow;
  'df-inodes': DfInodesRow;
  mount: Mount;
  statfs: { path: string } & StatfsValue;
  block: BlockDevice;
  loop: LoopDevice;
  file: FileEntry;
  'directory-size': DirectorySize;
  'directory-room': DirectoryRoom;
  'open-deleted': OpenDeleted;
  'xfs-info': XfsInfo;
  'xfs-free-space': XfsFreeSpace;
  'ext-super': ExtSuper;
  'ext-errors': ExtErrors;
  quota: Quota;
  'zfs-dataset': ZfsDataset;
  zpool: Zpool;
  'disk-image': DiskImage;
  /** a path the operator asked about (`--on`) */
  target: { path: string };
}

/** One row of df in any dress (GNU, BusyBox, macOS, translated headers, mashed lines). */
export interface DfRow {
  filesystem: string;
  type?: string;
  size: number;
  used: number;
  available: number;
  /** as printed, 0..100 */
  usePercent?: number;
  mountpoint: string;
  resolution?: number;
  /** the row was printed inside a container (mount points like /etc/hosts, `none on /`, shm 64M) */
  inContainer?: boolean;
}

/** One row of df -i. Rows of file systems without an inode limit (btrfs `0 0 0 -`) have inodes 0. */
export interface DfInodesRow {
  filesystem: string;
  type?: string;
  inodes: number;
  used: number;
  free: number;
  usePercent?: number;
  mountpoint: string;
  inContainer?: boolean;
}

/** One line of /proc/PID/mountinfo, /proc/mounts, `mount` or findmnt. */
export interface Mount {
  source: string;
  target: string;
  fstype: string;
  /** per-mount options */
  options: string[];
  /** super-block options; absent in /proc/mounts, where `options` holds both */
  superOptions?: string[];
  /** `major:minor` of the super block */
  majmin?: string;
  /** the directory of the file system that is mounted here (bind mounts, btrfs subvolumes) */
  root?: string;
  mountId?: number;
  parentId?: number;
  uuid?: string;
  /** the process whose mount namespace this is; absent: the reader's own */
  pid?: number;
}

/** One device of lsblk (JSON, tree or pairs) or /proc/partitions. */
export interface BlockDevice {
  name: string;
  kname?: string;
  majmin?: string;
  /** disk, part, lvm, dm, crypt, loop, raid1, mpath … as lsblk says */
  type: string;
  size: number;
  resolution?: number;
  fstype?: string;
  /** size of the file system on it, where lsblk knows */
  fsSize?: number;
  uuid?: string;
  mountpoints: string[];
  readOnly?: boolean;
  /** names of the devices this one lies on */
  parents: string[];
  /** 0: this device passes no discards */
  discardMax?: number;
}

/** losetup -l, -a, -J; /sys/block/loopN/loop. */
export interface LoopDevice {
  /** /dev/loop0 */
  device: string;
  backFile: string;
  /** the back file was unlinked; its space returns when the loop is detached */
  deleted?: boolean;
  offset?: number;
  sizeLimit?: number;
  readOnly?: boolean;
  autoclear?: boolean;
}

/** A file seen in ls -l, ls -s, stat, find or an API. `allocated` is st_blocks * 512. */
export interface FileEntry {
  path: string;
  size?: number;
  allocated?: number;
  inode?: number;
  uid?: number;
  resolution?: number;
}

/** du, or a sentence saying so ("/var/lib/docker/containers alone is 76GB": `said`). */
export interface DirectorySize {
  path: string;
  bytes: number;
  resolution?: number;
  said?: boolean;
}

/** statfs(2) of a directory that is no mount point: under a project quota the quota's own size and rest. */
export interface DirectoryRoom {
  path: string;
  size: number;
  available: number;
}

/** A deleted file that a process still holds: lsof, lsof +L1, ls -l /proc/PID/fd. */
export interface OpenDeleted {
  program?: string;
  pid?: number;
  fd?: string;
  /** as its process sees it: in a container, below the container's root */
  path: string;
  size?: number;
  /** `major:minor` of the file system (st_dev), where it was asked for */
  device?: string;
}

export interface XfsInfo {
  /** mount point or device, as printed in meta-data= */
  device: string;
  blockSize: number;
  /** data blocks */
  blocks: number;
  agCount?: number;
  inodeSize?: number;
  /** percent of space inodes may take; 0 = no limit */
  imaxpct?: number;
  sparse?: boolean;
  ftype?: boolean;
  reflink?: boolean;
  realtimeBlocks?: number;
}

/** xfs_spaceman / xfs_db `freesp -s`. */
export interface XfsFreeSpace {
  path?: string;
  blocks: number;
  extents: number;
  /** the upper bound of the largest non-empty bucket, in blocks */
  largestExtentBlocks: number;
}

/** dumpe2fs -h, tune2fs -l. Stale while mounted: counts are of the last write-out. */
export interface ExtSuper {
  device?: string;
  blockSize: number;
  blockCount: number;
  reservedBlocks: number;
  freeBlocks?: number;
  inodeCount: number;
  freeInodes?: number;
  reservedUid?: number;
  state?: string;
  errorCount?: number;
  features: string[];
}

/** /sys/fs/ext4/DEV/{errors_count,last_error_func,…}: persistent, survives reboots. */
export interface ExtErrors {
  device: string;
  errors: number;
  warnings?: number;
  lastFunction?: string;
  /** seconds since 1970 */
  lastTime?: number;
  reservedClusters?: number;
}

/** One subject of a quota report (repquota, xfs_quota, quota -s). Bytes; a hard limit of 0 means none. */
export interface Quota {
  filesystem: string;
  kind: 'user' | 'group' | 'project';
  subject: string;
  usedBytes?: number;
  softBytes?: number;
  hardBytes?: number;
  usedInodes?: number;
  hardInodes?: number;
}

/** zfs list / zfs get, exact or human. */
export interface ZfsDataset {
  name: string;
  used: number;
  available: number;
  referenced?: number;
  mountpoint?: string;
  usedBySnapshots?: number;
  quota?: number;
  refquota?: number;
  reservation?: number;
  refreservation?: number;
  resolution?: number;
}

/** zpool list. */
export interface Zpool {
  name: string;
  size: number;
  allocated: number;
  free: number;
  capacityPercent?: number;
  fragmentationPercent?: number;
  health?: string;
  resolution?: number;
}

/** A virtual disk as its host sees it: qemu-img info, ls of Docker.raw, ext4.vhdx, docker.img. */
export interface DiskImage {
  path: string;
  virtualSize?: number;
  allocated?: number;
  format?: string;
}
