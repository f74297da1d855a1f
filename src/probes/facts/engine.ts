export interface EngineFacts {
  engine: Engine;
  'engine-usage': EngineUsage;
  container: Container;
  image: Image;
  volume: Volume;
  'build-cache': BuildCache;
  'engine-config': EngineConfig;
  process: Process;
  snapshot: Snapshot;
  lease: Lease;
  'pod-event': PodEvent;
  'socket-access': SocketAccess;
}

export type EngineName = 'docker' | 'podman' | 'containerd' | 'cri-o' | 'buildkit';

/** docker info, podman info, containerd's config and version. */
export interface Engine {
  engine: EngineName;
  version?: string;
  /** graph driver or snapshotter: overlay2, btrfs, devicemapper, zfs, vfs, aufs, overlay, overlayfs … */
  driver?: string;
  /** Docker with the containerd image store: `io.containerd.snapshotter.v1` */
  driverType?: string;
  /** data root: /var/lib/docker, graphRoot, /var/lib/containerd */
  root?: string;
  backingFileSystem?: string;
  containers?: number;
  running?: number;
  images?: number;
  logDriver?: string;
  kernel?: string;
  os?: string;
  rootless?: boolean;
  userns?: boolean;
  supportsDType?: boolean;
  freeLocks?: number;
  /** bytes of the file system under the root, as Podman says: its size and what is used */
  rootSize?: number;
  rootUsed?: number;
  /** where the daemon was asked: socket path */
  socket?: string;
  /** the driver's status pairs as printed */
  status?: [string, string][];
  warnings?: string[];
}

/** docker system df / podman system df: one row each. Counts and bytes. */
export interface EngineUsage {
  engine: EngineName;
  what: 'images' | 'containers' | 'volumes' | 'build-cache';
  total?: number;
  active?: number;
  size: number;
  reclaimable?: number;
  resolution?: number;
}

export interface Container {
  engine: EngineName;
  id: string;
  name?: string;
  image?: string;
  /** running, exited, created, dead … */
  state?: string;
  status?: string;
  pid?: number;
  driver?: string;
  /** GraphDriver.Data: DeviceName, DeviceId, UpperDir … */
  driverData?: Record<string, string>;
  logPath?: string;
  logDriver?: string;
  /** '' when not set */
  logMaxSize?: string;
  /** why the last start failed, in the daemon's words; a start that works clears it */
  error?: string;
  /** bytes in the writable layer; -1 from Docker means it could not look: then absent */
  writable?: number;
  /** with the image's layers */
  virtual?: number;
  shmSize?: number;
  readOnly?: boolean;
  /** --storage-opt size */
  storageOptSize?: string;
  mounts?: { type: string; source: string; destination: string; readOnly?: boolean }[];
  usernsMode?: string;
}

export interface Image {
  engine: EngineName;
  id: string;
  tags?: string[];
  size: number;
  shared?: number;
  /** containers that use it; -1 from Docker means not counted: then absent */
  containers?: number;
  dangling?: boolean;
  /** has no repository digest: was built here, cannot be pulled again */
  local?: boolean;
}

export interface Volume {
  engine: EngineName;
  name: string;
  driver?: string;
  mountpoint?: string;
  size?: number;
  /** containers that use it */
  references?: number;
  anonymous?: boolean;
}

export interface BuildCache {
  engine: EngineName;
  records: number;
  size: number;
  inUse?: number;
}

/** daemon.json, storage.conf, containers.conf, containerd config.toml, kubelet config. */
export interface EngineConfig {
  file: string;
  engine: EngineName | 'kubelet';
  values: Record<string, unknown>;
  /** the text is not valid JSON/TOML/YAML: why */
  broken?: string;
}

/** A daemon that runs: /proc/PID/cmdline or ps. Secrets in args are masked. */
export interface Process {
  pid: number;
  program: string;
  args: string[];
  /** `mnt:[4026531840]`; differs from PID 1's when the daemon has its own mount namespace */
  mountNamespace?: string;
}

/** containerd: `ctr snapshots ls`, `ctr snapshots usage`. */
export interface Snapshot {
  snapshotter: string;
  key: string;
  parent?: string;
  kind?: string;
  size?: number;
}

export interface Lease {
  id: string;
  createdAt?: string;
  /** containerd.io/gc.expire */
  expires?: string;
}

/** Kubernetes: eviction, DiskPressure, image GC, CNI and kubelet messages. */
export interface PodEvent {
  reason: string;
  message: string;
  resource?: string;
  threshold?: number;
  available?: number;
}

/** A socket that exists and could not be asked. */
export interface SocketAccess {
  path: string;
  reason: 'denied' | 'refused' | 'timeout' | 'missing';
}
