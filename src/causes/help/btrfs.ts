import type { Fact } from '../../probes/fact.ts';
import type { BtrfsBlockGroupType } from '../../probes/facts/btrfs.ts';
import { btrfsProfile } from '../../stack/btrfs-profiles.ts';
import type { Evidence, Scene } from '../cause.ts';
import { evidence } from '../cause.ts';
import type { BtrfsFileSystem, BtrfsSources } from './btrfs-sources.ts';
import { btrfsFileSystems } from './btrfs-sources.ts';
import { GIB, MIB } from './format.ts';

/** The first MiB of every device is never given to chunks (kernel fs/btrfs/fs.h, BTRFS_DEVICE_RANGE_RESERVED). */
export const DEVICE_RESERVED = MIB;
/** Less than this in all is of no use for a chunk (btrfs-progs counts less than 16 MiB as nothing in its estimate). */
export const USELESS_UNALLOCATED = 16 * MIB;
/** Measured on kernel 6.18: creating files failed with 3.8 MiB of metadata left after the reserve. */
export const CREATE_FAILS_BELOW = 4 * MIB;
/** Measured on kernel 6.18: balance failed with 4.9 MiB left and worked with 9.7 MIB; doubled for larger trees. */
export const BALANCE_FAILS_BELOW = 16 * MIB;

/** One space (data or metadata): logical bytes in chunks, in use, and what a writer can still get in them. */
export interface BtrfsSpaceNumbers {
  total: number;
  used: number;
  /** in chunks, after reserves; 0 when the reserves are larger than the rest */
  free: number;
  profile: string;
  /** how far `free` may be off: sizes rounded for people */
  uncertainty: number;
  /** metadata: what the global reserve takes out of `free` */
  reserve?: number;
  fact: Fact;
}

export interface BtrfsNumbers {
  subject: string;
  /** devices and their unallocated bytes; absent: not known */
  devices?: { name: string; unallocated: number }[];
  /** how far `unallocated` of one device may be off */
  uncertainty: number;
  deviceSize?: number;
  data?: BtrfsSpaceNumbers;
  metadata?: BtrfsSpaceNumbers;
  /** data and metadata share their chunks */
  mixed: boolean;
  reserveUsed?: { used: number; size: number; fact: Fact };
  /** the facts that say what is unallocated */
  unallocatedFacts: Fact[];
  order: number;
}

