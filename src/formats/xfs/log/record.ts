import { crc32c } from '../../crc32c.ts';

/** Basic blocks: the log counts in 512 bytes whatever the device's sectors are. */
export const BB = 512;
const MAGIC = 0xfeedbabe;
/** XLOG_HEADER_CYCLE_SIZE: bytes of a record that one block of header keeps the first words of */
const HEADER_COVERS = 32768;
/** XLOG_MAX_RECORD_BSIZE */
export const LARGEST_RECORD = 256 * 1024;
/** XLOG_FMT_LINUX_LE: items are in the byte order of the machine that wrote them */
const LITTLE_ENDIAN = 1;
const CRC = 32;
/** sizeof(struct xlog_rec_header) with 64-bit and with 32-bit kernels; of the blocks that continue it */
const HEADER_SIZES = [328, 324];
const EXTENDED_SIZE = 260;

/** xlog_rec_header, fs/xfs/libxfs/xfs_log_format.h */
export interface RecordHeader {
  cycle: number;
  /** basic block of the log in which it lies */
  block: number;
  lsn: bigint;
  tail: bigint;
  /** bytes of data, basic blocks of header before them */
  length: number;
  headerBlocks: number;
  operations: number;
  littleEndian: boolean;
}

/** The header in `bytes`, the basic block `block` of the log; undefined where it is none of this file system. */
export function parseRecordHeader(bytes: Buffer, block: number, uuid: Buffer): RecordHeader | undefined {
  if (bytes.readUInt32BE(0) !== MAGIC) return undefined;
  const cycle = bytes.readUInt32BE(4);
  const version = bytes.readUInt32BE(8);
  const length = bytes.readUInt32BE(12);
  const size = bytes.readUInt32BE(320);
  const lsn = bytes.readBigUInt64BE(16);
  const owner = bytes.subarray(304, 320);
  if ((version & ~3) !== 0 || lsn !== lsnOf(cycle, block) || length > LARGEST_RECORD || size > LARGEST_RECORD)
    return undefined;
  if (!owner.equals(uuid) && owner.some((byte) => byte !== 0)) return undefined;
  return {
    cycle,
    block,
    lsn,
    tail: bytes.readBigUInt64BE(24),
    length,
    headerBlocks: (version & 2) !== 0 ? Math.max(1, Math.ceil(size / HEADER_COVERS)) : 1,
    operations: bytes.readUInt32BE(40),
    littleEndian: bytes.readUInt32BE(300) === LITTLE_ENDIAN,
  };
}

/** XFS_LSN: cycle above, block below. */
export function lsnOf(cycle: number, block: number): bigint {
  return (BigInt(cycle) << 32n) | BigInt(block);
}

/** The cycle a basic block was written in: its first word, in a header the second. */
export function cycleOf(bytes: Buffer, at = 0): number {
  const first = bytes.readUInt32BE(at);
  return first === MAGIC ? bytes.readUInt32BE(at + 4) : first;
}

/**
 * The data of a whole record with the words that the cycles took put back; undefined where a
 * block of it was not written (another cycle) or, checked in version 5, its checksum is wrong.
 * @param bytes header blocks and data
 * @param wrap blocks of the record before the end of the log: those after it are of the next cycle
 */
export function recordData(bytes: Buffer, header: RecordHeader, wrap: number, checked: boolean): Buffer | undefined {
  const data = Buffer.from(bytes.subarray(header.headerBlocks * BB, header.headerBlocks * BB + header.length));
  if (checked && !checksumFits(bytes, header, data)) return undefined;
  for (let at = 0, i = 0; at < data.length; at += BB, i++) {
    const keeper = Math.floor(i / 64);
    const cycle = header.headerBlocks + i < wrap ? header.cycle : header.cycle + 1;
    if (keeper >= header.headerBlocks || data.length - at < 8 || cycleOf(data, at) !== cycle) return undefined;
    bytes.copy(
      data,
      at,
      keeper * BB + (keeper === 0 ? 44 : 4) + (i % 64) * 4,
      keeper * BB + (keeper === 0 ? 48 : 8) + (i % 64) * 4,
    );
  }
  return data;
}

/** xlog_cksum() */
function checksumFits(bytes: Buffer, header: RecordHeader, data: Buffer): boolean {
  const wanted = bytes.readUInt32LE(CRC);
  const zeros = Buffer.alloc(4);
  return HEADER_SIZES.some((size) => {
    let crc = crc32c(bytes, CRC + 4, size, crc32c(zeros, 0, 4, crc32c(bytes, 0, CRC)));
    for (let i = 1; i < header.headerBlocks; i++) crc = crc32c(bytes, i * BB, i * BB + EXTENDED_SIZE, crc);
    return ~crc32c(data, 0, data.length, crc) >>> 0 === wanted;
  });
}
