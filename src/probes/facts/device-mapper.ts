export interface DeviceMapperFacts {
  'dm-table': DmTable;
  'dm-status': DmStatus;
  'dm-device': DmDevice;
  lv: LogicalVolume;
  vg: VolumeGroup;
  pv: PhysicalVolume;
  'lvm-config': LvmConfig;
  'docker-dm': DockerDeviceMapper;
  'docker-dm-device': DockerDmDevice;
  'docker-mount-id': DockerMountId;
  'containerd-dm-device': ContainerdDmDevice;
  'containerd-dm-snapshots': ContainerdDmSnapshots;
  'file-age': FileAge;
}

/** One target of `dmsetup table`. start, length in sectors of 512 bytes. */
export interface DmTable {
  name: string;
  start: number;
  length: number;
  /** thin-pool, thin, linear, striped, crypt, snapshot, snapshot-origin … */
  target: string;
  args: string[];
  thinPool?: {
    /** `major:minor` or path */
    metadataDevice: string;
    dataDevice: string;
    blockSectors: number;
    lowWaterBlocks: number;
    features: string[];
  };
  thin?: { pool: string; deviceId: number; externalOrigin?: string };
  linear?: { device: string; offset: number };
}

/** One target of `dmsetup status` (kernel thin-provisioning.rst). */
export interface DmStatus {
  name: string;
  start: number;
  length: number;
  target: string;
  thinPool?: ThinPoolStatus;
  /** `highest` is unspecified while nothing is mapped */
  thin?: { mappedSectors: number; highestSector?: number };
  snapshot?: { used?: number; total?: number; metadata?: number; invalid?: boolean };
  /** the whole status is `Fail` or `Error` */
  failed?: 'Fail' | 'Error';
}

/** Metadata blocks are 4096 bytes; data blocks are the table's block size. */
export interface ThinPoolStatus {
  transactionId: number;
  usedMetadata: number;
  totalMetadata: number;
  usedData: number;
  totalData: number;
  mode: 'rw' | 'ro' | 'out_of_data_space';
  discard: 'discard_passdown' | 'no_discard_passdown' | 'ignore_discard';
  whenFull: 'queue' | 'error';
  needsCheck: boolean;
  metadataLowWater?: number;
}

/** dmsetup ls, info, info -c. */
export interface DmDevice {
  name: string;
  major: number;
  minor: number;
  suspended?: boolean;
  openCount?: number;
}

/** One row of lvs, in JSON or text. Percents 0..100. */
export interface LogicalVolume {
  vg: string;
  name: string;
  /** ten characters, e.g. `twi-aotzD-` */
  attr?: string;
  size?: number;
  resolution?: number;
  pool?: string;
  origin?: string;
  dataPercent?: number;
  metadataPercent?: number;
  /** `monitored`, `not monitored` or '' */
  monitor?: string;
  whenFull?: 'queue' | 'error';
  /** `out_of_data`, `metadata_read_only`, `failed` … */
  health?: string;
  discards?: string;
  chunkSize?: number;
  metadataSize?: number;
  profile?: string;
}

export interface VolumeGroup {
  name: string;
  size: number;
  free: number;
  extentSize?: number;
  freeExtents?: number;
  pvCount?: number;
  resolution?: number;
}

export interface PhysicalVolume {
  name: string;
  vg?: string;
  size: number;
  free?: number;
  resolution?: number;
}

/** lvm.conf, a profile, `lvmconfig` or `lvm dumpconfig`: the settings that decide autoextend. */
export interface LvmConfig {
  /** file name or profile name */
  from: string;
  /** percent full that triggers; 100 = off */
  autoextendThreshold?: number;
  /** percent of the pool's size added each time */
  autoextendPercent?: number;
  monitoring?: boolean;
}

/** The devicemapper part of `docker info`, text or API. */
export interface DockerDeviceMapper {
  poolName?: string;
  blockSize?: number;
  baseDeviceSize?: number;
  backingFileSystem?: string;
  /** `/dev/loop0` or a device; '' when Docker printed it empty */
  dataFile?: string;
  metadataFile?: string;
  /** the sparse file behind a loop-lvm pool */
  dataLoopFile?: string;
  metadataLoopFile?: string;
  dataUsed?: number;
  dataTotal?: number;
  /** for a loop file Docker prints min(total - used, f_bfree of the file's file system) */
  dataAvailable?: number;
  metadataUsed?: number;
  metadataTotal?: number;
  metadataAvailable?: number;
  minimumFree?: number;
  udevSync?: boolean;
  deferredRemoval?: boolean;
  deferredDeletion?: boolean;
  deferredDeletedCount?: number;
  libraryVersion?: string;
  /** sizes are rounded decimal (units.HumanSize): the data sizes are up to this far off */
  resolution?: number;
  /** the same for the metadata sizes, which are far smaller */
  metadataResolution?: number;
}

/** <root>/devicemapper/metadata/<hash>: the thin volume of one layer. */
export interface DockerDmDevice {
  hash: string;
  /** the data root whose record this is, where the record's path was seen */
  root?: string;
  deviceId: number;
  /** bytes */
  size: number;
  transactionId?: number;
  initialized?: boolean;
  deleted?: boolean;
}

/** <root>/image/<driver>/layerdb/mounts/<container>/{mount-id,init-id}. */
export interface DockerMountId {
  container: string;
  mountId: string;
  initId?: string;
}

/** A record of POOL.db of containerd's devmapper snapshotter. */
export interface ContainerdDmDevice {
  file: string;
  /** `POOL-snap-NUMBER` */
  name: string;
  deviceId: number;
  /** bytes */
  size: number;
  /** plugins/snapshots/devmapper/device_info.go: 4 is activated, 13 is faulty */
  state: number;
  parent?: string;
  error?: string;
}

/** metadata.db beside it: the numbers of the snapshots, and the last number that was given. */
export interface ContainerdDmSnapshots {
  file: string;
  last: number;
  ids: number[];
}

/** How long ago a file was changed, by the clock of its own host. */
export interface FileAge {
  path: string;
  seconds: number;
}
