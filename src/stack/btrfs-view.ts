import type { Fact, Facts } from '../probes/fact.ts';
import type { BtrfsBlockGroupType } from '../probes/facts/btrfs.ts';
import { deviceKey } from './names.ts';

/**
 * One btrfs file system, merged from what exists: sysfs (exact) over `filesystem usage` over
 * `filesystem df` and `filesystem show`. Bytes; logical unless named raw.
 */
export interface BtrfsView {
  /** mount point where known, else UUID or `btrfs` */
  name: string;
  uuid?: string;
  data?: BtrfsSpaceView;
  metadata?: BtrfsSpaceView;
  /** data and metadata in the same chunks */
  mixed?: BtrfsSpaceView;
  globalReserve?: number;
  devices: { name: string; size: number; unallocated: number }[];
  /** raw bytes not given to any chunk, without the 1 MiB a device that never is */
  unallocated?: number;
  deviceSize?: number;
  /** how far rounded figures may be off */
  resolution: number;
  /** what it was read from, in printed order */
  facts: Fact[];
}

export interface BtrfsSpaceView {
  profile: string;
  total: number;
  used: number;
  /**
   * what a writer can still take inside the chunks: total - used, less what is promised,
   * pinned, read-only; for metadata the global reserve is taken off as well
   */
  free: number;
}

/** The first MiB of every device is never allocated (BTRFS_DEVICE_RANGE_RESERVED, fs/btrfs/fs.h). */
export const DEVICE_RESERVED = 1024 ** 2;

type Rows = readonly { type: BtrfsBlockGroupType; profile: string; total: number; used: number }[];

/** A btrfs file system as one set of facts of the same moment shows it. */
export function btrfsView(
  facts: Facts,
  name: string,
  pick: { uuid?: string | undefined; path?: string | undefined } = {},
): BtrfsView | undefined {
  const sysfs = facts.first(
    'btrfs-sysfs',
    (value) => (pick.uuid === undefined || value.uuid === pick.uuid) && Object.keys(value.spaces).length > 0,
  );
  // without a path of its own, what was asked of another file system is not this one's
  const lone = facts.all('btrfs-show').length <= 1 && facts.all('btrfs-sysfs').length <= 1;
  const own = ({ path }: { path?: string }): boolean =>
    path === undefined || (pick.path === undefined ? lone || pick.uuid === undefined : path === pick.path);
  const usage = facts.first('btrfs-usage', own);
  const df = facts.first('btrfs-df', own);
  const show = facts.first('btrfs-show', (value) => pick.uuid === undefined || value.uuid === pick.uuid);
  const perDevice = facts.all(
    'btrfs-device-usage',
    (value) => show === undefined || belongs(value.path, show.value.devices),
  );
  const used: Fact[] = [];
  const view: BtrfsView = { name, devices: [], resolution: 0, facts: used };
  const uuid = pick.uuid ?? sysfs?.value.uuid ?? show?.value.uuid;
  if (uuid) view.uuid = uuid;

  if (sysfs) {
    used.push(sysfs);
    for (const type of ['data', 'metadata', 'mixed'] as const) {
      const space = sysfs.value.spaces[type];
      if (!space || space.total === 0) continue;
      const taken =
        space.used +
        (space.pinned ?? 0) +
        (space.reserved ?? 0) +
        (space.mayUse ?? 0) +
        (space.readonly ?? 0) +
        (space.zoneUnusable ?? 0);
      view[type] = {
        profile: mainProfile(space.profiles),
        total: space.total,
        used: space.used,
        free: Math.max(0, space.total - taken),
      };
    }
    if (sysfs.value.globalReserveSize !== undefined) view.globalReserve = sysfs.value.globalReserveSize;
  } else if (usage ?? df) {
    const from = usage ?? df;
    if (from) used.push(from);
    const rows: Rows = usage ? usage.value.rows.map((row) => ({ ...row, total: row.size })) : (df?.value.rows ?? []);
    const reserve = (usage?.value.globalReserve ?? df?.value.globalReserve)?.size;
    if (reserve !== undefined) view.globalReserve = reserve;
    view.resolution = Math.max(view.resolution, (usage ?? df)?.value.resolution ?? 0);
    for (const type of ['data', 'metadata', 'mixed'] as const) {
      const space = sumRows(rows, type, type === 'data' ? 0 : (reserve ?? 0), view.resolution > 0);
      if (space) view[type] = space;
    }
  }

  const devices = devicesOf(usage, perDevice, show, sysfs);
  if (devices) {
    used.push(...devices.facts);
    view.devices = devices.list;
    view.deviceSize = devices.list.reduce((sum, device) => sum + device.size, 0);
    view.devices = devices.list.map((device) => ({
      ...device,
      unallocated: Math.max(0, device.unallocated - devices.off(device)),
    }));
    view.unallocated = view.devices.reduce((sum, device) => sum + Math.max(0, device.unallocated - DEVICE_RESERVED), 0);
  } else if (usage?.value.deviceUnallocated !== undefined) {
    used.push(usage);
    if (usage.value.deviceSize !== undefined) view.deviceSize = usage.value.deviceSize;
    view.unallocated = Math.max(0, usage.value.deviceUnallocated - DEVICE_RESERVED);
    view.devices = [{ name: 'device', size: usage.value.deviceSize ?? 0, unallocated: usage.value.deviceUnallocated }];
  }
  return used.length > 0 ? { ...view, facts: [...new Set(used)] } : undefined;
}

