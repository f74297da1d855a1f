import type { Dockerd } from '../dockerd.ts';
import { holds } from '../expect.ts';
import type { Ground } from '../ground.ts';
import { poolName } from './pool.ts';

const ROOT = '/var/lib/docker';

/** A container's own thin volume, by the files Docker keeps of it. */
export interface Volume {
  mountId: string;
  /** Docker's record of it: device_id, size … */
  record: string;
  /** the number the pool knows it by */
  deviceId: number;
  bytes: number;
  /** Docker's name for its device, while it is active: below /dev/mapper */
  device: string;
  /** where Docker mounts it; the container's root is `rootfs` in it */
  mountedAt: string;
}

/** Container id to layerdb's mount-id to the driver's metadata: what has to be looked up by hand. */
export async function volumeOf(ground: Ground, docker: Dockerd, container: string, pool: string): Promise<Volume> {
  const id = await docker.must('inspect', '--type', 'container', '-f', '{{.Id}}', container);
  const mountId = await ground.must(['cat', `${ROOT}/image/devicemapper/layerdb/mounts/${id}/mount-id`]);
  const record = `${ROOT}/devicemapper/metadata/${mountId}`;
  const kept = JSON.parse(await ground.must(['cat', record])) as { device_id?: unknown; size?: unknown };
  holds(typeof kept.device_id === 'number' && typeof kept.size === 'number', `not a record of a device: ${record}`);
  return {
    mountId,
    record,
    deviceId: kept.device_id,
    bytes: kept.size,
    device: pool.replace(/-pool$/, `-${mountId}`),
    mountedAt: `${ROOT}/devicemapper/mnt/${mountId}`,
  };
}

/** A program in dockerd's mount namespace, where its containers' volumes are mounted. */
export async function beside(ground: Ground, argv: readonly string[]): Promise<string> {
  const pid = await ground.must(['cat', '/run/docker.pid']);
  return ground.must(['nsenter', '--target', pid, '--mount', ...argv]);
}

/** Checks the ext4 of a stopped container, whose journal may have been cut off in the middle. */
export async function checked(ground: Ground, docker: Dockerd, container: string): Promise<void> {
  const pool = await poolName(ground);
  await rescued(ground, pool, await volumeOf(ground, docker, container, pool), async (device) => {
    const ran = await ground.run(['e2fsck', '-f', '-y', device]);
    // 1: errors were corrected (e2fsck(8), EXIT CODE)
    holds(ran.exitCode === 0 || ran.exitCode === 1, `e2fsck ended with ${ran.exitCode}: ${ran.stdout}${ran.stderr}`);
  });
}

/**
 * The volume of a stopped container under a name of its own, for as long as `work` lasts. The name goes from
 * step to step by itself: retyped, it removes somebody else's device.
 */
export async function rescued(
  ground: Ground,
  pool: string,
  volume: Volume,
  work: (device: string) => Promise<void>,
): Promise<void> {
  const name = `rescue-${volume.mountId.slice(0, 12)}`;
  const table = `0 ${volume.bytes / 512} thin /dev/mapper/${pool} ${volume.deviceId}`;
  await ground.must(['dmsetup', 'create', name, '--table', table]);
  await work(`/dev/mapper/${name}`);
  await ground.must(['dmsetup', 'remove', name]);
  const left = await ground.run(['dmsetup', 'info', name]);
  holds(left.exitCode !== 0, `the rescue device is still there: ${left.stdout}`);
}
