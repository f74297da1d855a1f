import { consoleRows, mayHold } from './console-rows.ts';
import { dataMounts } from './data-mounts.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const TEXT = /from\s+to\s+extents\s+blocks\s+pct|total free extents/;

export const xfsFreeSpace: Probe = {
  id: 'xfs-free-space',
  title: 'xfs_spaceman, xfs_db freesp -s: how fragmented the free space of an xfs is',
  asks: (known) =>
    dataMounts(known, /^xfs$/).map(({ target }) => ({
      kind: 'run',
      argv: ['xfs_spaceman', '-c', 'freesp -s', target],
      timeoutMs: 60_000,
      deep: true,
      what: `fragmentation of the xfs at ${target}`,
    })),
  recognises: (doc) => mayHold(doc, ['xfs_spaceman', 'xfs_db'], TEXT),
  scan: scanFreeSpace,
};

interface Open {
  line: number;
  path?: string;
  blocks: number;
  extents: number;
  largest: number;
  quote: string[];
}

function scanFreeSpace(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: Open | undefined;
  const close = () => {
    if (open && open.quote.length > 1)
      facts.push(
        found(
          'xfs-free-space',
          {
            ...(open.path ? { path: open.path } : {}),
            blocks: open.blocks,
            extents: open.extents,
            largestExtentBlocks: open.largest,
          },
          open.line,
          open.quote.join('\n'),
        ),
      );
    open = undefined;
  };
  for (const { n, text, command } of consoleRows(doc)) {
    if (/from\s+to\s+extents\s+blocks\s+pct/.test(text)) {
      close();
      const path = /freesp\b.{0,100}?\s(\/[^\s'"]+)/.exec(command)?.[1];
      open = { line: n, ...(path ? { path } : {}), blocks: 0, extents: 0, largest: 0, quote: [text.trim()] };
      continue;
    }
    if (!open) continue;
    const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+[\d.]+\s*$/.exec(text);
    const total = row ? null : /^\s*total free (extents|blocks)\s+(\d+)\s*$/.exec(text);
    if (!row && !total) {
      if (!/average free extent/.test(text)) close();
      continue;
    }
    open.quote.push(text.trim());
    if (total) open[total[1] === 'extents' ? 'extents' : 'blocks'] = count(total[2]) ?? open.extents;
    else if (row) addBucket(open, count(row[2]), count(row[3]), count(row[4]));
  }
  close();
  return facts;
}

function addBucket(open: Open, to: number | undefined, extents: number | undefined, blocks: number | undefined): void {
  if (to === undefined || extents === undefined || blocks === undefined) return;
  if (!Number.isSafeInteger(open.blocks + blocks) || !Number.isSafeInteger(open.extents + extents)) return;
  open.extents += extents;
  open.blocks += blocks;
  if (extents > 0 && blocks > 0) open.largest = Math.max(open.largest, Math.min(to, blocks));
}
