/**
 * The stack: what lies on what, from a container's root file system down to the disk, and
 * how much of each resource is left. Sizes are bytes; counts are plain numbers.
 */
export interface Stack {
  layers: Layer[];
}

export type LayerKind =
  | 'container'
  | 'volume'
  | 'store'
  | 'file-system'
  | 'thin-volume'
  | 'thin-pool'
  | 'logical-volume'
  | 'volume-group'
  | 'loop'
  | 'device-mapper'
  | 'partition'
  | 'raid'
  | 'disk';

export interface Layer {
  /** stable within a report: `fs:/var/lib/docker`, `pool:docker-253:3-33517-pool`, `disk:sda` */
  id: string;
  kind: LayerKind;
  /** for people: `btrfs on /dev/sdb1`, `thin pool docker-pool`, `LV vg/docker` */
  name: string;
  /** mount point, data root or device node */
  path?: string;
  /** btrfs, ext4, xfs, overlay2, devicemapper, overlayfs, loop-lvm … */
  storage?: string;
  resources: Resource[];
  /** ids of the layers it lies on */
  on: string[];
  /** what is not known about it, and what would tell */
  unknown?: { what: string; run: string }[];
}

export type ResourceName =
  /** bytes a writer can still put */
  | 'bytes'
  | 'inodes'
  /** btrfs: data chunks; thin pool: data blocks */
  | 'data'
  | 'metadata'
  | 'unallocated'
  | 'global reserve'
  | 'root reserve'
  | 'minimum free space'
  | 'quota'
  | 'extents';

/** One thing that can run out. `free` is what its consumers may still take. */
export interface Resource {
  name: ResourceName;
  unit: 'bytes' | 'count';
  capacity?: number;
  used?: number;
  reserved?: number;
  free?: number;
  /** from where it grows by itself, and by how much at most */
  growable?: { from: string; by: number };
  /** btrfs profile, device path, or another detail for people */
  detail?: string;
}

/**
 * The product's one number. The largest number of bytes that a consumer can still write
 * before the first error, and the layer and resource that stop it.
 */
export interface Headroom {
  /** container name or path of whoever writes */
  consumer: string;
  /** layer the writer writes to */
  layer: string;
  /** absent: not known (see `unknown`) */
  bytes?: number;
  /** bytes that root alone may write in addition (ext4's reserve) */
  rootBytes?: number;
  /** new files that can be created; absent: no limit or not known */
  inodes?: number;
  /** what df says is available there */
  dfAvailable?: number;
  stoppedBy?: { layer: string; resource: ResourceName; why: string };
  unknown?: { what: string; run: string };
}
