import { bootNokmem } from './boot-nokmem.ts';
import { btrfsAddDevice } from './btrfs-add-device.ts';
import { btrfsConvertProfile } from './btrfs-convert-profile.ts';
import { btrfsGrowDevice } from './btrfs-grow-device.ts';
import { btrfsMaintenance } from './btrfs-maintenance.ts';
import { btrfsMountAgainAndMakeRoom } from './btrfs-mount-again-and-make-room.ts';
import { btrfsMountNoatime } from './btrfs-mount-noatime.ts';
import { btrfsRaiseQgroup } from './btrfs-raise-qgroup.ts';
import { btrfsRebalance } from './btrfs-rebalance.ts';
import { btrfsReclaimThreshold } from './btrfs-reclaim-threshold.ts';
import { btrfsReplaceSmallDevice } from './btrfs-replace-small-device.ts';
import { btrfsTemporaryDevice } from './btrfs-temporary-device.ts';
import { btrfsWaitForCleaner } from './btrfs-wait-for-cleaner.ts';
import { buildxPrune } from './buildx-prune.ts';
import { capLogs } from './cap-logs.ts';
import { checkFileSystemsAfterFullPool } from './check-file-systems-after-full-pool.ts';
import { cleanBelowMountPoint } from './clean-below-mount-point.ts';
import { cleanContainerdSnapshots } from './clean-containerd-snapshots.ts';
import { cleanCoreDumps } from './clean-core-dumps.ts';
import { cleanHiddenStore } from './clean-hidden-store.ts';
import { cleanStagingDir } from './clean-staging-dir.ts';
import { clearContainerdThinDevice } from './clear-containerd-thin-device.ts';
import { cniRemoveStaleAddresses } from './cni-remove-stale-addresses.ts';
import { containerVolume } from './container-volume.ts';
import { crictlImagePrune } from './crictl-image-prune.ts';
import { deleteSnapshots } from './delete-snapshots.ts';
import { deleteUnknownThinDevices } from './delete-unknown-thin-devices.ts';
import { disableContainerKeyring } from './disable-container-keyring.ts';
import { dmsetupGrowThinMetadata } from './dmsetup-grow-thin-metadata.ts';
import { dmsetupGrowThinPool } from './dmsetup-grow-thin-pool.ts';
import { dmsetupResume } from './dmsetup-resume.ts';
import { dmsetupUdevcompleteAll } from './dmsetup-udevcomplete-all.ts';
import { dockerBuilderPrune } from './docker-builder-prune.ts';
import { dockerContainerPrune } from './docker-container-prune.ts';
import { dockerImagePrune } from './docker-image-prune.ts';
import { dockerNetworkPrune } from './docker-network-prune.ts';
import { dockerNetworkRemoveEndpoints } from './docker-network-remove-endpoints.ts';
import { dockerSecondNetwork } from './docker-second-network.ts';
import { dockerSmallerAddressPools } from './docker-smaller-address-pools.ts';
import { dropDyingCgroups } from './drop-dying-cgroups.ts';
import { enableDiscards } from './enable-discards.ts';
import { endLeakedTerminals } from './end-leaked-terminals.ts';
import { etcdCompactDefrag } from './etcd-compact-defrag.ts';
import { ext4DropXattrs } from './ext4-drop-xattrs.ts';
import { ext4EnableEaInode } from './ext4-enable-ea-inode.ts';
import { ext4EnableLargeDir } from './ext4-enable-large-dir.ts';
import { ext4ShardDirectory } from './ext4-shard-directory.ts';
import { extendThinMetadata } from './extend-thin-metadata.ts';
import { extendVdoPool } from './extend-vdo-pool.ts';
import { findInodeHogs } from './find-inode-hogs.ts';
import { fixCpusetTopDown } from './fix-cpuset-top-down.ts';
import { freeBackingFileSystem } from './free-backing-file-system.ts';
import { freeHypervisorStorage } from './free-hypervisor-storage.ts';
import { freeOnServer } from './free-on-server.ts';
import { freeSpaceThenClearBlock } from './free-space-then-clear-block.ts';
import { growContainer } from './grow-container.ts';
import { growFileSystem } from './grow-file-system.ts';
import { growLoopPool } from './grow-loop-pool.ts';
import { growVmDisk } from './grow-vm-disk.ts';
import { inspectRightFileSystem } from './inspect-right-file-system.ts';
import { installThinProvisioningTools } from './install-thin-provisioning-tools.ts';
import { journalVacuum } from './journal-vacuum.ts';
import { k8sFreeNodeDisk } from './k8s-free-node-disk.ts';
import { k8sOneDiskForKubelet } from './k8s-one-disk-for-kubelet.ts';
import { k8sRaiseEphemeralLimit } from './k8s-raise-ephemeral-limit.ts';
import { k8sSetEphemeralRequests } from './k8s-set-ephemeral-requests.ts';
import { k8sSetEvictionThresholds } from './k8s-set-eviction-thresholds.ts';
import { limitBuildCache } from './limit-build-cache.ts';
import { loopToDirectLvm } from './loop-to-direct-lvm.ts';
import { lowerDmMinFreeSpace } from './lower-dm-min-free-space.ts';
import { lowerRootReserve } from './lower-root-reserve.ts';
import { lvmTransactionIdRestore } from './lvm-transaction-id-restore.ts';
import { moreInodes } from './more-inodes.ts';
import { mountWithPquota } from './mount-with-pquota.ts';
import { moveDataRoot } from './move-data-root.ts';
import { moveDataToVolume } from './move-data-to-volume.ts';
import { moveLoopFileToLargerDisk } from './move-loop-file-to-larger-disk.ts';
import { olderDockerToSaveImages } from './older-docker-to-save-images.ts';
import { olderThinProvisioningTools } from './older-thin-provisioning-tools.ts';
import { ostreeCleanup } from './ostree-cleanup.ts';
import { ostreeLowerMinimum } from './ostree-lower-minimum.ts';
import { podmanRaiseNumLocks } from './podman-raise-num-locks.ts';
import { prune } from './prune.ts';
import { pruneVolumes } from './prune-volumes.ts';
import { raiseBaseImageSize } from './raise-base-image-size.ts';
import { raiseCgroupDescendants } from './raise-cgroup-descendants.ts';
import { raiseDmBasesize } from './raise-dm-basesize.ts';
import { raiseFileSizeLimit } from './raise-file-size-limit.ts';
import { raiseHugePages } from './raise-huge-pages.ts';
import { raiseInotifyInstances } from './raise-inotify-instances.ts';
import { raiseInotifyWatches } from './raise-inotify-watches.ts';
import { raiseKernelSem } from './raise-kernel-sem.ts';
import { raiseKeyQuota } from './raise-key-quota.ts';
import { raiseLimit } from './raise-limit.ts';
import { raiseMaxNamespaces } from './raise-max-namespaces.ts';
import { raiseMountMax } from './raise-mount-max.ts';
import { raiseProjectQuota } from './raise-project-quota.ts';
import { raiseShmSize } from './raise-shm-size.ts';
import { raiseUserQuota } from './raise-user-quota.ts';
import { readDevicemapperPool } from './read-devicemapper-pool.ts';
import { reclaimVmDisk } from './reclaim-vm-disk.ts';
import { recreateContainerLarger } from './recreate-container-larger.ts';
import { recreateThinPool } from './recreate-thin-pool.ts';
import { recreateXfsFtype } from './recreate-xfs-ftype.ts';
import { releaseDeleted } from './release-deleted.ts';
import type { Remedy } from './remedy.ts';
import { remountAfterFsck } from './remount-after-fsck.ts';
import { remountAfterXfsRepair } from './remount-after-xfs-repair.ts';
import { remountShmHot } from './remount-shm-hot.ts';
import { remountTmpfsLarger } from './remount-tmpfs-larger.ts';
import { removeInvalidSnapshot } from './remove-invalid-snapshot.ts';
import { removeIpcOrphans } from './remove-ipc-orphans.ts';
import { removeOrphans } from './remove-orphans.ts';
import { removeRescueDevice } from './remove-rescue-device.ts';
import { removeStaleLeases } from './remove-stale-leases.ts';
import { resizeBpfMaps } from './resize-bpf-maps.ts';
import { restartContainerd } from './restart-containerd.ts';
import { restartDockerToDeleteDeferred } from './restart-docker-to-delete-deferred.ts';
import { restartMountLeaker } from './restart-mount-leaker.ts';
import { restoreDockerDataRoot } from './restore-docker-data-root.ts';
import { setStagingDir } from './set-staging-dir.ts';
import { squashImage } from './squash-image.ts';
import { stratisAddData } from './stratis-add-data.ts';
import { switchToOverlay2 } from './switch-to-overlay2.ts';
import { thinAutoextend } from './thin-autoextend.ts';
import { thinExtend } from './thin-extend.ts';
import { thinRepair } from './thin-repair.ts';
import { thinTrim } from './thin-trim.ts';
import { truncateContainerLog } from './truncate-container-log.ts';
import { truncateDeletedFile } from './truncate-deleted-file.ts';
import { upgradeKernel } from './upgrade-kernel.ts';
import { useIdmappedMounts } from './use-idmapped-mounts.ts';
import { useNativeOverlay } from './use-native-overlay.ts';
import { vgextendThenLvextend } from './vgextend-then-lvextend.ts';
import { writeElsewhere } from './write-elsewhere.ts';
import { xfsDeleteLargeFiles } from './xfs-delete-large-files.ts';
import { xfsFailOnNospace } from './xfs-fail-on-nospace.ts';
import { xfsRaiseImaxpct } from './xfs-raise-imaxpct.ts';
import { xfsRemakeWithSparse } from './xfs-remake-with-sparse.ts';
import { zfsAddVdev } from './zfs-add-vdev.ts';
import { zfsDestroySnapshots } from './zfs-destroy-snapshots.ts';
import { zfsLowerRefreservation } from './zfs-lower-refreservation.ts';
import { zfsLowerSlop } from './zfs-lower-slop.ts';
import { zfsRaiseQuota } from './zfs-raise-quota.ts';

