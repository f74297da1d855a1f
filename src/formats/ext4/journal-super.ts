import { crc32c } from '../crc32c.ts';

const MAGIC = 0xc03b3998;
/** JBD2_FEATURE_INCOMPAT_*, include/linux/jbd2.h */
const REVOKE = 0x1;
const WIDE = 0x2;
const ASYNC_COMMIT = 0x4;
const CSUM_V2 = 0x8;
const CSUM_V3 = 0x10;
const FAST_COMMIT = 0x20;
const KNOWN = REVOKE | WIDE | ASYNC_COMMIT | CSUM_V2 | CSUM_V3 | FAST_COMMIT;
/** JBD2_DEFAULT_FAST_COMMIT_BLOCKS */
const FAST_COMMIT_BLOCKS = 256;
/** EXT4_FC_TAG_HEAD, fs/ext4/fast_commit.h */
const FAST_COMMIT_HEAD = 9;

/** journal_superblock_t: what replaying needs. */
export interface JournalSuper {
  /** first block of the log, and the one after its last */
  first: number;
  last: number;
  /** where the oldest transaction begins; 0: there is nothing to replay */
  start: number;
  /** number of the oldest transaction */
  sequence: number;
  /** version of its checksums: 0, 2 or 3 */
  checksums: 0 | 2 | 3;
  /** block numbers of 64 bits */
  wide: boolean;
  /** register its checksums start from */
  seed: number;
  /** the transaction that the fast commits belong to; undefined without any */
  fastCommitTid(read: (block: number) => Buffer): number | undefined;
}

/**
 * @param b block 0 of the journal
 * @param blocks of the journal's file
 * @returns a sentence's end where it cannot be used
 */
export function unpackJournalSuper(b: Buffer, blocks: number): JournalSuper | string {
  if (b.readUInt32BE(0) !== MAGIC) return 'it has no superblock';
  const version = b.readUInt32BE(4);
  if (version !== 3 && version !== 4) return `its superblock is of an unknown kind, ${version}`;
  const incompat = version === 4 ? b.readUInt32BE(0x28) : 0;
  if (incompat & ~KNOWN) return `it has features not known here (0x${(incompat & ~KNOWN).toString(16)})`;
  const checksums = incompat & CSUM_V3 ? 3 : incompat & CSUM_V2 ? 2 : 0;
  if (checksums && superChecksum(b) !== b.readUInt32BE(0xfc)) return 'the checksum of its superblock does not match';
  if (b.readUInt32BE(0xc) !== b.length) return `its blocks are of ${b.readUInt32BE(0xc)} bytes, not ${b.length}`;
  const length = Math.min(b.readUInt32BE(0x10), blocks);
  const fast = incompat & FAST_COMMIT ? b.readUInt32BE(0x54) || FAST_COMMIT_BLOCKS : 0;
  const first = b.readUInt32BE(0x14);
  const last = length - fast;
  const start = b.readUInt32BE(0x1c);
  if (first < 1 || first >= last || (start !== 0 && (start < first || start >= last)))
    return 'its superblock places it outside itself';
  return {
    first,
    last,
    start,
    sequence: b.readUInt32BE(0x18),
    checksums,
    wide: (incompat & WIDE) !== 0,
    seed: crc32c(b, 0x30, 0x40),
    fastCommitTid(read) {
      if (fast === 0) return undefined;
      const head = read(last);
      return head.readUInt16LE(0) === FAST_COMMIT_HEAD ? head.readUInt32LE(8) : undefined;
    },
  };
}

/** jbd2_superblock_csum(): of its 1024 bytes, itself as zero. */
function superChecksum(b: Buffer): number {
  let c = crc32c(b, 0, 0xfc);
  c = crc32c(new Uint8Array(4), 0, 4, c);
  return crc32c(b, 0x100, 1024, c);
}
