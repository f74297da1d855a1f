export interface TextFacts {
  symptom: Symptom;
  'kernel-event': KernelEvent;
  message: Message;
  mention: Mention;
  command: Command;
}

export type Errno =
  | 'ENOSPC'
  | 'EDQUOT'
  | 'EROFS'
  | 'EIO'
  | 'EMFILE'
  | 'ENFILE'
  | 'EAGAIN'
  | 'EXFULL'
  | 'ENOMEM'
  | 'E2BIG'
  | 'EFBIG';

/** An error line: which errno it words, what was being done to what, and who said it. */
export interface Symptom {
  errno: Errno;
  /** the system call or verb in the message: write, mkdir, open, mount, inotify_add_watch, chmod, fork/exec … */
  operation?: string;
  path?: string;
  program?: string;
  /** the whole message, one line, joined when a terminal had broken it */
  message: string;
}

/** A kernel log line that says something about storage. */
export interface KernelEvent {
  event: KernelEventName;
  device?: string;
  /** seconds since boot, where printed */
  at?: number;
  /** numbers in the message: status, errno, byte offset, blocks … */
  values?: Record<string, number>;
}

export type KernelEventName =
  | 'thin-pool-low-water-data'
  | 'thin-pool-low-water-metadata'
  | 'thin-pool-out-of-data-queue'
  | 'thin-pool-out-of-data-error'
  | 'thin-pool-write-mode'
  | 'thin-pool-read-only'
  | 'thin-pool-failed'
  | 'thin-pool-metadata-full'
  | 'thin-pool-needs-check'
  | 'thin-pool-no-space-timeout'
  /** the pool's metadata cannot be read: checksum, magic or node check failed */
  | 'thin-metadata-corrupt'
  | 'snapshot-invalid'
  | 'loop-write-error'
  | 'block-io-error'
  | 'block-nospc'
  | 'ext4-bio-nospc'
  | 'ext4-bio-error'
  | 'ext4-error'
  | 'ext4-journal-abort'
  | 'ext4-remount-ro'
  | 'ext4-dir-index-full'
  | 'ext4-delalloc-failed'
  | 'xfs-metadata-nospc'
  | 'xfs-metadata-error'
  | 'xfs-writeback-error'
  | 'xfs-shutdown'
  | 'btrfs-abort'
  | 'btrfs-forced-readonly'
  | 'btrfs-balance-enospc'
  | 'btrfs-space-info'
  | 'btrfs-device-error'
  | 'hung-task'
  | 'scsi-space-allocation'
  | 'beyond-end-of-device'
  | 'conntrack-full'
  | 'neighbour-overflow'
  | 'oom';

/**
 * A message whose wording names its cause: `id` is the message (kebab-case), `params` what it
 * carries. E.g. `docker-thin-pool-min-free` {kind:'data', free, required}.
 */
export interface Message {
  id: MessageId;
  params: Record<string, string | number>;
}

export type MessageId =
  // Docker's devicemapper driver
  /** {kind: 'data'|'metadata', free, required} in blocks */
  | 'docker-thin-pool-min-free'
  | 'docker-dm-base-verification-failed'
  /** {device} */
  | 'docker-dm-nonexisting-device'
  | 'docker-dm-pool-already-used'
  /** {device} dm.thinpooldev names a device that is no thin pool */
  | 'docker-dm-not-thin-pool'
  /** dm_task_run failed, message ioctl failed: {operation?} */
  | 'docker-dm-task-failed'
  /** containerd's devmapper snapshotter has a device of that name on record: {device} */
  | 'containerd-device-exists'
  | 'docker-container-size-smaller'
  /** {driver?} the daemon does not know the driver any more, or refuses it */
  | 'docker-driver-unsupported'
  /** {path, hash?} can't create pivot_root dir */
  | 'pivot-root-enospc'
  // LVM and device-mapper
  /** {pool?, found, expected} */
  | 'lvm-transaction-id-mismatch'
  /** {needed, available} in extents */
  | 'lvm-insufficient-extents'
  | 'lvm-no-autoextend-protection'
  | 'lvm-pool-needs-inspection'
  | 'lvm-thin-check-missing'
  /** {pool?, status} */
  | 'lvm-thin-check-failed'
  | 'lvm-pool-threshold-reached'
  /** thin_check, thin_repair, thin_dump: superblock, checksum or btree is bad */
  | 'thin-metadata-corrupt'
  | 'lvm-device-needs-repair'
  | 'dm-semaphores-exhausted'
  | 'dm-cookie-failed'
  /** dmeventd: {pool, percent} */
  | 'vdo-pool-nearly-full'
  /** a hypervisor stopped a guest because its own storage is full: {domain?} */
  | 'guest-paused-no-space'
  // engines
  /** {path?} failed to register layer / ApplyLayer / extract layer */
  | 'layer-extract-failed'
  | 'btrfs-snapshot-failed'
  | 'staging-blob-failed'
  | 'container-store-json-failed'
  | 'overlay-size-unsupported'
  | 'overlay-max-depth'
  | 'overlay-on-overlay'
  | 'podman-locks-exhausted'
  | 'address-pools-exhausted'
  | 'network-addresses-exhausted'
  | 'cni-addresses-exhausted'
  | 'bridge-ports-exhausted'
  /** {bytes, what?: 'system'|'image'|'container'|'volume'|'builder'|'buildx'} what a prune gave back */
  | 'prune-reclaimed'
  // kernel limits worded by a program
  /** {segment?, bytes?} */
  | 'shm-resize-failed'
  | 'keyring-quota'
  /** {call?: 'semget'|'shmget'|'msgget'} */
  | 'sysv-ipc-failed'
  | 'inotify-watch-failed'
  | 'inotify-instance-failed'
  /** {path} mkdir below a memory (or other) cgroup */
  | 'cgroup-mkdir-failed'
  /** {path} */
  | 'cpuset-write-failed'
  /** {path?} mount(2) said no space */
  | 'mount-enospc'
  | 'pty-enospc'
  /** {namespace?} */
  | 'namespace-enospc'
  /** runc's first process ended before it could say anything: no namespace, no pid, no right to make one */
  | 'runc-child-lost'
  | 'setxattr-enospc'
  | 'run-safety-buffer'
  | 'tmpcopyup-failed'
  | 'bpf-map-full'
  /** the pool of huge pages has no free page: mmap, fallocate, DPDK, QEMU, PostgreSQL */
  | 'huge-pages-exhausted'
  // Kubernetes, ostree, applications
  /** {resource?, threshold?, available?, container?} */
  | 'k8s-evicted'
  | 'k8s-disk-pressure'
  /** {wanted?, freed?} */
  | 'k8s-image-gc-failed'
  | 'k8s-ephemeral-limit'
  /** {requested?, capacity?} a pod was not admitted for want of ephemeral-storage by the node's own count */
  | 'k8s-ephemeral-not-admitted'
  | 'etcd-nospace'
  | 'application-watermark'
  | 'ostree-min-free'
  // file systems
  | 'resize-bad-geometry'
  | 'ext-filesystem-errors'
  | 'zfs-out-of-space';

