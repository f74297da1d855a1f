import { type BlockReader, checkRange } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { type LogicalVolume, SECTOR, type Segment, type VolumeGroup } from './volume-group.ts';

/** What of the error for a part that lies on a disk that is not there. */
export const MISSING_VOLUME = 'physical volume is missing';

/** Where a part of a logical volume lies. Sizes in bytes. */
interface Part {
  start: number;
  size: number;
  /** bytes that go to one stripe before the next one's turn */
  stripeSize: number;
  stripes: { volume: string; offset: number }[];
}

/**
 * A linear or striped logical volume over its physical volumes.
 * @param volumes physical volumes that are there, by their key in the metadata text
 * @throws FormatError for segments of other types: mirrors, raid and caches are not read
 */
export function logicalVolume(
  group: VolumeGroup,
  volume: LogicalVolume,
  volumes: ReadonlyMap<string, BlockReader>,
  source: string,
): BlockReader {
  const name = `${group.name}/${volume.name} of ${source}`;
  const parts = volume.segments.map((segment) => partOf(group, segment, name));
  const last = parts.at(-1);
  const size = last ? last.start + last.size : 0;
  return {
    name,
    size,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      for (let done = 0; done < into.length; ) {
        const at = offset + done;
        const part = parts.find((one) => at >= one.start && at < one.start + one.size);
        if (!part) throw new FormatError('no segment of the logical volume holds it', name, at);
        done += readPart(part, into.subarray(done), at - part.start, volumes, group, name);
      }
    },
  };
}

/** Reads up to the end of a stripe's turn; answers how much. */
function readPart(
  part: Part,
  into: Uint8Array,
  at: number,
  volumes: ReadonlyMap<string, BlockReader>,
  group: VolumeGroup,
  name: string,
): number {
  const count = part.stripes.length;
  const turn = Math.floor(at / part.stripeSize);
  const within = at - turn * part.stripeSize;
  const stripe = part.stripes[turn % count];
  if (!stripe) throw new FormatError('stripe is missing', name, part.start + at);
  const left = count === 1 ? part.size - at : part.stripeSize - within;
  const length = Math.min(into.length, left);
  const reader = volumes.get(stripe.volume);
  if (!reader) {
    const missing = group.physicalVolumes.find((pv) => pv.key === stripe.volume);
    throw new FormatError(
      MISSING_VOLUME,
      name,
      part.start + at,
      `${stripe.volume}, ${missing?.id ?? 'no id'}, last seen as ${missing?.device || 'nothing'}; name its disk or image as well`,
    );
  }
  reader.readInto(into.subarray(0, length), stripe.offset + Math.floor(turn / count) * part.stripeSize + within);
  return length;
}

function partOf(group: VolumeGroup, segment: Segment, name: string): Part {
  const fail = (what: string): never => {
    throw new FormatError(what, name, segment.start * group.extentSize);
  };
  if (segment.type !== 'striped')
    return fail(`segments of type ${segment.type || '(none)'} are not read here, linear and striped ones are`);
  const { stripes, stripe_size: unit } = segment.section;
  if (!Array.isArray(stripes) || stripes.length < 2 || stripes.length % 2 !== 0)
    return fail('stripes of a segment are missing');
  const size = segment.extents * group.extentSize;
  const found: Part['stripes'] = [];
  for (let i = 0; i < stripes.length; i += 2) {
    const [key, extent] = [stripes[i], stripes[i + 1]];
    const volume = group.physicalVolumes.find((pv) => pv.key === key);
    if (!volume || typeof extent !== 'number') return fail(`stripe on an unknown physical volume ${String(key)}`);
    found.push({ volume: volume.key, offset: volume.start + extent * group.extentSize });
  }
  const stripeSize = found.length === 1 ? size : typeof unit === 'number' ? unit * SECTOR : 0;
  if (!(stripeSize > 0)) return fail('stripe size of a segment is missing');
  return { start: segment.start * group.extentSize, size, stripeSize, stripes: found };
}
