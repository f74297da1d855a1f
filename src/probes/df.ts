import { mayHold } from './console-rows.ts';
import type { DfUnits } from './df-rows.ts';
import { dfAmount } from './df-rows.ts';
import { type DfEntry, type DfTable, dfTables } from './df-table.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { DfRow } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';

/** A percentage, or `-` before a mount point: no row of df is without. */
export const DF_TEXT = /\d%|\d\s{1,20}-\s{1,20}\//;

export const df: Probe = {
  id: 'df',
  title: 'df: size, use and room of mounted file systems',
  asks: () => [
    // -l: a dead network file system must not hang the look; statfs asks about those that matter
    {
      kind: 'run',
      argv: ['df', '-l', '-B1', '-T'],
      timeoutMs: 5000,
      or: { kind: 'run', argv: ['df', '-kP'], timeoutMs: 5000 },
    },
  ],
  recognises: (doc) => mayHold(doc, ['df', 'gdf'], DF_TEXT),
  scan: scanDf,
};

function scanDf(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const table of dfTables(doc)) {
    if (table.header?.foreign || countsInodes(table)) continue;
    for (const row of table.rows) {
      const value = dfRow(row, table);
      if (value) facts.push(found('df', value, row.line, row.quote));
    }
  }
  return facts;
}

/** True for df -i. */
export function countsInodes(table: DfTable): boolean {
  return table.header ? table.header.inodes : (table.command?.inodes ?? false);
}

function dfRow(row: DfEntry, table: DfTable): DfRow | undefined {
  const { amounts, percent } = row.figures;
  // without header or command, whole numbers could as well be inodes
  if (!table.header && !table.command && amounts.every((amount) => /^\d+$/.test(amount))) return undefined;
  const kind = table.command?.si ? 'si' : 'iec';
  // POSIX says 512, every df in use on container hosts prints 1024 unless its header says otherwise
  const units: DfUnits = table.header?.units ?? { bare: 1024, kind };
  const [size, used, available] = amounts.map((amount) =>
    dfAmount(amount, { ...units, kind: table.header?.units?.kind ?? kind }, amounts),
  );
  if (!size || !used || !available) return undefined;
  // proc, nsfs, autofs …: `0 0 0 -` says that there is no such thing as room there
  // devfs of macOS is always as large as what is in it
  if (size.bytes === 0 || row.filesystem === 'devfs') return undefined;
  const resolution = Math.max(size.resolution, used.resolution, available.resolution);
  return {
    filesystem: row.filesystem,
    ...(row.type === undefined ? {} : { type: row.type }),
    size: size.bytes,
    used: used.bytes,
    available: available.bytes,
    ...(percent === undefined || percent > 100 ? {} : { usePercent: percent }),
    mountpoint: row.mountpoint,
    ...(resolution > 0 ? { resolution } : {}),
    ...(table.inContainer ? { inContainer: true } : {}),
  };
}
