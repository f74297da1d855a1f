import { appWatermarks } from './app-watermarks.ts';
import { aufsOrphanDirs } from './aufs-orphan-dirs.ts';
import { bpfMapsAndMemlock } from './bpf-maps-and-memlock.ts';
import { bridgePorts } from './bridge-ports.ts';
import { btrfsAborted } from './btrfs-aborted.ts';
import { btrfsAllAllocatedDataFull } from './btrfs-all-allocated-data-full.ts';
import { btrfsAutoReclaimOff } from './btrfs-auto-reclaim-off.ts';
import { btrfsBalanceEnospc } from './btrfs-balance-enospc.ts';
import { btrfsDeletedSubvolumeLag } from './btrfs-deleted-subvolume-lag.ts';
import { btrfsForcedReadonlyEnospc } from './btrfs-forced-readonly-enospc.ts';
import { btrfsGlobalReserveInUse } from './btrfs-global-reserve-in-use.ts';
import { btrfsMetadataExhausted } from './btrfs-metadata-exhausted.ts';
import { btrfsQgroupLimit } from './btrfs-qgroup-limit.ts';
import { btrfsRaid1NoSecondDevice } from './btrfs-raid1-no-second-device.ts';
import { btrfsReadTraversalConsumesMetadata } from './btrfs-read-traversal-consumes-metadata.ts';
import { btrfsSnapshotsPin } from './btrfs-snapshots-pin.ts';
import { btrfsTransactionReserveBug } from './btrfs-transaction-reserve-bug.ts';
import { buildkitEmbeddedCache } from './buildkit-embedded-cache.ts';
import { buildxContainerBuilderVolume } from './buildx-container-builder-volume.ts';
import type { Cause } from './cause.ts';
import { cgroup2MaxDescendants } from './cgroup2-max-descendants.ts';
import { cniHostLocalExhausted } from './cni-host-local-exhausted.ts';
import { containerWritableLayerGrowth } from './container-writable-layer-growth.ts';
import { containerdDevmapperOutOfStep } from './containerd-devmapper-out-of-step.ts';
import { containerdLeasesPinContent } from './containerd-leases-pin-content.ts';
import { containerdOrphanSnapshots } from './containerd-orphan-snapshots.ts';
import { containerdStoreKeepsBoth } from './containerd-store-keeps-both.ts';
import { cpusetEmptyOrConflict } from './cpuset-empty-or-conflict.ts';
import { deletedButOpen } from './deleted-but-open.ts';
import { devFullAndRlimits } from './dev-full-and-rlimits.ts';
import { devicemapperRemovedFromDocker } from './devicemapper-removed-from-docker.ts';
import { dmDeviceSuspended } from './dm-device-suspended.ts';
import { dmThinDataFull } from './dm-thin-data-full.ts';
import { dmThinFail } from './dm-thin-fail.ts';
import { dmThinMetadataCorrupt } from './dm-thin-metadata-corrupt.ts';
import { dmThinMetadataFull } from './dm-thin-metadata-full.ts';
import { dmThinNeedsCheck } from './dm-thin-needs-check.ts';
import { dmThinNoDiscard } from './dm-thin-no-discard.ts';
import { dmThinSilentLoss } from './dm-thin-silent-loss.ts';
import { dmThinTransactionIdMismatch } from './dm-thin-transaction-id-mismatch.ts';
import { dmUdevSemaphores } from './dm-udev-semaphores.ts';
import { dockerAddressPools } from './docker-address-pools.ts';
import { dockerDmBasesize } from './docker-dm-basesize.ts';
import { dockerDmLeakedThinDevices } from './docker-dm-leaked-thin-devices.ts';
import { dockerDmLoopLvm } from './docker-dm-loop-lvm.ts';
import { dockerDmMinFreeSpace } from './docker-dm-min-free-space.ts';
import { dockerDmWrongDeviceRemoved } from './docker-dm-wrong-device-removed.ts';
import { dockerNetworkFull } from './docker-network-full.ts';
import { dockerTwoStores } from './docker-two-stores.ts';
import { etcdNospace } from './etcd-nospace.ts';
import { ext4DirIndexFull } from './ext4-dir-index-full.ts';
import { ext4EmergencyRo } from './ext4-emergency-ro.ts';
import { ext4RemountRo } from './ext4-remount-ro.ts';
import { ext4XattrNoSpace } from './ext4-xattr-no-space.ts';
import { fsNotGrown } from './fs-not-grown.ts';
import { hiddenUnderMountpoint } from './hidden-under-mountpoint.ts';
import { hugetlbfs } from './hugetlbfs.ts';
import { imagesUnused } from './images-unused.ts';
import { inodesExhausted } from './inodes-exhausted.ts';
import { inotifyInstances } from './inotify-instances.ts';
import { inotifyWatches } from './inotify-watches.ts';
import { journaldCoredumpsMiscOnSameFs } from './journald-coredumps-misc-on-same-fs.ts';
import { jsonFileLogGrowth } from './json-file-log-growth.ts';
import { k8sEphemeralLimit } from './k8s-ephemeral-limit.ts';
import { k8sImageGcCannotFree } from './k8s-image-gc-cannot-free.ts';
import { k8sNodePressureEviction } from './k8s-node-pressure-eviction.ts';
import { keyringQuota } from './keyring-quota.ts';
import { kubeletAllocatableAccounting } from './kubelet-allocatable-accounting.ts';
import { kubeletWrongFilesystem } from './kubelet-wrong-filesystem.ts';
import { loopFileOnFullBackingFs } from './loop-file-on-full-backing-fs.ts';
import { lvmAutoextendNotActive } from './lvm-autoextend-not-active.ts';
import { lvmClassicSnapshotInvalid } from './lvm-classic-snapshot-invalid.ts';
import { memcgIdExhaustion } from './memcg-id-exhaustion.ts';
import { metadataDbNeedsSpaceToDelete } from './metadata-db-needs-space-to-delete.ts';
import { mountMax } from './mount-max.ts';
import { nfsOrNetworkVolume } from './nfs-or-network-volume.ts';
import { ostreeMinFreeSpace } from './ostree-min-free-space.ts';
import { overlayOnOverlay } from './overlay-on-overlay.ts';
import { overlayTooManyLayers } from './overlay-too-many-layers.ts';
import { overlay2ContainerSizeQuota } from './overlay2-container-size-quota.ts';
import { overlay2OrphanDirs } from './overlay2-orphan-dirs.ts';
import { plainFsFull } from './plain-fs-full.ts';
import { podmanNumLocks } from './podman-num-locks.ts';
import { ptyExhausted } from './pty-exhausted.ts';
import { pullOrBuildStagingTooSmall } from './pull-or-build-staging-too-small.ts';
import { readOnlyByDesign } from './read-only-by-design.ts';
import { rootReserve } from './root-reserve.ts';
import { runTmpfsFull } from './run-tmpfs-full.ts';
import { shm64m } from './shm-64m.ts';
import { snapshotsHoldSpace } from './snapshots-hold-space.ts';
import { stratisOrBcachefsPool } from './stratis-or-bcachefs-pool.ts';
import { sysvIpc } from './sysv-ipc.ts';
import { thinCheckMissing } from './thin-check-missing.ts';
import { thinCheckStrictUpgrade } from './thin-check-strict-upgrade.ts';
import { thinLunOrHypervisorFull } from './thin-lun-or-hypervisor-full.ts';
import { thinPoolAlreadyUsed } from './thin-pool-already-used.ts';
import { tmpfsInodesExhausted } from './tmpfs-inodes-exhausted.ts';
import { tmpfsMountSize } from './tmpfs-mount-size.ts';
import { ucountsNamespaces } from './ucounts-namespaces.ts';
import { userGroupQuota } from './user-group-quota.ts';
import { usernsChownedDuplicateLayers } from './userns-chowned-duplicate-layers.ts';
import { vdoPhysicalFull } from './vdo-physical-full.ts';
import { vfsDriverCopies } from './vfs-driver-copies.ts';
import { vgNoFreeExtents } from './vg-no-free-extents.ts';
import { vmDiskOutsideLinux } from './vm-disk-outside-linux.ts';
import { volumesOrphaned } from './volumes-orphaned.ts';
import { wrongFilesystemInspected } from './wrong-filesystem-inspected.ts';
import { xfsImaxpct } from './xfs-imaxpct.ts';
import { xfsNoContiguousInodeChunk } from './xfs-no-contiguous-inode-chunk.ts';
import { xfsOnThinHangs } from './xfs-on-thin-hangs.ts';
import { xfsShutdown } from './xfs-shutdown.ts';
import { zfsPoolFull } from './zfs-pool-full.ts';
import { zfsQuotaRefquotaReservation } from './zfs-quota-refquota-reservation.ts';

