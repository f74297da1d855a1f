import type { LogArea } from './log-area.ts';
import { cycleOf, lsnOf, type RecordHeader } from './record.ts';

export interface LogEnds {
  /** the last record that was written whole */
  last: RecordHeader;
  /** block after it */
  head: number;
}

/**
 * Where the log ends; undefined when nothing was ever written to it. Blocks before the head were
 * written in one cycle, those after in the one before (or never), so halving finds it.
 */
export function findHead(log: LogArea): LogEnds | 'empty' | 'unknown' {
  const first = cycleOf(log.read(0, 1));
  if (first === 0) return 'empty';
  const last = cycleOf(log.read(log.blocks - 1, 1));
  let low = 0;
  let high = log.blocks;
  if (last !== first) {
    high = log.blocks - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (cycleOf(log.read(middle, 1)) === first) low = middle;
      else high = middle;
    }
  }
  return lastRecord(log, high % log.blocks);
}

/** Goes forward through the records before `end`: the first that is not whole is where the log ends. */
function lastRecord(log: LogArea, end: number): LogEnds | 'unknown' {
  const window = log.inFlight;
  const start = (end - window + log.blocks) % log.blocks;
  const chain = firstChain(log, start, window);
  let found: LogEnds | 'unknown' = 'unknown';
  let header = chain;
  for (let gone = 0; header !== undefined && gone <= window + log.inFlight; ) {
    if (log.data(header) === undefined) break;
    const head = log.after(header);
    found = { last: header, head };
    gone += log.recordBlocks(header);
    const next = log.header(head);
    header = next !== undefined && next.lsn > header.lsn && next.lsn === expected(header, head) ? next : undefined;
  }
  return found;
}

/** After a record comes the next in the same cycle, or in the following one once round the end. */
export function expected(before: RecordHeader, block: number): bigint {
  return lsnOf(block <= before.block ? before.cycle + 1 : before.cycle, block);
}

/** The first header in the window whose record is whole: the window may begin within one. */
function firstChain(log: LogArea, start: number, window: number): RecordHeader | undefined {
  for (let i = 0; i < window; i++) {
    const header = log.header((start + i) % log.blocks);
    if (header !== undefined && log.data(header) !== undefined) return header;
  }
  return undefined;
}
