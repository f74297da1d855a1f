import { FormatError } from '../../format-error.ts';
import { expected } from './find-head.ts';
import type { LogArea } from './log-area.ts';
import type { RecordHeader } from './record.ts';

/** Flags of an operation: xlog_op_header, fs/xfs/libxfs/xfs_log_format.h */
const OP = { start: 1, commit: 2, continues: 4, continued: 8, end: 16, unmount: 32 } as const;
const OP_BYTES = 12;
/** XFS_TRANS_HEADER_MAGIC, and the header's bytes */
const TRANSACTION_MAGIC = 0x5452414e;
const TRANSACTION_BYTES = 16;
/** Regions of transactions that are not committed yet: no kernel keeps as much. */
const MOST_BYTES = 512 * 2 ** 20;

/** One item of a transaction: its first region says what it is. */
export interface LogItem {
  type: number;
  regions: Buffer[];
}

export interface Transaction {
  /** of the record in which it began: what recovered metadata is compared with */
  lsn: bigint;
  items: LogItem[];
}

interface Open {
  lsn: bigint;
  started: boolean;
  items: { wanted: number; regions: Buffer[] }[];
}

/** Whether the record says that the file system was unmounted: one operation alone. */
export function isUnmount(data: Buffer, header: RecordHeader): boolean {
  return header.operations === 1 && data.length >= OP_BYTES && ((data[9] as number) & OP.unmount) !== 0;
}

/**
 * Committed transactions from block `tail` to `head`, in order.
 * @throws FormatError at a record that is damaged: what came before was given
 */
export function* transactions(log: LogArea, tail: bigint, head: number, name: string): Generator<Transaction> {
  const open = new Map<number, Open>();
  const budget = { left: MOST_BYTES };
  let block = Number(tail & 0xffffffffn);
  let want = tail;
  let gone = 0;
  while (block !== head || gone === 0) {
    const header = block < log.blocks ? log.header(block) : undefined;
    const data = header !== undefined && header.lsn === want ? log.data(header) : undefined;
    if (header === undefined || data === undefined)
      throw new FormatError('log record is damaged', name, block * 512, 'byte of the log');
    if (!header.littleEndian)
      throw new FormatError('log was written by a big-endian machine', name, block * 512, 'byte of the log');
    yield* operations(data, header, open, budget, name);
    gone += log.recordBlocks(header);
    if (gone > log.blocks) throw new FormatError('log goes round without an end', name, block * 512, 'byte of the log');
    block = log.after(header);
    want = expected(header, block);
  }
}

function* operations(
  data: Buffer,
  header: RecordHeader,
  open: Map<number, Open>,
  budget: { left: number },
  name: string,
): Generator<Transaction> {
  let at = 0;
  for (let i = 0; i < header.operations && at + OP_BYTES <= data.length; i++) {
    const id = data.readUInt32BE(at);
    const length = data.readUInt32BE(at + 4);
    const flags = data[at + 9] as number;
    const region = data.subarray(at + OP_BYTES, at + OP_BYTES + length);
    at += OP_BYTES + length;
    if (at > data.length)
      throw new FormatError('operation runs past its log record', name, header.block * 512, 'byte of the log');
    const transaction = open.get(id);
    if (flags & OP.start) open.set(id, { lsn: header.lsn, started: false, items: [] });
    else if (transaction === undefined) continue;
    else if (flags & OP.commit) {
      open.delete(id);
      yield { lsn: transaction.lsn, items: transaction.items.map(finished) };
    } else if (flags & OP.unmount) open.delete(id);
    else if (length > 0) {
      budget.left -= length;
      if (budget.left < 0)
        throw new FormatError(
          'log has more than can be replayed in memory',
          name,
          header.block * 512,
          'byte of the log',
        );
      add(transaction, region, (flags & OP.continued) !== 0);
    }
  }
}

function finished(item: { regions: Buffer[] }): LogItem {
  const first = item.regions[0];
  return { type: first !== undefined && first.length >= 4 ? first.readUInt16LE(0) : 0, regions: item.regions };
}

/** xlog_recover_add_to_trans() and xlog_recover_add_to_cont_trans() */
function add(transaction: Open, region: Buffer, continued: boolean): void {
  let item = transaction.items.at(-1);
  if (continued) {
    // the transaction's header alone may be cut in two without an item to belong to
    const last = item?.regions.at(-1);
    if (item === undefined || last === undefined) return;
    item.regions[item.regions.length - 1] = Buffer.concat([last, region]);
    return;
  }
  if (!transaction.started) {
    transaction.started = true;
    if (region.length >= 4 && region.length <= TRANSACTION_BYTES && region.readUInt32LE(0) === TRANSACTION_MAGIC)
      return;
  }
  if (item === undefined || item.regions.length >= item.wanted) {
    item = { wanted: region.length >= 4 ? region.readUInt16LE(2) : 0, regions: [] };
    transaction.items.push(item);
  }
  item.regions.push(region);
}