/** Every cause. To add one: its file, one import and one line here. */
export const causes: readonly Cause[] = [
  appWatermarks,
  aufsOrphanDirs,
  bpfMapsAndMemlock,
  bridgePorts,
  btrfsAborted,
  btrfsAllAllocatedDataFull,
  btrfsAutoReclaimOff,
  btrfsBalanceEnospc,
  btrfsDeletedSubvolumeLag,
  btrfsForcedReadonlyEnospc,
  btrfsGlobalReserveInUse,
  btrfsMetadataExhausted,
  btrfsQgroupLimit,
  btrfsRaid1NoSecondDevice,
  btrfsReadTraversalConsumesMetadata,
  btrfsSnapshotsPin,
  btrfsTransactionReserveBug,
  buildkitEmbeddedCache,
  buildxContainerBuilderVolume,
  cgroup2MaxDescendants,
  cniHostLocalExhausted,
  containerWritableLayerGrowth,
  containerdDevmapperOutOfStep,
  containerdLeasesPinContent,
  containerdOrphanSnapshots,
  containerdStoreKeepsBoth,
  cpusetEmptyOrConflict,
  deletedButOpen,
  devFullAndRlimits,
  devicemapperRemovedFromDocker,
  dmDeviceSuspended,
  dmThinDataFull,
  dmThinFail,
  dmThinMetadataCorrupt,
  dmThinMetadataFull,
  dmThinNeedsCheck,
  dmThinNoDiscard,
  dmThinSilentLoss,
  dmThinTransactionIdMismatch,
  dmUdevSemaphores,
  dockerAddressPools,
  dockerDmBasesize,
  dockerDmLeakedThinDevices,
  dockerDmLoopLvm,
  dockerDmMinFreeSpace,
  dockerDmWrongDeviceRemoved,
  dockerNetworkFull,
  dockerTwoStores,
  etcdNospace,
  ext4DirIndexFull,
  ext4EmergencyRo,
  ext4RemountRo,
  ext4XattrNoSpace,
  fsNotGrown,
  hiddenUnderMountpoint,
  hugetlbfs,
  imagesUnused,
  inodesExhausted,
  inotifyInstances,
  inotifyWatches,
  journaldCoredumpsMiscOnSameFs,
  jsonFileLogGrowth,
  k8sEphemeralLimit,
  k8sImageGcCannotFree,
  k8sNodePressureEviction,
  keyringQuota,
  kubeletAllocatableAccounting,
  kubeletWrongFilesystem,
  loopFileOnFullBackingFs,
  lvmAutoextendNotActive,
  lvmClassicSnapshotInvalid,
  memcgIdExhaustion,
  metadataDbNeedsSpaceToDelete,
  mountMax,
  nfsOrNetworkVolume,
  ostreeMinFreeSpace,
  overlay2ContainerSizeQuota,
  overlay2OrphanDirs,
  overlayOnOverlay,
  overlayTooManyLayers,
  plainFsFull,
  podmanNumLocks,
  ptyExhausted,
  pullOrBuildStagingTooSmall,
  readOnlyByDesign,
  rootReserve,
  runTmpfsFull,
  shm64m,
  snapshotsHoldSpace,
  stratisOrBcachefsPool,
  sysvIpc,
  thinCheckMissing,
  thinCheckStrictUpgrade,
  thinLunOrHypervisorFull,
  thinPoolAlreadyUsed,
  tmpfsInodesExhausted,
  tmpfsMountSize,
  ucountsNamespaces,
  userGroupQuota,
  usernsChownedDuplicateLayers,
  vdoPhysicalFull,
  vfsDriverCopies,
  vgNoFreeExtents,
  vmDiskOutsideLinux,
  volumesOrphaned,
  wrongFilesystemInspected,
  xfsImaxpct,
  xfsNoContiguousInodeChunk,
  xfsOnThinHangs,
  xfsShutdown,
  zfsPoolFull,
  zfsQuotaRefquotaReservation,
];
