import { type BtrfsView, DEVICE_RESERVED } from './btrfs-view.ts';

/**
 * How chunks of a profile are laid on devices (btrfs_raid_array, fs/btrfs/volumes.c).
 * `devices` 0: as many as have room.
 */
interface Profile {
  min: number;
  devices: number;
  copies: number;
  parity: number;
  /** stripes on each device: 2 for DUP */
  stripes: number;
}

const PROFILES: Record<string, Profile> = {
  single: { min: 1, devices: 1, copies: 1, parity: 0, stripes: 1 },
  dup: { min: 1, devices: 1, copies: 2, parity: 0, stripes: 2 },
  raid0: { min: 1, devices: 0, copies: 1, parity: 0, stripes: 1 },
  raid1: { min: 2, devices: 2, copies: 2, parity: 0, stripes: 1 },
  raid1c3: { min: 3, devices: 3, copies: 3, parity: 0, stripes: 1 },
  raid1c4: { min: 4, devices: 4, copies: 4, parity: 0, stripes: 1 },
  raid10: { min: 2, devices: 0, copies: 2, parity: 0, stripes: 1 },
  raid5: { min: 2, devices: 0, copies: 1, parity: 1, stripes: 1 },
  raid6: { min: 3, devices: 0, copies: 1, parity: 2, stripes: 1 },
};

/** BTRFS_STRIPE_LEN: the smallest device extent. */
const STRIPE = 64 * 1024;
/** stripes that are cut to the chunk limit are rounded up to this (decide_stripe_size_regular) */
export const ROUND = 16 * 1024 ** 2;

function profileOf(name: string): Profile {
  return PROFILES[name.toLowerCase()] ?? (PROFILES['single'] as Profile);
}

/**
 * Gives chunks of `profile` out of `free` (raw bytes a device, changed in place) until `want`
 * logical bytes are reached or no device set is left. As the kernel does it: the devices with the
 * most room first, chunks of at most a tenth of all devices, stripes of at most 1 GiB
 * (init_alloc_chunk_ctl_policy_regular and decide_stripe_size_regular, fs/btrfs/volumes.c). The size
 * of the steps decides what is left over on unequal devices.
 */
export function allocate(free: number[], profile: string, deviceSize = 0, want = Number.POSITIVE_INFINITY): number {
  const { min, devices, copies, parity, stripes } = profileOf(profile);
  const total = Math.max(
    deviceSize,
    free.reduce((sum, bytes) => sum + bytes, 0),
  );
  const largest = Math.max(STRIPE, total / 10);
  // on many tebibytes the kernel's own small steps make no difference, only work
  const widest = 1024 ** 3 * Math.max(1, Math.ceil(total / (4 * 1024 ** 4)));
  let given = 0;
  for (let guard = 0; guard < 20_000 && given < want; guard++) {
    const order = free.map((bytes, index) => ({ bytes, index })).filter(({ bytes }) => bytes >= STRIPE * stripes);
    order.sort((a, b) => b.bytes - a.bytes);
    let width = devices === 0 ? order.length : Math.min(devices, order.length);
    if (profile.toLowerCase() === 'raid10') width -= width % 2;
    if (width < min || width === 0) break;
    const chosen = order.slice(0, width);
    const dataStripes = parity > 0 ? width - parity : (width * stripes) / copies;
    let stripe = (chosen.at(-1)?.bytes ?? 0) / stripes;
    if (stripe * dataStripes > largest) stripe = Math.ceil(largest / dataStripes / ROUND) * ROUND;
    stripe = Math.floor(Math.min(stripe, widest, (chosen.at(-1)?.bytes ?? 0) / stripes) / STRIPE) * STRIPE;
    if (stripe <= 0) break;
    for (const { index } of chosen) free[index] = (free[index] ?? 0) - stripe * stripes;
    given += stripe * dataStripes;
  }
  return Math.min(given, want);
}

/**
 * Metadata that N bytes of file data need: 4 bytes of checksum for every 4 KiB sector in leaves
 * that are about 2/3 full when filled in random order, nearly full when appended, plus one 53-byte
 * extent item and one 53-byte file extent for every extent of up to 128 MiB. Measured on a filling
 * loop device: 0.11 to 0.13 %.
 */
const METADATA_PER_BYTE = 0.0013;

/**
 * Creating a file fails when no more than this of effective metadata is left and none can be
 * allocated: a transaction wants that much promised. Measured: failed at 3.8 MiB and below.
 */
const CREATE_FLOOR = 3.8 * 1024 ** 2;
/** What appending to a file wants promised beyond the items it writes. */
const APPEND_FLOOR = 512 * 1024;

/** A metadata chunk: 256 MiB, 1 GiB above 50 GiB, never more than a tenth of the devices (init_alloc_chunk_ctl, fs/btrfs/volumes.c). */
export function metadataChunk(deviceSize: number): number {
  const size = deviceSize > 50 * 1024 ** 3 ? 1024 ** 3 : 256 * 1024 ** 2;
  return deviceSize > 0 ? Math.min(size, deviceSize / 10) : size;
}

export interface BtrfsRoom {
  /** file bytes that still fit */
  bytes: number;
  stoppedBy: 'data' | 'metadata' | 'unallocated';
}

/** The largest write that still fits, or undefined when data, metadata or unallocated are not known. */
export function btrfsRoom(view: BtrfsView): BtrfsRoom | undefined {
  const data = view.mixed ?? view.data;
  const metadata = view.mixed ?? view.metadata;
  if (!data || !metadata || view.unallocated === undefined) return undefined;
  const free = view.devices.map((device) => Math.max(0, device.unallocated - DEVICE_RESERVED));
  if (view.mixed) return { bytes: data.free + allocate(free, data.profile, view.deviceSize), stoppedBy: 'data' };

  const whole = data.free + allocate([...free], data.profile, view.deviceSize);
  const wanted = whole * METADATA_PER_BYTE + APPEND_FLOOR;
  if (wanted <= metadata.free && (view.unallocated > 0 || metadata.free > CREATE_FLOOR)) {
    return { bytes: Math.floor(whole), stoppedBy: view.unallocated > 0 ? 'unallocated' : 'data' };
  }
  // metadata gets its chunks first: without them data cannot be written at all
  const chunk = metadataChunk(view.deviceSize ?? 0);
  const have =
    metadata.free +
    allocate(free, metadata.profile, view.deviceSize, Math.ceil((wanted - metadata.free) / chunk) * chunk);
  if (have <= CREATE_FLOOR) return { bytes: 0, stoppedBy: 'metadata' };
  const left = data.free + allocate(free, data.profile, view.deviceSize);
  const carried = (have - APPEND_FLOOR) / METADATA_PER_BYTE;
  return carried < left
    ? { bytes: Math.floor(carried), stoppedBy: 'metadata' }
    : { bytes: Math.floor(left), stoppedBy: 'unallocated' };
}
