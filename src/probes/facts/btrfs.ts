export interface BtrfsFacts {
  'btrfs-show': BtrfsShow;
  'btrfs-df': BtrfsDf;
  'btrfs-usage': BtrfsUsage;
  'btrfs-sysfs': BtrfsSysfs;
  'btrfs-device-usage': BtrfsDeviceUsage;
  'btrfs-balance': BtrfsBalance;
  'btrfs-qgroup': BtrfsQgroup;
  'btrfs-subvolumes': BtrfsSubvolumes;
}

export type BtrfsBlockGroupType = 'data' | 'metadata' | 'system' | 'mixed';

/** btrfs filesystem show: `size` and `used` of a device are what exists and what is given to chunks. */
export interface BtrfsShow {
  label?: string;
  uuid: string;
  totalDevices?: number;
  bytesUsed?: number;
  devices: { devid: number; size: number; used: number; path?: string; missing?: boolean }[];
  resolution?: number;
}

/** btrfs filesystem df: logical bytes in chunks (`total`) and in use, by type and profile. */
export interface BtrfsDf {
  path?: string;
  rows: { type: BtrfsBlockGroupType; profile: string; total: number; used: number }[];
  globalReserve?: { size: number; used: number };
  resolution?: number;
}

/** btrfs filesystem usage (text, -b, -T, JSON). `rows[].size` is logical; `devices[].size` raw. */
export interface BtrfsUsage {
  path?: string;
  deviceSize?: number;
  deviceAllocated?: number;
  deviceUnallocated?: number;
  deviceMissing?: number;
  deviceSlack?: number;
  used?: number;
  freeEstimated?: number;
  freeEstimatedMin?: number;
  freeStatfs?: number;
  dataRatio?: number;
  metadataRatio?: number;
  globalReserve?: { size: number; used: number };
  rows: {
    type: BtrfsBlockGroupType;
    profile: string;
    size: number;
    used: number;
    devices: { path: string; size: number }[];
  }[];
  unallocated: { path: string; bytes: number }[];
  resolution?: number;
}

/** /sys/fs/btrfs/UUID: exact, needs no root. Unallocated is not there: device sizes less `diskTotal`. */
export interface BtrfsSysfs {
  uuid: string;
  label?: string;
  spaces: Partial<Record<BtrfsBlockGroupType, BtrfsSpace>>;
  globalReserveSize?: number;
  globalReserveReserved?: number;
  /** `none`, `balance`, `balance paused`, `device add`, … */
  exclusiveOperation?: string;
  /** devices of /sys/fs/btrfs/UUID/devices and their size in bytes */
  devices: { name: string; size?: number; missing?: boolean }[];
  nodeSize?: number;
  sectorSize?: number;
  features?: string[];
}

export interface BtrfsSpace {
  /** logical bytes */
  total: number;
  used: number;
  pinned?: number;
  reserved?: number;
  /** promised to running transactions; in metadata the global reserve is inside this */
  mayUse?: number;
  readonly?: number;
  zoneUnusable?: number;
  /** raw bytes on disk */
  diskTotal?: number;
  chunkSize?: number;
  bgReclaimThreshold?: number;
  dynamicReclaim?: boolean;
  /** profile directory names: single, dup, raid1, … */
  profiles: { profile: string; total: number; used: number }[];
}

/** btrfs device usage: what is unallocated on each device. */
export interface BtrfsDeviceUsage {
  path: string;
  devid?: number;
  size?: number;
  slack?: number;
  unallocated?: number;
  allocations: { type: BtrfsBlockGroupType; profile: string; size: number }[];
  resolution?: number;
}

/** The end of `btrfs balance start …`, or `balance status`, wherever it was printed. */
export interface BtrfsBalance {
  path?: string;
  /** `-dusage=55`, as typed, when the command line stands in the text */
  filter?: string;
  outcome: 'relocated' | 'enospc' | 'running' | 'paused' | 'none';
  relocated?: number;
  considered?: number;
}

export interface BtrfsQgroup {
  path?: string;
  id: string;
  referenced: number;
  exclusive?: number;
  maxReferenced?: number;
  maxExclusive?: number;
}

export interface BtrfsSubvolumes {
  path?: string;
  count: number;
  /** `subvolume list -d`: deleted, space not yet returned */
  deleted?: number;
  snapshots?: number;
}
