import type { Fact } from '../probes/fact.ts';
import { deviceKey } from './names.ts';

/** What speaks of one btrfs file system at one moment. */
export interface BtrfsSources {
  show?: Fact<'btrfs-show'>;
  df?: Fact<'btrfs-df'>;
  usage?: Fact<'btrfs-usage'>;
  sysfs?: Fact<'btrfs-sysfs'>;
  deviceUsage: Fact<'btrfs-device-usage'>[];
}

/** The first MiB of every device is never allocated (BTRFS_DEVICE_RANGE_RESERVED, fs/btrfs/fs.h). */
export const DEVICE_RESERVED = 1024 ** 2;

/** One device, or all of them together where only their sum was told. Raw bytes. */
export interface BtrfsDevice {
  /** as its source names it; `ALL_DEVICES` for the sum */
  name: string;
  size?: number;
  /** not given to chunks, the reserved first MiB included */
  unallocated: number;
  /** how far `unallocated` may be off: sizes rounded for people */
  uncertainty: number;
}

export const ALL_DEVICES = 'all devices';

export interface BtrfsDevices {
  /** absent: not known */
  devices?: BtrfsDevice[];
  /** of all devices */
  deviceSize?: number;
  /** what says what is unallocated */
  unallocatedFacts: Fact[];
}

/** From the source that lists each device, the exact before the rounded; a sum only where none does. */
export function devicesOf(sources: BtrfsSources): BtrfsDevices {
  const { usage, show } = sources;
  const found = listed(sources);
  const sizes = found?.devices.map(({ size }) => size) ?? [];
  const deviceSize =
    usage?.value.deviceSize ??
    show?.value.devices.reduce((sum, device) => sum + device.size, 0) ??
    (sizes.every((size) => size !== undefined) && sizes.length > 0
      ? sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
      : undefined);
  return {
    ...(found ? { devices: found.devices } : {}),
    ...(deviceSize === undefined ? {} : { deviceSize }),
    unallocatedFacts: found?.facts ?? [],
  };
}

interface Listed {
  devices: BtrfsDevice[];
  facts: Fact[];
}

function listed(sources: BtrfsSources): Listed | undefined {
  const show = fromShow(sources);
  const several = (sources.show?.value.devices.length ?? 0) > 1;
  const exact = !sources.show?.value.resolution;
  return (
    fromUsage(sources) ??
    fromDeviceUsage(sources) ??
    (exact ? show : undefined) ??
    fromSysfs(sources) ??
    // chunks go to several devices: which has the room counts for more than the last decimals
    (several ? show : undefined) ??
    fromSum(sources) ??
    show
  );
}

function fromUsage({ usage, show }: BtrfsSources): Listed | undefined {
  if (!usage || usage.value.unallocated.length === 0) return undefined;
  const { unallocated, deviceSize, resolution } = usage.value;
  const sizes = new Map(show?.value.devices.map((device) => [deviceKey(device.path ?? ''), device.size]));
  const devices = unallocated.map(({ path, bytes }) => {
    const size = sizes.get(deviceKey(path)) ?? (unallocated.length === 1 ? deviceSize : undefined);
    return { name: path, ...sized(size), unallocated: bytes, uncertainty: rounding(bytes, resolution) };
  });
  return { devices, facts: [usage] };
}

function fromDeviceUsage({ deviceUsage, show }: BtrfsSources): Listed | undefined {
  const facts = deviceUsage.filter(({ value }) => value.unallocated !== undefined);
  const devices = new Map(
    facts.map(({ value: { path, size, unallocated = 0, resolution } }): [string, BtrfsDevice] => [
      deviceKey(path),
      { name: path, ...sized(size), unallocated, uncertainty: rounding(unallocated, resolution) },
    ]),
  );
  if (devices.size === 0 || devices.size < (show?.value.devices.length ?? 1)) return undefined;
  return { devices: [...devices.values()], facts };
}

function fromShow({ show }: BtrfsSources): Listed | undefined {
  if (!show || show.value.devices.length === 0) return undefined;
  const devices = show.value.devices
    .filter((device) => device.missing !== true)
    .map(({ path, devid, size, used }) => ({
      name: path ?? `devid ${devid}`,
      size,
      unallocated: Math.max(0, size - used),
      // both are rounded for people: their difference twice as far
      uncertainty: 2 * rounding(size, show.value.resolution),
    }));
  return { devices, facts: [show] };
}

/** The size of the only device less what chunks take of it. */
function fromSysfs({ sysfs }: BtrfsSources): Listed | undefined {
  const [only, ...others] = sysfs?.value.devices ?? [];
  const taken = Object.values(sysfs?.value.spaces ?? {}).map((space) => space.diskTotal);
  if (!sysfs || only?.size === undefined || others.length > 0 || taken.length === 0) return undefined;
  if (taken.some((bytes) => bytes === undefined)) return undefined;
  const given = taken.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0);
  const { name, size } = only;
  return { devices: [{ name, size, unallocated: Math.max(0, size - given), uncertainty: 0 }], facts: [sysfs] };
}

function fromSum({ usage }: BtrfsSources): Listed | undefined {
  const { deviceUnallocated: unallocated, deviceSize, resolution } = usage?.value ?? {};
  if (!usage || unallocated === undefined) return undefined;
  const uncertainty = rounding(unallocated, resolution);
  return { devices: [{ name: ALL_DEVICES, ...sized(deviceSize), unallocated, uncertainty }], facts: [usage] };
}

const sized = (size: number | undefined): { size?: number } => (size === undefined ? {} : { size });

/**
 * How far a printed size may be off. A record's `resolution` is that of its coarsest number;
 * btrfs prints two decimals of the unit that fits (1.38GiB, 352.00MiB), so a smaller number is finer.
 */
export function rounding(bytes: number, resolution = 0): number {
  if (resolution === 0) return 0;
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return Math.min(resolution, unit / 200);
}
