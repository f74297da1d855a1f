import { btrfsBalance } from './btrfs-balance.ts';
import { btrfsDeviceUsage } from './btrfs-device-usage.ts';
import { btrfsDf } from './btrfs-df.ts';
import { btrfsQgroup } from './btrfs-qgroup.ts';
import { btrfsShow } from './btrfs-show.ts';
import { btrfsSubvolumes } from './btrfs-subvolumes.ts';
import { btrfsSysfs } from './btrfs-sysfs.ts';
import { btrfsUsage } from './btrfs-usage.ts';
import { cgroups } from './cgroups.ts';
import { commands } from './commands.ts';
import { containerLogs } from './container-logs.ts';
import { containerd } from './containerd.ts';
import { containerdDevmapper } from './containerd-devmapper.ts';
import { deletedOpenScan } from './deleted-open-scan.ts';
import { df } from './df.ts';
import { dfInodes } from './df-inodes.ts';
import { directoryRoom } from './directory-room.ts';
import { directorySize } from './directory-size.ts';
import { diskImage } from './disk-image.ts';
import { dmsetupInfo } from './dmsetup-info.ts';
import { dmsetupStatus } from './dmsetup-status.ts';
import { dmsetupTable } from './dmsetup-table.ts';
import { dockerContainers } from './docker-containers.ts';
import { dockerDirs } from './docker-dirs.ts';
import { dockerImages } from './docker-images.ts';
import { dockerInfo } from './docker-info.ts';
import { dockerSystemDf } from './docker-system-df.ts';
import { dockerVersion } from './docker-version.ts';
import { dockerVolumes } from './docker-volumes.ts';
import { engineConfig } from './engine-config.ts';
import { extErrors } from './ext-errors.ts';
import { extSuper } from './ext-super.ts';
import { files } from './files.ts';
import { findmnt } from './findmnt.ts';
import { hugePages } from './huge-pages.ts';
import { kernelLog } from './kernel-log.ts';
import { keyUsers } from './key-users.ts';
import { layerDirectories } from './layer-directories.ts';
import { limits } from './limits.ts';
import { losetup } from './losetup.ts';
import { lsblk } from './lsblk.ts';
import { lvmConfig } from './lvm-config.ts';
import { lvs } from './lvs.ts';
import { mentions } from './mentions.ts';
import { messages } from './messages.ts';
import { mountinfo } from './mountinfo.ts';
import { ncdu } from './ncdu.ts';
import { openDeleted } from './open-deleted.ts';
import { podEvents } from './pod-events.ts';
import { podmanInfo } from './podman-info.ts';
import { podmanSystemDf } from './podman-system-df.ts';
import type { Probe } from './probe.ts';
import { processLimits } from './process-limits.ts';
import { processes } from './processes.ts';
import { pvs } from './pvs.ts';
import { quota } from './quota.ts';
import { sentences } from './sentences.ts';
import { serviceState } from './service-state.ts';
import { socketAccess } from './socket-access.ts';
import { stagedFiles } from './staged-files.ts';
import { statfs } from './statfs.ts';
import { symptoms } from './symptoms.ts';
import { system } from './system.ts';
import { target } from './target.ts';
import { vdostats } from './vdostats.ts';
import { vgs } from './vgs.ts';
import { xfsFreeSpace } from './xfs-free-space.ts';
import { xfsInfo } from './xfs-info.ts';
import { zfs } from './zfs.ts';

/** Every probe. To add one: its file, one import and one line here. */
export const probes: readonly Probe[] = [
  btrfsBalance,
  btrfsDeviceUsage,
  btrfsDf,
  btrfsQgroup,
  btrfsShow,
  btrfsSubvolumes,
  btrfsSysfs,
  btrfsUsage,
  cgroups,
  commands,
  containerLogs,
  containerd,
  containerdDevmapper,
  deletedOpenScan,
  df,
  dfInodes,
  directoryRoom,
  directorySize,
  diskImage,
  dmsetupInfo,
  dmsetupStatus,
  dmsetupTable,
  dockerContainers,
  dockerDirs,
  dockerImages,
  dockerInfo,
  dockerSystemDf,
  dockerVersion,
  dockerVolumes,
  engineConfig,
  extErrors,
  extSuper,
  files,
  findmnt,
  hugePages,
  kernelLog,
  keyUsers,
  layerDirectories,
  limits,
  losetup,
  lsblk,
  lvmConfig,
  lvs,
  mentions,
  messages,
  mountinfo,
  ncdu,
  openDeleted,
  podEvents,
  podmanInfo,
  podmanSystemDf,
  processLimits,
  processes,
  pvs,
  quota,
  sentences,
  serviceState,
  socketAccess,
  stagedFiles,
  statfs,
  symptoms,
  system,
  target,
  vdostats,
  vgs,
  xfsFreeSpace,
  xfsInfo,
  zfs,
];