/** Every remedy a finding may name. */
export const remedies: readonly Remedy[] = [
  bootNokmem,
  btrfsAddDevice,
  btrfsConvertProfile,
  btrfsGrowDevice,
  btrfsMaintenance,
  btrfsMountAgainAndMakeRoom,
  btrfsMountNoatime,
  btrfsRaiseQgroup,
  btrfsRebalance,
  btrfsReclaimThreshold,
  btrfsReplaceSmallDevice,
  btrfsTemporaryDevice,
  btrfsWaitForCleaner,
  buildxPrune,
  capLogs,
  checkFileSystemsAfterFullPool,
  cleanBelowMountPoint,
  cleanContainerdSnapshots,
  cleanCoreDumps,
  cleanHiddenStore,
  cleanStagingDir,
  clearContainerdThinDevice,
  cniRemoveStaleAddresses,
  containerVolume,
  crictlImagePrune,
  deleteSnapshots,
  deleteUnknownThinDevices,
  disableContainerKeyring,
  dmsetupGrowThinMetadata,
  dmsetupGrowThinPool,
  dmsetupResume,
  dmsetupUdevcompleteAll,
  dockerBuilderPrune,
  dockerContainerPrune,
  dockerImagePrune,
  dockerNetworkPrune,
  dockerNetworkRemoveEndpoints,
  dockerSecondNetwork,
  dockerSmallerAddressPools,
  dropDyingCgroups,
  enableDiscards,
  endLeakedTerminals,
  etcdCompactDefrag,
  ext4DropXattrs,
  ext4EnableEaInode,
  ext4EnableLargeDir,
  ext4ShardDirectory,
  extendThinMetadata,
  extendVdoPool,
  findInodeHogs,
  fixCpusetTopDown,
  freeBackingFileSystem,
  freeHypervisorStorage,
  freeOnServer,
  freeSpaceThenClearBlock,
  growContainer,
  growFileSystem,
  growLoopPool,
  growVmDisk,
  inspectRightFileSystem,
  installThinProvisioningTools,
  journalVacuum,
  k8sFreeNodeDisk,
  k8sOneDiskForKubelet,
  k8sRaiseEphemeralLimit,
  k8sSetEphemeralRequests,
  k8sSetEvictionThresholds,
  limitBuildCache,
  loopToDirectLvm,
  lowerDmMinFreeSpace,
  lowerRootReserve,
  lvmTransactionIdRestore,
  moreInodes,
  mountWithPquota,
  moveDataRoot,
  moveDataToVolume,
  moveLoopFileToLargerDisk,
  olderDockerToSaveImages,
  olderThinProvisioningTools,
  ostreeCleanup,
  ostreeLowerMinimum,
  podmanRaiseNumLocks,
  prune,
  pruneVolumes,
  raiseBaseImageSize,
  raiseCgroupDescendants,
  raiseDmBasesize,
  raiseFileSizeLimit,
  raiseHugePages,
  raiseInotifyInstances,
  raiseInotifyWatches,
  raiseKernelSem,
  raiseKeyQuota,
  raiseLimit,
  raiseMaxNamespaces,
  raiseMountMax,
  raiseProjectQuota,
  raiseShmSize,
  raiseUserQuota,
  readDevicemapperPool,
  reclaimVmDisk,
  recreateContainerLarger,
  recreateThinPool,
  recreateXfsFtype,
  releaseDeleted,
  remountAfterFsck,
  remountAfterXfsRepair,
  remountShmHot,
  remountTmpfsLarger,
  removeInvalidSnapshot,
  removeIpcOrphans,
  removeOrphans,
  removeRescueDevice,
  removeStaleLeases,
  resizeBpfMaps,
  restartContainerd,
  restartDockerToDeleteDeferred,
  restartMountLeaker,
  restoreDockerDataRoot,
  setStagingDir,
  squashImage,
  stratisAddData,
  switchToOverlay2,
  thinAutoextend,
  thinExtend,
  thinRepair,
  thinTrim,
  truncateContainerLog,
  truncateDeletedFile,
  upgradeKernel,
  useIdmappedMounts,
  useNativeOverlay,
  vgextendThenLvextend,
  writeElsewhere,
  xfsDeleteLargeFiles,
  xfsFailOnNospace,
  xfsRaiseImaxpct,
  xfsRemakeWithSparse,
  zfsAddVdev,
  zfsDestroySnapshots,
  zfsLowerRefreservation,
  zfsLowerSlop,
  zfsRaiseQuota,
];
