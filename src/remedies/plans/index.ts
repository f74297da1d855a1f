import type { PlannedRemedy } from './planned.ts';

/** Remedies that can be planned and applied, loaded when one is asked for. Sorted by id. */
export const planned = new Map<string, () => Promise<PlannedRemedy>>(
  Object.entries({
    'btrfs-maintenance': async () => (await import('./btrfs-maintenance.ts')).btrfsMaintenance,
    'btrfs-rebalance': async () => (await import('./btrfs-rebalance.ts')).btrfsRebalance,
    'btrfs-temporary-device': async () => (await import('./btrfs-temporary-device.ts')).btrfsTemporaryDevice,
    'cap-logs': async () => (await import('./cap-logs.ts')).capLogs,
    'clean-staging-dir': async () => (await import('./clean-staging-dir.ts')).cleanStagingDir,
    'container-volume': async () => (await import('./container-volume.ts')).containerVolume,
    'grow-container': async () => (await import('./grow-container.ts')).growContainer,
    'grow-loop-pool': async () => (await import('./grow-loop-pool.ts')).growLoopPool,
    'loop-to-direct-lvm': async () => (await import('./loop-to-direct-lvm.ts')).loopToDirectLvm,
    'move-data-root': async () => (await import('./move-data-root.ts')).moveDataRoot,
    prune: async () => (await import('./prune.ts')).prune,
    'raise-limit': async () => (await import('./raise-limit.ts')).raiseLimit,
    'release-deleted': async () => (await import('./release-deleted.ts')).releaseDeleted,
    'switch-to-overlay2': async () => (await import('./switch-to-overlay2.ts')).switchToOverlay2,
    'thin-autoextend': async () => (await import('./thin-autoextend.ts')).thinAutoextend,
    'thin-extend': async () => (await import('./thin-extend.ts')).thinExtend,
    'thin-repair': async () => (await import('./thin-repair.ts')).thinRepair,
    'thin-trim': async () => (await import('./thin-trim.ts')).thinTrim,
    'remove-orphans': async () => (await import('./remove-orphans.ts')).removeOrphans,
  }),
);