/** The numbers of one state, each from its most exact source: sysfs, then usage, then df and show. */
export function measure(subject: string, state: BtrfsSources): BtrfsNumbers {
  const mixed =
    state.sysfs?.value.spaces.mixed !== undefined ||
    (state.usage ?? state.df)?.value.rows.some((row) => row.type === 'mixed') === true;
  const data = spaceOf(state, mixed ? 'mixed' : 'data');
  const metadata = spaceOf(state, mixed ? 'mixed' : 'metadata');
  const reserve = reserveOf(state);
  return {
    subject,
    ...unallocatedOf(state),
    ...(data === undefined ? {} : { data }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(reserve === undefined ? {} : { reserveUsed: reserve }),
    mixed,
    order: state.order,
  };
}

function spaceOf(state: BtrfsSources, type: BtrfsBlockGroupType): BtrfsSpaceNumbers | undefined {
  const sysfs = state.sysfs?.value.spaces[type];
  if (sysfs && state.sysfs) {
    const weak = weakChunks(sysfs.profiles);
    const gone = (sysfs.pinned ?? 0) + (sysfs.reserved ?? 0) + (sysfs.readonly ?? 0) + (sysfs.mayUse ?? 0);
    const reserve = type === 'data' ? undefined : state.sysfs.value.globalReserveSize;
    // without bytes_may_use the reserve must be taken off by hand
    const apart = sysfs.mayUse === undefined ? (reserve ?? 0) : 0;
    return {
      total: sysfs.total,
      used: sysfs.used,
      free: Math.max(0, sysfs.total - weak - sysfs.used - gone - apart),
      profile: mainProfile(sysfs.profiles.map((row) => ({ ...row, type }))),
      uncertainty: 0,
      ...(reserve === undefined ? {} : { reserve }),
      fact: state.sysfs,
    };
  }
  const fact = state.usage?.value.rows.some((row) => row.type === type) ? state.usage : state.df;
  const rows = (fact?.value.rows ?? [])
    .filter((row) => row.type === type)
    .map((row) => ({ profile: row.profile, used: row.used, total: 'size' in row ? row.size : row.total }));
  if (fact === undefined || rows.length === 0) return undefined;
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const used = rows.reduce((sum, row) => sum + row.used, 0);
  const reserve = type === 'data' ? undefined : (fact.value.globalReserve?.size ?? state.df?.value.globalReserve?.size);
  const fine = rounding(fact.value.resolution ?? 0);
  return {
    total,
    used,
    free: Math.max(0, total - weakChunks(rows) - used - (reserve ?? 0)),
    profile: mainProfile(rows.map((row) => ({ ...row, type }))),
    uncertainty: fine(total) + fine(used) + (reserve === undefined ? 0 : fine(reserve)),
    ...(reserve === undefined ? {} : { reserve }),
    fact,
  };
}

/**
 * How far a printed size may be off. A record's `resolution` is that of its coarsest number;
 * btrfs prints two decimals of the unit that fits (1.38GiB, 352.00MiB), so a smaller number is finer.
 */
function rounding(resolution: number): (bytes: number) => number {
  return (bytes) => {
    if (resolution === 0) return 0;
    const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
    return Math.min(resolution, unit / 200);
  };
}

/**
 * Chunks of a lesser profile than the one in use (mkfs left 8 MiB `single` ones beside DUP) take
 * no new metadata: the allocator skips groups without the copies asked for (fs/btrfs/extent-tree.c).
 */
function weakChunks(rows: readonly { profile: string; total: number; used: number }[]): number {
  const redundancy = (profile: string): number => {
    const { copies, parity } = btrfsProfile(profile);
    return copies + parity;
  };
  const main = redundancy(mainProfile(rows));
  return rows
    .filter((row) => redundancy(row.profile) < main)
    .reduce((sum, row) => sum + Math.max(0, row.total - row.used), 0);
}

function mainProfile(rows: readonly { profile: string; total: number }[]): string {
  return [...rows].sort((a, b) => b.total - a.total)[0]?.profile ?? 'single';
}

function reserveOf(state: BtrfsSources): BtrfsNumbers['reserveUsed'] {
  const sysfs = state.sysfs?.value;
  if (sysfs?.globalReserveSize !== undefined && sysfs.globalReserveReserved !== undefined && state.sysfs) {
    const used = Math.max(0, sysfs.globalReserveSize - sysfs.globalReserveReserved);
    return { used, size: sysfs.globalReserveSize, fact: state.sysfs };
  }
  const fact = state.usage?.value.globalReserve ? state.usage : state.df;
  return fact?.value.globalReserve ? { ...fact.value.globalReserve, fact } : undefined;
}

function unallocatedOf(
  state: BtrfsSources,
): Pick<BtrfsNumbers, 'devices' | 'uncertainty' | 'unallocatedFacts'> & Pick<Partial<BtrfsNumbers>, 'deviceSize'> {
  const { usage, sysfs, show, deviceUsage } = state;
  const size = usage?.value.deviceSize ?? show?.value.devices.reduce((sum, device) => sum + device.size, 0);
  const sized = size === undefined ? {} : { deviceSize: size };
  const listed = deviceUsage.filter((fact) => fact.value.unallocated !== undefined);
  if (usage && usage.value.unallocated.length > 0) {
    const devices = usage.value.unallocated.map((d) => ({ name: d.path, unallocated: d.bytes }));
    const uncertainty = Math.max(...devices.map((d) => rounding(usage.value.resolution ?? 0)(d.unallocated)));
    return { devices, uncertainty, unallocatedFacts: [usage], ...sized };
  }
  if (listed.length > 0 && listed.length >= (show?.value.devices.length ?? 1)) {
    const devices = listed.map((f) => ({ name: f.value.path, unallocated: f.value.unallocated ?? 0 }));
    const uncertainty = Math.max(...listed.map((f) => rounding(f.value.resolution ?? 0)(f.value.unallocated ?? 0)));
    return { devices, uncertainty, unallocatedFacts: listed, ...sized };
  }
  if (usage?.value.deviceUnallocated !== undefined) {
    const devices = [{ name: 'all devices', unallocated: usage.value.deviceUnallocated }];
    const uncertainty = rounding(usage.value.resolution ?? 0)(usage.value.deviceUnallocated);
    return { devices, uncertainty, unallocatedFacts: [usage], ...sized };
  }
  const given = sysfs === undefined ? [] : Object.values(sysfs.value.spaces).map((space) => space?.diskTotal);
  if (sysfs?.value.devices.length === 1 && given.length > 0 && given.every((bytes) => bytes !== undefined)) {
    const device = sysfs.value.devices[0];
    if (device?.size !== undefined) {
      const unallocated = Math.max(0, device.size - given.reduce((sum, bytes) => sum + bytes, 0));
      const devices = [{ name: device.name, unallocated }];
      return { devices, uncertainty: 0, unallocatedFacts: [sysfs], deviceSize: device.size };
    }
  }
  if (show && show.value.devices.length > 0) {
    const devices = show.value.devices
      .filter((device) => device.missing !== true)
      .map((device) => ({
        name: device.path ?? `devid ${device.devid}`,
        unallocated: Math.max(0, device.size - device.used),
      }));
    const fine = rounding(show.value.resolution ?? 0);
    const uncertainty = Math.max(0, ...show.value.devices.map((d) => 2 * fine(d.size)));
    return { devices, uncertainty, unallocatedFacts: [show], ...sized };
  }
  return { uncertainty: 0, unallocatedFacts: [], ...sized };
}

/** What chunks could still be made of on each device: the reserved first MiB and rounding taken off. */
function usable(numbers: BtrfsNumbers): { name: string; bytes: number }[] {
  return (numbers.devices ?? []).map((device) => ({
    name: device.name,
    bytes: Math.max(0, device.unallocated - DEVICE_RESERVED - numbers.uncertainty),
  }));
}

/** Unallocated bytes on all devices together; undefined: not known. */
export function unallocated(numbers: BtrfsNumbers): number | undefined {
  return numbers.devices?.reduce((sum, device) => sum + device.unallocated, 0);
}

/** `no`: no device has room for a chunk of that profile. `no?`: none within rounding of a chunk's size. */
export function canGrow(numbers: BtrfsNumbers, profile: string): 'yes' | 'no' | 'no?' | undefined {
  if (numbers.devices === undefined || numbers.devices.length === 0) return undefined;
  const room = usable(numbers);
  const total = room.reduce((sum, device) => sum + device.bytes, 0);
  const withRoom = room.filter((device) => device.bytes >= USELESS_UNALLOCATED / 2).length;
  if (total >= USELESS_UNALLOCATED && withRoom >= spread(numbers, profile)) return 'yes';
  return numbers.uncertainty >= GIB / 2 ? 'no?' : 'no';
}

/** Devices a new chunk must have room on; 1 when devices are not listed one by one. */
function spread(numbers: BtrfsNumbers, profile: string): number {
  return numbers.devices?.[0]?.name === 'all devices' ? 1 : btrfsProfile(profile).least;
}

/** Some device has room, but not as many as the profile needs: those that have it. */
export function lonelyDevices(numbers: BtrfsNumbers, profile: string): { name: string; bytes: number }[] | undefined {
  if (canGrow(numbers, profile) !== 'no' || spread(numbers, profile) < 2) return undefined;
  const withRoom = usable(numbers).filter((device) => device.bytes >= USELESS_UNALLOCATED);
  return withRoom.length > 0 ? withRoom : undefined;
}

/** Data bytes free inside data chunks: df counts them as available, metadata can never use them. */
export function stranded(numbers: BtrfsNumbers): number | undefined {
  return numbers.mixed || numbers.data === undefined ? undefined : numbers.data.free;
}

/** True: data chunks have (almost) nothing left; a last percent of many gigabytes is not full. */
export function dataFull(numbers: BtrfsNumbers): boolean {
  const { data } = numbers;
  if (data === undefined || data.total === 0) return false;
  return data.used / data.total > 0.99 && data.free <= GIB + data.uncertainty;
}

export interface BtrfsStory {
  fs: BtrfsFileSystem;
  states: BtrfsNumbers[];
}

/** Every btrfs file system with the numbers of each of its states. */
export function btrfsStories(scene: Scene): BtrfsStory[] {
  return btrfsFileSystems(scene).map((fs) => ({ fs, states: fs.states.map((state) => measure(fs.subject, state)) }));
}

/** The lines that show nothing is unallocated. */
export function unallocatedEvidence(numbers: BtrfsNumbers): Evidence[] {
  return numbers.unallocatedFacts.slice(0, 3).map((fact) => ({
    ...evidence(fact, 'every byte is given to chunks'),
    quote: pick(fact, /unallocated|^\s*devid|disk_total=/i),
  }));
}

/** The lines that show a space. */
export function spaceEvidence(space: BtrfsSpaceNumbers, shows: string, name: RegExp): Evidence {
  return { ...evidence(space.fact, shows), quote: pick(space.fact, name) };
}

/** Of sysfs, the files that the free space of a space is computed from. */
const DECIDING = /^allocation\/\w+\/(?:total_bytes|bytes_used|bytes_may_use|bytes_readonly)=/;
const DISK_TOTAL = /^allocation\/\w+\/disk_total=/;

/** Of a quote of many lines those that matter; the whole quote when none matches. */
function pick(fact: Fact, which: RegExp): string {
  const deciding = which.test('disk_total=') ? DISK_TOTAL : DECIDING;
  const lines = fact.quote
    .split('\n')
    .filter((line) => which.test(line) && (fact.kind !== 'btrfs-sysfs' || deciding.test(line)));
  return lines.length > 0 ? lines.join('\n') : fact.quote;
}
