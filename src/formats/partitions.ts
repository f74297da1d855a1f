import { type BlockReader, readBytes, sliceReader } from './block-reader.ts';

const SECTOR = 512;
/** types of MBR entries that hold further ones, and of the entry that guards a GPT */
const EXTENDED: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);
const GUARD = 0xee;
/** a chain of logical partitions longer than this is a loop */
const MOST = 128;

/** Partitions of a disk by its GPT or MBR, those that lie inside it; none where it has no table. */
export function partitions(disk: BlockReader): BlockReader[] {
  const table = sector(disk, 0);
  if (table?.readUInt16LE(510) !== 0xaa55) return [];
  const entries = [0, 1, 2, 3].map((i) => entryAt(table, 446 + 16 * i));
  const found = entries.some(({ type }) => type === GUARD) ? gpt(disk) : [...mbr(disk, entries)];
  return found
    .filter(({ start, size }) => start >= SECTOR && size > 0 && start + size <= disk.size)
    .map(({ number, start, size }) => sliceReader(disk, start, size, `partition ${number} of ${disk.name}`));
}

interface Place {
  number: number;
  start: number;
  size: number;
}

function* mbr(disk: BlockReader, entries: readonly Entry[]): Iterable<Place> {
  for (const [i, entry] of entries.entries()) {
    if (entry.type === 0) continue;
    if (!EXTENDED.has(entry.type)) {
      yield { number: i + 1, start: entry.start, size: entry.size };
      continue;
    }
    // a chain: each link holds one partition, relative to itself, and the next link, relative to the first
    let at = entry.start;
    for (let number = 5; number < MOST; number++) {
      const link = sector(disk, at);
      if (link?.readUInt16LE(510) !== 0xaa55) break;
      const own = entryAt(link, 446);
      if (own.type !== 0) yield { number, start: at + own.start, size: own.size };
      const next = entryAt(link, 462);
      if (!EXTENDED.has(next.type) || next.start === 0) break;
      at = entry.start + next.start;
    }
  }
}

interface Entry {
  type: number;
  start: number;
  size: number;
}

function entryAt(b: Buffer, at: number): Entry {
  return { type: b[at + 4] as number, start: b.readUInt32LE(at + 8) * SECTOR, size: b.readUInt32LE(at + 12) * SECTOR };
}

/** UEFI 2.10, 5.3: the header in sector 1, or its copy in the last. */
function gpt(disk: BlockReader): Place[] {
  for (const at of [SECTOR, disk.size - SECTOR]) {
    const header = sector(disk, at);
    if (header?.toString('latin1', 0, 8) !== 'EFI PART') continue;
    const count = Math.min(header.readUInt32LE(80), 1024);
    const size = header.readUInt32LE(84);
    const start = Number(header.readBigUInt64LE(72)) * SECTOR;
    if (size < 128 || size > 4096 || start + count * size > disk.size) continue;
    const table = Buffer.from(readBytes(disk, start, count * size).buffer);
    return Array.from({ length: count }, (_, i) => ({ number: i + 1, entry: table.subarray(i * size, (i + 1) * size) }))
      .filter(({ entry }) => entry.subarray(0, 16).some((byte) => byte !== 0))
      .map(({ number, entry }) => {
        const first = Number(entry.readBigUInt64LE(32));
        return { number, start: first * SECTOR, size: (Number(entry.readBigUInt64LE(40)) - first + 1) * SECTOR };
      });
  }
  return [];
}

function sector(disk: BlockReader, at: number): Buffer | undefined {
  if (at < 0 || at + SECTOR > disk.size) return undefined;
  return Buffer.from(readBytes(disk, at, SECTOR).buffer);
}
