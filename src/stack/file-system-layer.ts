import type { Facts } from '../probes/fact.ts';
import { type BtrfsView, btrfsView } from './btrfs-view.ts';
import { type Building, deviceLayer, put } from './devices.ts';
import type { Resource } from './layer.ts';
import type { MountedFs } from './mounts.ts';
import { deviceKey } from './names.ts';

/** The layer of one mounted file system, on its device or devices. */
export function fileSystemLayer(build: Building, fs: MountedFs): string {
  return put(build, `fs:${fs.mountpoint}`, () => {
    const view = fs.fstype === 'btrfs' ? btrfsOf(build.facts, fs) : undefined;
    const devices = view && view.devices.length > 1 ? view.devices.map((device) => device.name) : [fs.source];
    return {
      kind: 'file-system',
      name: `${fs.fstype ?? 'file system'} on ${fs.source}`,
      path: fs.mountpoint,
      ...(fs.fstype ? { storage: fs.fstype } : {}),
      resources: view ? btrfsResources(view, fs) : plainResources(fs),
      on: devices.map((device) => deviceLayer(build, device)).filter((id) => id !== undefined),
      ...(view && view.unallocated === undefined
        ? { unknown: [{ what: 'unallocated space', run: `btrfs filesystem usage -b ${fs.mountpoint}` }] }
        : {}),
    };
  });
}

/** The btrfs facts that belong to a mounted file system: by UUID through its device, or by mount point. */
export function btrfsOf(facts: Facts, fs: MountedFs): BtrfsView | undefined {
  const key = deviceKey(fs.source);
  const uuid =
    facts.first('btrfs-show', (show) =>
      show.devices.some((device) => device.path !== undefined && deviceKey(device.path) === key),
    )?.value.uuid ??
    facts.first('block', (block) => (block.name === key || block.kname === key) && block.uuid !== undefined)?.value
      .uuid ??
    facts.first('btrfs-sysfs', (one) => one.devices.some((device) => deviceKey(device.name) === key))?.value.uuid;
  const only = facts.all('btrfs-sysfs').length <= 1 && facts.all('btrfs-show').length <= 1;
  const path = [fs.mountpoint, ...fs.alsoAt].find(
    (target) =>
      facts.has('btrfs-usage', (usage) => usage.path === target) || facts.has('btrfs-df', (df) => df.path === target),
  );
  if (uuid === undefined && !only && path === undefined) return undefined;
  return btrfsView(facts, fs.mountpoint, { uuid, path });
}

function btrfsResources(view: BtrfsView, fs: MountedFs): Resource[] {
  const resources: Resource[] = [];
  for (const type of ['data', 'metadata', 'mixed'] as const) {
    const space = view[type];
    if (space)
      resources.push({
        name: type === 'metadata' ? 'metadata' : 'data',
        unit: 'bytes',
        capacity: space.total,
        used: space.used,
        free: space.free,
        detail: space.profile,
      });
  }
  for (const device of view.devices) {
    resources.push({
      name: 'unallocated',
      unit: 'bytes',
      ...(device.size > 0 ? { capacity: device.size } : {}),
      free: device.unallocated,
      detail: device.name,
    });
  }
  if (view.globalReserve !== undefined)
    resources.push({ name: 'global reserve', unit: 'bytes', capacity: view.globalReserve });
  if (fs.size !== undefined) resources.push(bytesOf(fs));
  return resources;
}

function plainResources(fs: MountedFs): Resource[] {
  const resources: Resource[] = [];
  if (fs.size !== undefined) resources.push(bytesOf(fs));
  const reserve = rootReserve(fs);
  if (reserve > 0) resources.push({ name: 'root reserve', unit: 'bytes', capacity: reserve });
  if (fs.inodes !== undefined && fs.inodes > 0) {
    resources.push({
      name: 'inodes',
      unit: 'count',
      capacity: fs.inodes,
      ...(fs.inodesFree === undefined ? {} : { used: Math.max(0, fs.inodes - fs.inodesFree), free: fs.inodesFree }),
    });
  }
  return resources;
}

/**
 * What root can write beyond f_bavail. ext4 keeps 2 % of the clusters, at most 4096, from root as
 * well (ext4_calculate_resv_clusters, fs/ext4/super.c); statfs counts them as free.
 */
function rootReserve(fs: MountedFs): number {
  if (fs.free === undefined || fs.available === undefined || fs.size === undefined) return 0;
  const block = fs.blockSize ?? 4096;
  const kept = /^ext[234]$/.test(fs.fstype ?? '') ? Math.min(Math.floor(fs.size / block / 50), 4096) * block : 0;
  return Math.max(0, fs.free - fs.available - kept);
}

function bytesOf(fs: MountedFs): Resource {
  return {
    name: 'bytes',
    unit: 'bytes',
    ...(fs.size === undefined ? {} : { capacity: fs.size }),
    ...(fs.used === undefined ? {} : { used: fs.used }),
    ...(fs.available === undefined ? {} : { free: fs.available }),
  };
}
