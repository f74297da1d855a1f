import type { Fact, Facts } from '../probes/fact.ts';
import { DEVICE_RESERVED } from './btrfs-devices.ts';
import { type BtrfsSpaceNumbers, measureBtrfs } from './btrfs-numbers.ts';
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
  const { data, metadata, mixed, reserveUsed, devices, deviceSize, unallocatedFacts } = measureBtrfs({
    ...(sysfs ? { sysfs } : {}),
    ...(usage ? { usage } : {}),
    ...(df ? { df } : {}),
    ...(show ? { show } : {}),
    deviceUsage: perDevice,
  });
  const used = new Set([data?.fact, metadata?.fact, ...unallocatedFacts].filter((fact) => fact !== undefined));
  if (used.size === 0) return undefined;
  const uuid = pick.uuid ?? sysfs?.value.uuid ?? show?.value.uuid;
  const globalReserve = metadata?.reserve ?? reserveUsed?.size;
  const known = (devices ?? []).map((device) => ({
    name: device.name,
    size: device.size ?? 0,
    unallocated: Math.max(0, device.unallocated - device.uncertainty),
  }));
  return {
    name,
    ...(uuid ? { uuid } : {}),
    ...(mixed ? spaceView('mixed', metadata) : { ...spaceView('data', data), ...spaceView('metadata', metadata) }),
    ...(globalReserve === undefined ? {} : { globalReserve }),
    devices: known,
    ...(devices === undefined
      ? {}
      : { unallocated: known.reduce((sum, one) => sum + Math.max(0, one.unallocated - DEVICE_RESERVED), 0) }),
    ...(deviceSize === undefined ? {} : { deviceSize }),
    resolution: sysfs ? 0 : ((usage ?? df)?.value.resolution ?? 0),
    facts: [...used],
  };
}

/** Of metadata what is surely free counts: with none left nothing is created. */
function spaceView<T extends 'data' | 'metadata' | 'mixed'>(
  type: T,
  space: BtrfsSpaceNumbers | undefined,
): { [K in T]?: BtrfsSpaceView } {
  if (!space || space.total === 0) return {};
  const { profile, total, used, free, uncertainty } = space;
  const sure = type === 'data' ? free : Math.max(0, free - uncertainty);
  return { [type]: { profile: profile.toLowerCase(), total, used, free: sure } } as { [K in T]?: BtrfsSpaceView };
}

function belongs(path: string, devices: readonly { path?: string }[]): boolean {
  return devices.some((device) => device.path !== undefined && deviceKey(device.path) === deviceKey(path));
}
