import { type BlockReader, readBytes } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { lvmCrc } from './crc.ts';
import { type Area, text } from './label.ts';

/** struct mda_header (lvm2 lib/format_text/layout.h) fills one sector. */
const HEADER = 512;
const MAGIC = ' LVM2 x[5A%r0N*>';
/** raw_locn flags: the area holds no metadata on purpose */
const IGNORED = 1;
/** A text larger than its area, or than this, is none. */
const LARGEST = 64 * 2 ** 20;

/** The text of a volume group's metadata, or undefined where this area holds none. @throws FormatError */
export function readMetadataText(reader: BlockReader, area: Area): string | undefined {
  const bytes = readBytes(reader, area.offset, HEADER);
  const view = new DataView(bytes.buffer);
  const wrong = (what: string): FormatError => new FormatError(what, reader.name, area.offset);
  if (text(bytes, 4, 16) !== MAGIC) throw wrong('no LVM metadata area');
  if (lvmCrc(bytes.subarray(4)) !== view.getUint32(0, true))
    throw wrong('checksum of the LVM metadata area does not match');
  const size = Number(view.getBigUint64(32, true));
  const offset = Number(view.getBigUint64(40, true));
  const length = Number(view.getBigUint64(48, true));
  const checksum = view.getUint32(56, true);
  if (offset === 0 || (view.getUint32(60, true) & IGNORED) !== 0) return undefined;
  if (offset < HEADER || offset >= size || length > size - HEADER || length > LARGEST)
    throw wrong('LVM metadata lies outside its area');
  // the area is a ring behind its header
  const whole = new Uint8Array(length);
  const first = Math.min(length, size - offset);
  reader.readInto(whole.subarray(0, first), area.offset + offset);
  if (first < length) reader.readInto(whole.subarray(first), area.offset + HEADER);
  if (lvmCrc(whole) !== checksum)
    throw new FormatError('checksum of LVM metadata does not match', reader.name, area.offset + offset);
  return Buffer.from(whole.buffer).toString('utf8');
}
