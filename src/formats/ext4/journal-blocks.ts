import { crc32c } from '../crc32c.ts';
import type { JournalSuper } from './journal-super.ts';

/** journal_header_t, include/linux/jbd2.h; everything in a journal is big-endian. */
const HEADER = 12;
const ESCAPED = 1;
const SAME_UUID = 2;
const LAST = 8;

interface Tag {
  block: number;
  escaped: boolean;
  checksum: number;
}

/** The blocks that follow a descriptor block, in order. */
export function* readDescriptor(b: Buffer, log: JournalSuper): Iterable<Tag> {
  // journal_tag_bytes(): v3 has tags of its own; v2 adds 16 bits to the old ones
  const size = log.checksums === 3 ? 16 : 8 + (log.checksums === 2 ? 2 : 0) + (log.wide ? 4 : 0);
  const end = b.length - (log.checksums ? 4 : 0);
  for (let at = HEADER; at + size <= end; ) {
    const v3 = log.checksums === 3;
    const flags = v3 ? b.readUInt32BE(at + 4) : b.readUInt16BE(at + 6);
    const high = log.wide ? b.readUInt32BE(at + 8) : 0;
    yield {
      block: b.readUInt32BE(at) + high * 2 ** 32,
      escaped: (flags & ESCAPED) !== 0,
      checksum: v3 ? b.readUInt32BE(at + 12) : b.readUInt16BE(at + 4),
    };
    at += size + (flags & SAME_UUID ? 0 : 16);
    if (flags & LAST) return;
  }
}

/** Block numbers that earlier transactions must not bring back. */
export function readRevokes(b: Buffer, log: JournalSuper): number[] {
  const end = Math.min(b.readUInt32BE(12), b.length - (log.checksums ? 4 : 0));
  const size = log.wide ? 8 : 4;
  const blocks: number[] = [];
  for (let at = HEADER + 4; at + size <= end; at += size)
    blocks.push(log.wide ? b.readUInt32BE(at) * 2 ** 32 + b.readUInt32BE(at + 4) : b.readUInt32BE(at));
  return blocks;
}

/** struct jbd2_journal_block_tail: the last word is the checksum of the block with itself as zero. */
export function tailMatches(b: Buffer, log: JournalSuper): boolean {
  if (log.checksums === 0) return true;
  const c = crc32c(b, 0, b.length - 4, log.seed);
  return crc32c(new Uint8Array(4), 0, 4, c) === b.readUInt32BE(b.length - 4);
}
