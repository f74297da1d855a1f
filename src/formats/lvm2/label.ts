import { type BlockReader, readBytes } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { lvmCrc } from './crc.ts';

const SECTOR = 512;
/** A label stands in one of the first four sectors (lvm2 lib/label/label.h). */
const LABEL_SECTORS = 4;

/** An area of a physical volume, in bytes. A size of 0 is "to the end". */
export interface Area {
  offset: number;
  size: number;
}

/** What a physical volume says of itself (struct pv_header). */
export interface PhysicalVolumeLabel {
  /** as lvm prints it: 6-4-4-4-4-4-6 */
  id: string;
  /** bytes */
  size: number;
  dataAreas: Area[];
  metadataAreas: Area[];
}

/** The label of a physical volume, or undefined where there is none. @throws FormatError where it is damaged */
export function readLabel(reader: BlockReader): PhysicalVolumeLabel | undefined {
  let damaged: FormatError | undefined;
  for (let sector = 0; sector < LABEL_SECTORS && (sector + 1) * SECTOR <= reader.size; sector++) {
    const bytes = readBytes(reader, sector * SECTOR, SECTOR);
    if (text(bytes, 0, 8) !== 'LABELONE' || text(bytes, 24, 8) !== 'LVM2 001') continue;
    const view = new DataView(bytes.buffer);
    if (lvmCrc(bytes.subarray(20)) === view.getUint32(16, true)) return header(reader, bytes, view, sector);
    damaged ??= new FormatError('checksum of the LVM label does not match', reader.name, sector * SECTOR);
  }
  if (damaged) throw damaged;
  return undefined;
}

function header(reader: BlockReader, bytes: Uint8Array, view: DataView, sector: number): PhysicalVolumeLabel {
  let at = view.getUint32(20, true);
  const wrong = (what: string): FormatError => new FormatError(what, reader.name, sector * SECTOR + at);
  if (at < 32 || at + 40 > SECTOR) throw wrong('LVM label points beyond its sector');
  const id = idText(text(bytes, at, 32));
  const size = Number(view.getBigUint64(at + 32, true));
  at += 40;
  const areas = (): Area[] => {
    const found: Area[] = [];
    for (; ; at += 16) {
      if (at + 16 > SECTOR) throw wrong('areas of the LVM label do not end');
      const offset = Number(view.getBigUint64(at, true));
      if (offset === 0) break;
      found.push({ offset, size: Number(view.getBigUint64(at + 8, true)) });
    }
    at += 16;
    return found;
  };
  return { id, size, dataAreas: areas(), metadataAreas: areas() };
}

/** 32 letters and digits in lvm's groups. */
function idText(raw: string): string {
  const groups = [6, 4, 4, 4, 4, 4, 6];
  let at = 0;
  return groups
    .map((length) => {
      at += length;
      return raw.slice(at - length, at);
    })
    .join('-');
}

export function text(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('latin1');
}
