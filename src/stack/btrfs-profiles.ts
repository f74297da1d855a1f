/** How a chunk of a block-group profile lies on devices (btrfs_raid_array, fs/btrfs/volumes.c, Linux 5.15 and later). */
export interface BtrfsProfile {
  /** devices with room that a new chunk needs at least */
  readonly least: number;
  /** devices it takes at most; 0: as many as have room */
  readonly most: number;
  /** their number is a multiple of this */
  readonly multiple: number;
  /** stripes on each device: 2 for DUP */
  readonly perDevice: number;
  /** how often each byte is there, parity apart */
  readonly copies: number;
  /** stripes of parity in a chunk */
  readonly parity: number;
}

const one = { least: 1, most: 1, multiple: 1, perDevice: 1, copies: 1, parity: 0 };
const mirrored = (devices: number): BtrfsProfile => ({
  ...one,
  least: devices,
  most: devices,
  multiple: devices,
  copies: devices,
});

const PROFILES = new Map<string, BtrfsProfile>(
  Object.entries({
    single: one,
    dup: { ...one, perDevice: 2, copies: 2 },
    raid0: { ...one, most: 0 },
    raid1: mirrored(2),
    raid1c3: mirrored(3),
    raid1c4: mirrored(4),
    raid10: { ...one, least: 2, most: 0, multiple: 2, copies: 2 },
    raid5: { ...one, least: 2, most: 0, parity: 1 },
    raid6: { ...one, least: 3, most: 0, parity: 2 },
  }),
);

/** By the name that btrfs-progs or sysfs give it, in any case; what has no such name is taken for single. */
export function btrfsProfile(name: string): BtrfsProfile {
  return PROFILES.get(name.toLowerCase()) ?? one;
}

/** Devices that a new chunk lies on when `devices` have room; 0: too few. */
export function chunkWidth({ least, most, multiple }: BtrfsProfile, devices: number): number {
  const width = most === 0 ? devices : Math.min(most, devices);
  return width < least ? 0 : width - (width % multiple);
}

/** Of the stripes of a chunk, how many make up its logical length: the length of each is that part of it. */
export function dataStripes({ copies, parity }: BtrfsProfile, stripes: number): number {
  return Math.max(1, (stripes - parity) / copies);
}

/** Bytes on the devices for one logical byte of that profile, in chunks over as many of `devices` as it takes. */
export function rawPerByte(name: string, devices: number): number {
  const profile = btrfsProfile(name);
  const stripes = profile.perDevice * (chunkWidth(profile, devices) || profile.least);
  return stripes / dataStripes(profile, stripes);
}
