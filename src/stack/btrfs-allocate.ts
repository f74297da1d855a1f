import { DEVICE_RESERVED } from './btrfs-devices.ts';
import { btrfsProfile, chunkWidth, dataStripes } from './btrfs-profiles.ts';
import type { BtrfsView } from './btrfs-view.ts';

/** BTRFS_STRIPE_LEN: the smallest device extent. */
const STRIPE = 64 * 1024;
/** stripes that are cut to the chunk limit are rounded up to this (decide_stripe_size_regular) */
export const ROUND = 16 * 1024 ** 2;

/**
 * Gives chunks of `profile` out of `free` (raw bytes a device, changed in place) until `want`
 * logical bytes are reached or no device set is left. As the kernel does it: the devices with the
 * most room first, chunks of at most a tenth of all devices, stripes of at most 1 GiB
 * (init_alloc_chunk_ctl_policy_regular and decide_stripe_size_regular, fs/btrfs/volumes.c). The size
 * of the steps decides what is left over on unequal devices.
 */
export function allocate(free: number[], profile: string, deviceSize = 0, want = Number.POSITIVE_INFINITY): number {
  const layout = btrfsProfile(profile);
  const stripes = layout.perDevice;
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
    const width = chunkWidth(layout, order.length);
    if (width === 0) break;
    const chosen = order.slice(0, width);
    const parts = dataStripes(layout, width * stripes);
    let stripe = (chosen.at(-1)?.bytes ?? 0) / stripes;
    if (stripe * parts > largest) stripe = Math.ceil(largest / parts / ROUND) * ROUND;
    stripe = Math.floor(Math.min(stripe, widest, (chosen.at(-1)?.bytes ?? 0) / stripes) / STRIPE) * STRIPE;
    if (stripe <= 0) break;
    for (const { index } of chosen) free[index] = (free[index] ?? 0) - stripe * stripes;
    given += stripe * parts;
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