/**
 * A word in the prose that says where we are: an engine, driver, platform, path or circumstance.
 * Weak evidence: it never confirms. `term` is the normalised name (`devicemapper`, `docker-desktop`,
 * `snapshots`, `container-logs`, `resized-disk` …).
 */
export interface Mention {
  term: MentionTerm;
}

export type MentionTerm =
  // engines and orchestrators
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'cri-o'
  | 'buildkit'
  | 'kubernetes'
  | 'lxd'
  | 'singularity'
  | 'firecracker'
  | 'ecs'
  | 'kind'
  // storage drivers and file systems
  | 'devicemapper'
  | 'direct-lvm'
  | 'loop-lvm'
  | 'btrfs'
  | 'overlay2'
  | 'aufs'
  | 'vfs'
  | 'zfs'
  | 'xfs'
  | 'ext4'
  | 'fuse-overlayfs'
  | 'thin-pool'
  // platforms: the disk is a file on another machine or a limited virtual disk
  | 'docker-desktop'
  | 'virtual-machine-disk'
  | 'wsl'
  | 'rootless'
  | 'ostree'
  // circumstances
  | 'snapshots'
  | 'container-logs'
  | 'volumes'
  | 'build-cache'
  | 'many-images'
  | 'deleted-files-held-open'
  | 'orphan-layers'
  | 'everything-was-pruned'
  | 'space-not-returned'
  | 'many-small-files'
  | 'inodes'
  | 'disk-was-resized'
  | 'shared-memory'
  | 'tmpfs'
  | 'temporary-directory'
  | 'read-only'
  | 'quota'
  | 'df-shows-space'
  | 'du-does-not-explain'
  | 'hangs'
  | 'image-larger-than-10g'
  | 'base-device-size'
  | 'copies-every-layer'
  | 'disk-pressure'
  | 'evicted'
  | 'ephemeral-storage'
  | 'reboot'
  | 'upgrade'
  | 'balance'
  | 'keyring'
  | 'semaphores'
  | 'inotify'
  | 'cgroups'
  | 'mounts'
  // what else a cause needs to tell apart
  | 'f2fs'
  | 'snapper'
  /** a person says that a disk is full or runs full */
  | 'disk-full'
  /** containers that were never recreated: their logs had time to grow */
  | 'long-lived-containers'
  | 'sudden-growth'
  | 'frequent-builds'
  /** the text says that inodes are not the problem */
  | 'inodes-excluded'
  | 'large-image'
  /** blocks that only root may take: tune2fs -m, reserved blocks, "as root it works" */
  | 'reserved-for-root'
  /** a thin pool, Docker's data pool: full, at 100 % */
  | 'pool-is-full'
  /** a prune gave the space back: what it removes was the reason */
  | 'prune-helped'
  /** ulimit -n is high, few files are open */
  | 'open-files-excluded'
  /** a mount or container was asked to be read-only: `:ro`, --read-only, readOnlyRootFilesystem */
  | 'read-only-asked'
  /** a laptop or desktop: Docker may live in a virtual machine */
  | 'personal-computer'
  /** kubelet's allocatable, kube-reserved, system-reserved */
  | 'node-allocatable'
  /** imagefs and nodefs, a second disk or partition */
  | 'two-disks'
  | 'create-delete-cycle'
  | 'oom'
  | 'abrupt-stop';

/** A command line a person typed in a transcript: `# dmsetup remove docker-…`. */
export interface Command {
  program: string;
  words: string[];
  /** a root prompt stood before it */
  root?: boolean;
}
