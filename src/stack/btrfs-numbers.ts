import type { Fact } from '../probes/fact.ts';
import type { BtrfsBlockGroupType } from '../probes/facts/btrfs.ts';
import { type BtrfsDevices, type BtrfsSources, devicesOf, rounding } from './btrfs-devices.ts';

/** One space (data, metadata, or both where they share chunks): logical bytes. */
export interface BtrfsSpaceNumbers {
  /** given to chunks */
  total: number;
  used: number;
  /** what a writer can still get inside the chunks: less what is promised, pinned, read-only, and the global reserve */
  free: number;
  /** as printed */
  profile: string;
  /** how far `free` may be off: sizes rounded for people */
  uncertainty: number;
  /** the global reserve; not of data */
  reserve?: number;
  fact: Fact;
}

export interface BtrfsNumbers extends BtrfsDevices {
  /** both are the shared space where `mixed` */
  data?: BtrfsSpaceNumbers;
  metadata?: BtrfsSpaceNumbers;
  /** data and metadata share their chunks */
  mixed: boolean;
  reserveUsed?: { used: number; size: number; fact: Fact };
}

/** The numbers of one moment, each from its most exact source: sysfs, then usage, then df and show. */
export function measureBtrfs(sources: BtrfsSources): BtrfsNumbers {
  const mixed =
    sources.sysfs?.value.spaces.mixed !== undefined ||
    (sources.usage ?? sources.df)?.value.rows.some((row) => row.type === 'mixed') === true;
  const data = spaceOf(sources, mixed ? 'mixed' : 'data');
  const metadata = spaceOf(sources, mixed ? 'mixed' : 'metadata');
  const reserve = reserveOf(sources);
  return {
    ...devicesOf(sources),
    ...(data === undefined ? {} : { data }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(reserve === undefined ? {} : { reserveUsed: reserve }),
    mixed,
  };
}

function spaceOf(sources: BtrfsSources, type: BtrfsBlockGroupType): BtrfsSpaceNumbers | undefined {
  return fromSysfs(sources, type) ?? fromRows(sources, type);
}

function fromSysfs({ sysfs }: BtrfsSources, type: BtrfsBlockGroupType): BtrfsSpaceNumbers | undefined {
  const space = sysfs?.value.spaces[type];
  if (!sysfs || !space) return undefined;
  const { total, used, pinned = 0, reserved = 0, readonly = 0, zoneUnusable = 0 } = space;
  const reserve = type === 'data' ? undefined : sysfs.value.globalReserveSize;
  // bytes_may_use has the reserve in it; without it the reserve is taken off by hand
  const promised = space.mayUse ?? reserve ?? 0;
  const taken = otherProfiles(space.profiles) + used + pinned + reserved + readonly + zoneUnusable + promised;
  return {
    total,
    used,
    free: Math.max(0, total - taken),
    profile: mainProfile(space.profiles),
    uncertainty: 0,
    ...(reserve === undefined ? {} : { reserve }),
    fact: sysfs,
  };
}

function fromRows({ usage, df }: BtrfsSources, type: BtrfsBlockGroupType): BtrfsSpaceNumbers | undefined {
  const fact = usage?.value.rows.some((row) => row.type === type) ? usage : df;
  const rows = (fact?.value.rows ?? [])
    .filter((row) => row.type === type)
    .map((row) => ({ profile: row.profile, used: row.used, total: 'size' in row ? row.size : row.total }));
  if (fact === undefined || rows.length === 0) return undefined;
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const used = rows.reduce((sum, row) => sum + row.used, 0);
  const reserve = type === 'data' ? undefined : (fact.value.globalReserve?.size ?? df?.value.globalReserve?.size);
  const off = (bytes: number): number => rounding(bytes, fact.value.resolution);
  return {
    total,
    used,
    free: Math.max(0, total - otherProfiles(rows) - used - (reserve ?? 0)),
    profile: mainProfile(rows),
    uncertainty: off(total) + off(used) + off(reserve ?? 0),
    ...(reserve === undefined ? {} : { reserve }),
    fact,
  };
}

type Rows = readonly { profile: string; total: number; used: number }[];

/**
 * Free bytes in chunks of other profiles than the one in use (mkfs of old days left empty `single` ones beside
 * DUP): the allocator looks for its own profile (block_group_bits in find_free_extent, fs/btrfs/extent-tree.c).
 */
function otherProfiles(rows: Rows): number {
  const main = mainProfile(rows);
  return rows
    .filter((row) => row.profile.toLowerCase() !== main.toLowerCase())
    .reduce((sum, row) => sum + Math.max(0, row.total - row.used), 0);
}

/** The profile with the most bytes. */
function mainProfile(rows: Rows): string {
  return rows.reduce((best, row) => (row.total > best.total ? row : best), { profile: 'single', total: -1 }).profile;
}

function reserveOf({ sysfs, usage, df }: BtrfsSources): BtrfsNumbers['reserveUsed'] {
  const { globalReserveSize: size, globalReserveReserved: reserved } = sysfs?.value ?? {};
  if (sysfs && size !== undefined && reserved !== undefined)
    return { used: Math.max(0, size - reserved), size, fact: sysfs };
  const fact = usage?.value.globalReserve ? usage : df;
  return fact?.value.globalReserve ? { ...fact.value.globalReserve, fact } : undefined;
}
