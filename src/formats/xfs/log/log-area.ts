import { type BlockReader, checkRange } from '../../block-reader.ts';
import { BB, LARGEST_RECORD, parseRecordHeader, type RecordHeader, recordData } from './record.ts';

/** The ring of basic blocks in which a log lies. */
export class LogArea {
  readonly blocks: number;
  private readonly reader: BlockReader;
  private readonly start: number;
  private readonly uuid: Buffer;
  private readonly checked: boolean;

  /** @param start byte in `reader`; `bytes` long */
  constructor(reader: BlockReader, start: number, bytes: number, uuid: Buffer, checked: boolean) {
    this.reader = reader;
    this.start = start;
    this.blocks = Math.floor(bytes / BB);
    this.uuid = uuid;
    this.checked = checked;
  }

  /** `count` blocks from `block` on, round the end. */
  read(block: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * BB);
    const first = Math.min(count, this.blocks - block);
    this.readInto(bytes.subarray(0, first * BB), block);
    if (first < count) this.readInto(bytes.subarray(first * BB), 0);
    return bytes;
  }

  private readInto(into: Buffer, block: number): void {
    checkRange(this.reader, this.start + block * BB, into.length);
    this.reader.readInto(into, this.start + block * BB);
  }

  header(block: number): RecordHeader | undefined {
    const header = parseRecordHeader(this.read(block, 1), block, this.uuid);
    return header !== undefined && this.recordBlocks(header) < this.blocks ? header : undefined;
  }

  recordBlocks(header: RecordHeader): number {
    return header.headerBlocks + Math.ceil(header.length / BB);
  }

  /** Block after the record. */
  after(header: RecordHeader): number {
    return (header.block + this.recordBlocks(header)) % this.blocks;
  }

  /** The record's data; undefined where it was not written to its end or is damaged. */
  data(header: RecordHeader): Buffer | undefined {
    return recordData(
      this.read(header.block, this.recordBlocks(header)),
      header,
      this.blocks - header.block,
      this.checked,
    );
  }

  /**
   * Records in flight when the machine stopped may have been written in any order: XLOG_MAX_ICLOGS
   * of them, each with its header.
   */
  get inFlight(): number {
    return Math.min(this.blocks, (8 * LARGEST_RECORD) / BB + 8 * 8);
  }
}
