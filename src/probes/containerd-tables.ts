import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Engine, Lease, Snapshot } from './facts/engine.ts';
import { present } from './shape.ts';
import { parseSize } from './size.ts';
import { argvOf, rows, typed } from './undress.ts';

type Table = 'snapshots' | 'usage' | 'leases' | 'plugins' | 'containers';

/** A table, its header, and a word of that. */
const HEADERS: readonly [Table, RegExp, string][] = [
  ['usage', /^\s*KEY\s+SIZE\s+INODES\s*$/, 'INODES'],
  ['snapshots', /^\s*KEY\s+PARENT\s+KIND\s*$/, 'KIND'],
  ['leases', /^\s*ID\s+CREATED AT\s+LABELS\s*$/, 'LABELS'],
  ['plugins', /^\s*TYPE\s+ID\s+PLATFORMS\s+STATUS\s*$/, 'STATUS'],
  ['containers', /^\s*CONTAINER\s+IMAGE\s+RUNTIME\s*$/, 'RUNTIME'],
];

/** ctr takes this one when none is named (containerd defaults.DefaultSnapshotter on Linux). */
const DEFAULT_SNAPSHOTTER = 'overlayfs';

/** The tables that ctr prints, each known by its header; a row that does not fit ends the table. */
export function containerdTables(doc: Document): Found[] {
  const results: Found[] = [...versions(doc)];
  let table: Table | undefined;
  let snapshotter = snapshotterIn(argvOf(doc).join(' '));
  const plugins: [string, string][] = [];
  let pluginLine = 0;
  const headers = HEADERS.filter(([, , word]) => doc.text.includes(word));
  if (headers.length === 0) return results;
  for (const { n, text: line } of rows(doc)) {
    const header = headers.find(([, pattern]) => pattern.test(line));
    if (header) {
      table = header[0];
      if (table === 'plugins') pluginLine = n;
      continue;
    }
    const words = typed(line);
    if (words || /\bctr\b.*\bsnapshots?\b/.test(line)) {
      table = undefined;
      if (/\bsnapshots?\b/.test(line)) snapshotter = snapshotterIn(line);
      continue;
    }
    if (table === 'snapshots' || table === 'usage') {
      const snapshot = (table === 'usage' ? usageRow : snapshotRow)(line, snapshotter ?? DEFAULT_SNAPSHOTTER);
      if (snapshot) results.push(found('snapshot', snapshot, n));
      else table = undefined;
    } else if (table === 'leases') {
      const lease = leaseRow(line);
      if (lease) results.push(found('lease', lease, n));
      else table = undefined;
    } else if (table === 'plugins') {
      const plugin = /^\s*(io\.containerd\.snapshotter\.v1)\s+([\w.-]+)\s+\S+\s+(ok|skip|error)\s*$/.exec(line);
      if (plugin) plugins.push([`${plugin[1]}.${plugin[2]}`, plugin[3] ?? '']);
    } else if (table === 'containers') {
      const row = /^\s*([\w.-]+)\s+(\S+)\s+io\.containerd\.\S+\s*$/.exec(line);
      if (row)
        results.push(
          found(
            'container',
            { engine: 'containerd', id: row[1] ?? '', ...(row[2] === '-' ? {} : { image: row[2] ?? '' }) },
            n,
          ),
        );
      else table = undefined;
    }
  }
  if (plugins.length > 0)
    results.push(
      found(
        'engine',
        { engine: 'containerd', status: plugins },
        pluginLine,
        plugins.map((pair) => pair.join(' ')).join('\n'),
      ),
    );
  return results;
}

function snapshotterIn(command: string): string | undefined {
  return (
    /--snapshotter[= ]([\w.-]+)/.exec(command)?.[1] ??
    (/\bsnapshots?\b/.test(command) ? DEFAULT_SNAPSHOTTER : undefined)
  );
}

function snapshotRow(line: string, snapshotter: string): Snapshot | undefined {
  const row = /^\s*(\S{1,300})\s+(?:(\S{1,300})\s+)?(Committed|Active|View)\s*$/.exec(line);
  return row ? present<Snapshot>({ snapshotter, key: row[1] ?? '', parent: row[2], kind: row[3] }) : undefined;
}

/** ctr prints usage in IEC (`50.0 MiB`). */
function usageRow(line: string, snapshotter: string): Snapshot | undefined {
  const row = /^\s*(\S{1,300})\s+(\d+(?:\.\d+)? ?[KMGTP]?i?B)\s+\d+\s*$/.exec(line);
  return row
    ? present<Snapshot>({ snapshotter, key: row[1] ?? '', size: parseSize(row[2] ?? '', 'iec')?.bytes })
    : undefined;
}

function leaseRow(line: string): Lease | undefined {
  const row = /^\s*(\S{1,200})\s+(\d{4}-\d\d-\d\dT\S+)\s*(.*)$/.exec(line);
  return row
    ? present<Lease>({ id: row[1] ?? '', createdAt: row[2], expires: /gc\.expire=([^,\s]+)/.exec(row[3] ?? '')?.[1] })
    : undefined;
}

/** `ctr version` (its Server part) and `containerd --version`. */
function versions(doc: Document): Found[] {
  const argv = argvOf(doc);
  let inCtr = /\bctr\b/.test(argv.join(' '));
  let server = false;
  const results: Found[] = [];
  for (const { n, text: line } of rows(doc)) {
    const words = typed(line);
    if (words) {
      inCtr = words[0] === 'ctr' && words.includes('version');
      server = false;
    }
    const own =
      /^\s*containerd (?:github\.com\/containerd\/containerd(?:\/v\d)?|containerd\.io) v?(\d+\.\d+\.\d+\S*)/.exec(
        line,
      )?.[1];
    if (/^Server:\s*$/.test(line)) server = true;
    const version = own ?? (inCtr && server ? /^\s*Version:\s+v?(\d+\.\d+\S*)\s*$/.exec(line)?.[1] : undefined);
    if (version) results.push(found('engine', present<Engine>({ engine: 'containerd', version }), n));
  }
  return results;
}
