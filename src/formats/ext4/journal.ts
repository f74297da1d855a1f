import { crc32c } from '../crc32c.ts';
import { readDescriptor, readRevokes, tailMatches } from './journal-blocks.ts';
import type { JournalSuper } from './journal-super.ts';

const DESCRIPTOR = 1;
const COMMIT = 2;
const REVOKE = 5;
const MAGIC = 0xc03b3998;

/** Blocks of the journal by their number in it. @throws FormatError where one cannot be read */
export type JournalReader = (block: number) => Buffer;

/** Where the newest version of a block stands in the journal. */
export interface LoggedBlock {
  journalBlock: number;
  /** its first word was taken out, as it looked like a journal block's own: {@link MAGIC} */
  escaped: boolean;
}

export interface Replay {
  /** by block of the file system */
  blocks: Map<number, LoggedBlock>;
  /** transactions replayed */
  transactions: number;
  notes: string[];
}

/**
 * What the kernel would write at its next mount (fs/jbd2/recovery.c): transactions in order until
 * the first that was not wholly committed, less the blocks revoked by a later one.
 */
export function replayJournal(read: JournalReader, log: JournalSuper): Replay {
  const { transactions, revoked, notes } = scan(read, log);
  const blocks = new Map<number, LoggedBlock>();
  for (const { sequence, tags } of transactions) {
    for (const { block, journalBlock, escaped, good } of tags) {
      const last = revoked.get(block);
      if (last !== undefined && ((last - sequence) | 0) >= 0) continue;
      if (good) blocks.set(block, { journalBlock, escaped });
      else notes.push(`The journal's copy of block ${block} is damaged: the block is read as it was before.`);
    }
  }
  return { blocks, transactions: transactions.length, notes };
}

interface Transaction {
  sequence: number;
  tags: { block: number; journalBlock: number; escaped: boolean; good: boolean }[];
}

function scan(
  read: JournalReader,
  log: JournalSuper,
): {
  transactions: Transaction[];
  revoked: Map<number, number>;
  notes: string[];
} {
  const transactions: Transaction[] = [];
  const revoked = new Map<number, number>();
  const notes: string[] = [];
  let sequence = log.sequence;
  let open: Transaction = { sequence, tags: [] };
  let revokes: number[] = [];
  let at = log.start;
  const step = (): number => {
    const here = at;
    at = at + 1 >= log.last ? log.first : at + 1;
    return here;
  };
  // each block of the journal is looked at once at most
  for (let seen = 0; seen <= log.last - log.first; seen++) {
    const b = read(step());
    if (b.readUInt32BE(0) !== MAGIC || b.readUInt32BE(8) !== sequence) break;
    const kind = b.readUInt32BE(4);
    if ((kind === DESCRIPTOR || kind === REVOKE) && !tailMatches(b, log)) {
      notes.push(`A block of transaction ${sequence} in the journal is damaged: replay ends before it.`);
      break;
    }
    if (kind === DESCRIPTOR) {
      for (const tag of readDescriptor(b, log)) {
        const journalBlock = step();
        seen++;
        open.tags.push({
          block: tag.block,
          journalBlock,
          escaped: tag.escaped,
          good: dataMatches(read, journalBlock, tag.checksum, sequence, log),
        });
      }
    } else if (kind === REVOKE) revokes.push(...readRevokes(b, log));
    else if (kind === COMMIT) {
      if (!commitMatches(b, log)) {
        notes.push(`The commit of transaction ${sequence} in the journal is damaged: replay ends before it.`);
        break;
      }
      transactions.push(open);
      for (const block of revokes) revoked.set(block, sequence);
      revokes = [];
      sequence = (sequence + 1) >>> 0;
      open = { sequence, tags: [] };
    } else break;
  }
  if (log.fastCommitTid(read) === sequence)
    notes.push(
      'Fast commits after the last full commit of the journal are left out: the newest changes may be missing.',
    );
  return { transactions, revoked, notes };
}

/** jbd2_block_tag_csum_verify(): of the sequence, big-endian, then the block; checksums v2 keep 16 bits. */
function dataMatches(
  read: JournalReader,
  block: number,
  checksum: number,
  sequence: number,
  log: JournalSuper,
): boolean {
  if (log.checksums === 0) return true;
  const word = Buffer.alloc(4);
  word.writeUInt32BE(sequence);
  const c = crc32c(read(block), 0, undefined, crc32c(word, 0, 4, log.seed));
  return log.checksums === 3 ? c === checksum : (c & 0xffff) === checksum;
}

/** jbd2_commit_block_csum_verify(): of the whole block, its own sum as zero. */
function commitMatches(b: Buffer, log: JournalSuper): boolean {
  if (log.checksums === 0) return true;
  let c = crc32c(b, 0, 16, log.seed);
  c = crc32c(new Uint8Array(4), 0, 4, c);
  return crc32c(b, 20, b.length, c) === b.readUInt32BE(16);
}
