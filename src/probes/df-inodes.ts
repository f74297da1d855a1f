import { mayHold } from './console-rows.ts';
import { countsInodes, DF_TEXT } from './df.ts';
import { dfCount } from './df-rows.ts';
import { type DfEntry, type DfTable, dfTables } from './df-table.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { DfInodesRow } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';

export const dfInodes: Probe = {
  id: 'df-inodes',
  title: 'df -i: inodes of mounted file systems',
  asks: () => [
    {
      kind: 'run',
      argv: ['df', '-l', '-i', '-T'],
      timeoutMs: 5000,
      or: { kind: 'run', argv: ['df', '-i'], timeoutMs: 5000 },
    },
  ],
  recognises: (doc) => mayHold(doc, ['df', 'gdf'], DF_TEXT),
  scan: scanDfInodes,
};

function scanDfInodes(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const table of dfTables(doc)) {
    for (const row of table.rows) {
      if (row.filesystem === 'devfs') continue;
      const value = countsInodes(table) ? countRow(row, table) : besideBlocks(row, table);
      if (value) facts.push(found('df-inodes', value, row.line, row.quote));
    }
  }
  return facts;
}

/** A row of df -i. `0 0 0 -`: a file system without an inode limit. */
function countRow(row: DfEntry, table: DfTable): DfInodesRow | undefined {
  const [inodes, used, free] = row.figures.amounts.map(dfCount);
  if (inodes === undefined || used === undefined || free === undefined) return undefined;
  return inodesRow(row, table, inodes, used, free, row.figures.percent);
}

/** macOS and `df --output` print inodes behind the blocks. */
function besideBlocks(row: DfEntry, table: DfTable): DfInodesRow | undefined {
  const beside = row.figures.inodes;
  return beside ? inodesRow(row, table, beside.total, beside.used, beside.free, beside.percent) : undefined;
}

function inodesRow(
  row: DfEntry,
  table: DfTable,
  inodes: number,
  used: number,
  free: number,
  percent: number | undefined,
): DfInodesRow {
  return {
    filesystem: row.filesystem,
    ...(row.type === undefined ? {} : { type: row.type }),
    inodes,
    used,
    free,
    // macOS prints 100% where there is no limit
    ...(percent === undefined || percent > 100 || inodes === 0 ? {} : { usePercent: percent }),
    mountpoint: row.mountpoint,
    ...(table.inContainer ? { inContainer: true } : {}),
  };
}