interface Devices {
  list: BtrfsView['devices'];
  /** bytes that rounding may have added to a device's unallocated */
  off(device: BtrfsView['devices'][number]): number;
  facts: Fact[];
}

function devicesOf(
  usage: Fact<'btrfs-usage'> | undefined,
  perDevice: Fact<'btrfs-device-usage'>[],
  show: Fact<'btrfs-show'> | undefined,
  sysfs: Fact<'btrfs-sysfs'> | undefined,
): Devices | undefined {
  const exact = perDevice.filter((fact) => fact.value.unallocated !== undefined);
  if (exact.length > 0) {
    const seen = new Map(
      exact.map((fact) => [
        deviceKey(fact.value.path),
        { name: fact.value.path, size: fact.value.size ?? 0, unallocated: fact.value.unallocated ?? 0 },
      ]),
    );
    return {
      list: [...seen.values()],
      off: exact.some((fact) => fact.value.resolution) ? (device) => rounding(device.unallocated) : () => 0,
      facts: exact,
    };
  }
  const shown = show?.value.devices.map((device) => ({
    name: device.path ?? `devid ${device.devid}`,
    size: device.size,
    unallocated: Math.max(0, device.size - device.used),
  }));
  if (usage && usage.value.unallocated.length > 0) {
    const sizes = new Map((shown ?? []).map((device) => [deviceKey(device.name), device.size]));
    const list = usage.value.unallocated.map((row) => ({
      name: row.path,
      size:
        sizes.get(deviceKey(row.path)) ?? (usage.value.unallocated.length === 1 ? (usage.value.deviceSize ?? 0) : 0),
      unallocated: row.bytes,
    }));
    return { list, off: usage.value.resolution ? (device) => rounding(device.unallocated) : () => 0, facts: [usage] };
  }
  if (show && shown && shown.length > 0) {
    // both are rounded for people: their difference twice as far
    return { list: shown, off: show.value.resolution ? (device) => 2 * rounding(device.size) : () => 0, facts: [show] };
  }
  if (sysfs && sysfs.value.devices.length === 1) {
    const only = sysfs.value.devices[0];
    const raw = Object.values(sysfs.value.spaces).map((space) => space.diskTotal);
    if (only?.size !== undefined && raw.every((bytes) => bytes !== undefined)) {
      const given = raw.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0);
      return {
        list: [{ name: only.name, size: only.size, unallocated: Math.max(0, only.size - given) }],
        off: () => 0,
        facts: [sysfs],
      };
    }
  }
  return undefined;
}

function belongs(path: string, devices: readonly { path?: string }[]): boolean {
  return devices.some((device) => device.path !== undefined && deviceKey(device.path) === deviceKey(path));
}

function sumRows(rows: Rows, type: BtrfsBlockGroupType, reserve: number, rounded: boolean): BtrfsSpaceView | undefined {
  const own = rows.filter((row) => row.type === type);
  if (own.length === 0) return undefined;
  const profile = mainProfile(own);
  const total = own.reduce((sum, row) => sum + row.total, 0);
  const used = own.reduce((sum, row) => sum + row.used, 0);
  // an empty chunk of another profile is not written to: the allocator looks for its own profile
  const main = own.filter((row) => row.profile.toLowerCase() === profile);
  const free = main.reduce((sum, row) => sum + row.total - row.used, 0);
  const off = rounded
    ? main.reduce((sum, row) => sum + rounding(row.total) + rounding(row.used), rounding(reserve))
    : 0;
  return { profile, total, used, free: Math.max(0, free - reserve - (type === 'data' ? 0 : off)) };
}

/** Half a unit of the last of two printed decimals: what 1.38GiB may be away from the truth. */
function rounding(bytes: number): number {
  for (const unit of [1024 ** 4, 1024 ** 3, 1024 ** 2]) if (bytes >= unit) return unit * 0.005;
  return 0;
}

/** mkfs of old days leaves an empty `single` chunk beside DUP: the profile with the most bytes counts. */
function mainProfile(rows: readonly { profile: string; total: number }[]): string {
  return rows
    .reduce((best, row) => (row.total > best.total ? row : best), { profile: 'single', total: -1 })
    .profile.toLowerCase();
}
