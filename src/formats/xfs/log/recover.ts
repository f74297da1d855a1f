import type { BlockReader } from '../../block-reader.ts';
import type { TreeState } from '../../file-tree.ts';
import { FormatError } from '../../format-error.ts';
import { parseSuperblock, type Superblock } from '../superblock.ts';
import { blockPosition, type Pending } from '../volume.ts';
import { findHead, type LogEnds } from './find-head.ts';
import { LogArea } from './log-area.ts';
import { Overlay } from './overlay.ts';
import { Replay } from './replay.ts';
import { isUnmount, transactions } from './transactions.ts';

export interface Recovered {
  /** the source with the log's changes over it */
  reader: BlockReader;
  /** as the log left it */
  sb: Superblock;
  pending: Pending;
  log: TreeState['log'];
  notes: string[];
}

const STALE = 'What was changed last may be missing or contradict itself.';

/**
 * Replays the log into memory as the kernel does at a mount. A log that cannot be read is told,
 * and the tree is what the blocks on the disk say.
 * @param device the log's own device, where it is not inside the file system
 */
export function recoverLog(source: BlockReader, sb: Superblock, device: BlockReader | undefined): Recovered {
  const none: Pending = { maps: new Map(), anyOwner: new Set() };
  const as = (log: TreeState['log'], ...notes: string[]): Recovered => ({
    reader: source,
    sb,
    pending: none,
    log,
    notes,
  });
  if (sb.logStart === undefined && device === undefined)
    return as(
      'stale',
      `The log is on a device of its own, which was not given: whether it is empty is not known. ${STALE}`,
    );
  const start = sb.logStart === undefined ? 0 : blockPosition(sb, sb.logStart, sb.logBlocks);
  if (start === undefined || sb.logBlocks === 0)
    return as('stale', `The superblock's place of the log is impossible. ${STALE}`);
  try {
    const area = new LogArea(
      sb.logStart === undefined ? (device ?? source) : source,
      start,
      sb.logBlocks * sb.blockSize,
      sb.uuid,
      sb.version === 5,
    );
    const ends = findHead(area);
    if (ends === 'empty') return as('empty');
    if (ends === 'unknown') return as('stale', `No whole record was found at the end of the log. ${STALE}`);
    const data = area.data(ends.last);
    if (data !== undefined && isUnmount(data, ends.last)) return as('empty');
    return replay(source, sb, area, ends);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return as('stale', `The log cannot be read: ${error.message}. ${STALE}`);
  }
}

function replay(source: BlockReader, sb: Superblock, area: LogArea, ends: LogEnds): Recovered {
  const overlay = new Overlay(source);
  const work = new Replay(sb, overlay);
  const notes: string[] = [];
  const each = (done: (transaction: Parameters<Replay['apply']>[0]) => void): void => {
    for (const transaction of transactions(area, ends.last.tail, ends.head, source.name)) {
      if (overlay.full) throw new FormatError('log has more than can be replayed in memory', source.name, 0);
      done(transaction);
    }
  };
  let whole = attempt(() => each((transaction) => work.collect(transaction)), notes);
  // to the same damage: what came before it is committed
  whole = attempt(() => each((transaction) => work.apply(transaction)), whole ? notes : []) && whole;
  const pending = work.finish();
  const reader = overlay.reader();
  notes.push(...work.faults.map((fault) => `Log: ${fault}.`));
  const said =
    work.applied === 0
      ? 'The file system was not unmounted; its log has no changes to replay.'
      : `The file system was not unmounted: ${work.applied} transactions of its log were replayed in memory.`;
  return {
    reader,
    sb: superblockNow(reader, sb),
    pending,
    log: whole && work.faults.length === 0 ? 'replayed' : 'stale',
    notes: [said, ...notes],
  };
}

function attempt(work: () => void, notes: string[]): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    notes.push(`The log could be replayed only in part: ${error.message}. ${STALE}`);
    return false;
  }
}

/** Growing a file system is in the log as well. */
function superblockNow(reader: BlockReader, before: Superblock): Superblock {
  try {
    const bytes = new Uint8Array(before.sectorSize);
    reader.readInto(bytes, 0);
    const sb = parseSuperblock(bytes, reader.name, 0);
    return sb.uuid.equals(before.uuid) && sb.blockSize === before.blockSize && sb.inodeSize === before.inodeSize
      ? sb
      : before;
  } catch (error) {
    if (error instanceof FormatError) return before;
    throw error;
  }
}
