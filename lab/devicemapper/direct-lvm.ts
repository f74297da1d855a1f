/** Docker's "Configure direct-lvm mode manually" (its devicemapper page), with sizes of ours. */
import { eventually } from '../expect.ts';
import type { Ground } from '../ground.ts';
import type { Lab } from '../incident.ts';
import { type PoolStatus, poolStatus } from './pool.ts';

export const VG = 'docker';
export const POOL_LV = `${VG}/thinpool`;
/** What device-mapper calls it: VG and LV with a dash. */
export const POOL_DM = `${VG}-thinpool`;

const PROFILE = 'docker-thinpool';

/** A volume group on `disk` and in it a thin pool of these sizes, as lvcreate(8) takes them. */
export async function makePool(
  ground: Ground,
  disk: string,
  sizes: { data: string; metadata: string; chunk?: string; extent?: string; zero?: 'y' | 'n' },
): Promise<void> {
  await ground.must(['pvcreate', disk]);
  await ground.must(['vgcreate', '-s', sizes.extent ?? '4M', VG, disk]);
  await ground.must(['lvcreate', '--yes', '--wipesignatures', 'y', '-n', 'thinpool', VG, '-L', sizes.data]);
  await ground.must(['lvcreate', '--yes', '--wipesignatures', 'y', '-n', 'thinpoolmeta', VG, '-L', sizes.metadata]);
  const [chunk, metadata] = [sizes.chunk ?? '512K', `${VG}/thinpoolmeta`];
  await ground.must(
    ['lvconvert', '-y', '--zero', sizes.zero ?? 'n', '-c', chunk, '--thinpool', POOL_LV].concat(
      '--poolmetadata',
      metadata,
    ),
  );
}

/** The manual's profile, and dmeventd told to watch the pool. */
export async function autoextend(ground: Ground, threshold: number, percent: number): Promise<void> {
  await ground.write(
    `/etc/lvm/profile/${PROFILE}.profile`,
    `activation {\n  thin_pool_autoextend_threshold=${threshold}\n  thin_pool_autoextend_percent=${percent}\n}\n`,
  );
  await ground.must(['lvchange', '--metadataprofile', PROFILE, POOL_LV]);
  await ground.must(['lvchange', '--monitor', 'y', POOL_LV]);
}

/** dockerd's arguments for that pool, both deferred options as the manual has them. */
export const directLvm = (base: string): string[] => [
  ...['--storage-driver', 'devicemapper', '--storage-opt', `dm.thinpooldev=/dev/mapper/${POOL_DM}`],
  ...['--storage-opt', 'dm.use_deferred_removal=true', '--storage-opt', 'dm.use_deferred_deletion=true'],
  ...['--storage-opt', `dm.basesize=${base}`],
];

/** Free extents of the volume group. */
export async function freeExtents(ground: Ground): Promise<number> {
  return Number(await ground.must(['vgs', '--noheadings', '-o', 'vg_free_count', VG]));
}

/** `monitored` or `not monitored` */
export const monitoring = (ground: Ground): Promise<string> =>
  ground.must(['lvs', '--noheadings', '-o', 'seg_monitor', POOL_LV]);

/** Waits until the pool holds more blocks than it did. */
export const grown = (ground: Ground, before: PoolStatus): Promise<PoolStatus> =>
  eventually(120, 'dmeventd extends the pool', async () => {
    const now = await poolStatus(ground, POOL_DM);
    return now.totalBlocks > before.totalBlocks ? now : undefined;
  });

/** What this host's init starts: LVM's udev rules need a systemd that the guest has not. */
export async function lvmBoot({ ground, docker }: Lab): Promise<void> {
  await ground.must(['vgchange', '--activate', 'y', '--sysinit']);
  await docker.start();
}
