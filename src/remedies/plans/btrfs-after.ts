import type { Predicted } from '../../plan/plan.ts';
import { allocate, metadataChunk, ROUND } from '../../stack/btrfs-allocate.ts';
import { DEVICE_RESERVED } from '../../stack/btrfs-devices.ts';
import { rawPerByte } from '../../stack/btrfs-profiles.ts';
import { headroomOf } from '../../stack/headroom.ts';
import { type Chunk, pieceLength } from './btrfs-chunks.ts';
import type { BtrfsTarget } from './btrfs-file-system.ts';
import type { Ladder } from './btrfs-ladder.ts';
import type { PlanRequest } from './planned.ts';

/** Below this much free metadata, a chunk of it is made as soon as there is room. Measured: balance fails below 5 to 10 MiB. */
export const METADATA_SHORT = 16 * 2 ** 20;

/** The metadata chunk that the file system makes itself once it can. Bytes; 0 when it has enough. */
export function coming(target: BtrfsTarget, moved: readonly Chunk[]): { logical: number; raw: number } {
  const { view } = target;
  if (!view.metadata || view.metadata.free > METADATA_SHORT) return { logical: 0, raw: 0 };
  const holes = largestHoles(target, moved);
  const chunk = Math.ceil(metadataChunk(view.deviceSize ?? 0) / ROUND) * ROUND;
  const logical = allocate(holes, view.metadata.profile, view.deviceSize, chunk);
  return { logical, raw: logical * rawOf(target, 'metadata') };
}

/** Bytes on the devices for one byte of that space. Where the profile is not known, that of mkfs.btrfs on one device. */
export function rawOf({ view }: BtrfsTarget, space: 'data' | 'metadata'): number {
  const profile = (view[space] ?? view.mixed)?.profile ?? (space === 'data' ? 'single' : 'dup');
  return rawPerByte(profile, view.devices.length);
}

/** A chunk's part on a device lies in one piece: what counts is the largest piece that packing leaves there. */
function largestHoles(target: BtrfsTarget, moved: readonly Chunk[]): number[] {
  return target.devices.map(({ devid, path }) => {
    const unallocated = target.view.devices.find((device) => device.name === path)?.unallocated ?? 0;
    const freed = moved
      .flatMap((chunk) =>
        chunk.stripes
          .filter((stripe) => stripe.devid === devid)
          .map((stripe) => ({ at: stripe.at, length: pieceLength(chunk) })),
      )
      .sort((a, b) => a.at - b.at);
    let largest = Math.max(0, unallocated - DEVICE_RESERVED);
    let run = 0;
    let end = -1;
    for (const piece of freed) {
      run = piece.at === end ? run + piece.length : piece.length;
      end = piece.at + piece.length;
      largest = Math.max(largest, run);
    }
    return largest;
  });
}

/** Bytes a second that relocation moves at least on a disk that is also at work. */
const BYTES_A_SECOND = 40 * 2 ** 20;

/** What packing will have brought: the stack's own arithmetic on the numbers as they will be. */
export function predict(request: PlanRequest, target: BtrfsTarget, { moved, freed, copied }: Ladder): Predicted {
  const { view, consumer } = target;
  const { data, metadata } = view;
  const chunk = coming(target, moved);
  const raw = freed * rawOf(target, 'data');
  const given = Math.max(0, raw - chunk.raw);
  const share = view.devices.length || 1;
  const later = {
    ...view,
    ...(data ? { data: { ...data, total: data.total - freed, free: Math.max(0, data.free - freed) } } : {}),
    ...(metadata
      ? { metadata: { ...metadata, total: metadata.total + chunk.logical, free: metadata.free + chunk.logical } }
      : {}),
    devices: view.devices.map((device) => ({ ...device, unallocated: device.unallocated + given / share })),
    unallocated: (view.unallocated ?? 0) + given,
  };
  const after = headroomOf(request.scene.stack, request.scene.facts, new Map([[target.layer, later]])).find(
    (room) => room.consumer === consumer?.consumer && room.layer === consumer.layer,
  )?.bytes;
  return {
    ...(consumer ? { consumer: consumer.consumer } : {}),
    ...(consumer?.bytes === undefined ? {} : { headroomBefore: consumer.bytes }),
    ...(after === undefined ? {} : { headroomAfter: after }),
    freed: raw,
    downtime: 0,
    seconds: Math.ceil(5 + copied / BYTES_A_SECOND),
    risk: 'online',
  };
}
