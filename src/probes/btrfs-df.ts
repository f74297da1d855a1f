import { blockGroupType, Coarsest, pathIn } from './btrfs-text.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsDf } from './facts/btrfs.ts';
import type { Probe } from './probe.ts';
import { jsonQuote, shape, shapes, text as textOf } from './shape.ts';

const ROW =
  /^\s*(Data\+Metadata|Data|Metadata|System|GlobalReserve|unknown),\s*(\w+):\s*total=\s*([\d.,]+\s?[KMGTPE]?i?B?),\s*used=\s*([\d.,]+\s?[KMGTPE]?i?B?)/i;
const TEXT = /,\s*\w+:\s*total=|"filesystem-df"/i;

interface Open {
  value: BtrfsDf;
  line: number;
  quote: string[];
  sizes: Coarsest;
}

export const btrfsDf: Probe = {
  id: 'btrfs-df',
  title: 'btrfs filesystem df: chunks by type, allocated and used',
  recognises: (doc) =>
    mayHold(doc, [], TEXT) ||
    (doc.origin.kind === 'run' && doc.origin.argv.some((word) => word.endsWith('btrfs')) && TEXT.test(doc.text)),
  scan: (doc) => [...fromText(doc), ...fromJson(doc)],
};

function fromText(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: Open | undefined;
  const close = () => {
    if (open) facts.push(found('btrfs-df', { ...open.value, ...open.sizes.field }, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (typed) close();
    const row = ROW.exec(text);
    if (!row) continue;
    const [, type = '', profile = '', total, used] = row;
    // the same row again begins the next table
    if (open && has(open.value, type, profile)) close();
    const path = pathIn(command, /\bdf/);
    open ??= { value: { ...(path ? { path } : {}), rows: [] }, line: n, quote: [], sizes: new Coarsest() };
    open.quote.push(text.trim());
    add(open, type, profile, total, used);
  }
  close();
  return facts;
}

function has(value: BtrfsDf, type: string, profile: string): boolean {
  const kind = blockGroupType(type);
  return kind === 'reserve'
    ? value.globalReserve !== undefined
    : value.rows.some((row) => row.type === kind && row.profile === profile);
}

function add(
  open: Open,
  type: string,
  profile: string,
  totalText: string | undefined,
  usedText: string | undefined,
): void {
  const kind = blockGroupType(type);
  const total = open.sizes.bytes(totalText);
  const used = open.sizes.bytes(usedText);
  if (kind === undefined || total === undefined || used === undefined) return;
  if (kind === 'reserve') open.value.globalReserve = { size: total, used };
  else open.value.rows.push({ type: kind, profile, total, used });
}

/** btrfs --format json filesystem df */
function fromJson(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { value, line } of doc.json) {
    const list = shape(value)?.['filesystem-df'];
    if (!Array.isArray(list)) continue;
    const path = doc.origin.kind === 'run' ? pathIn(doc.origin.argv.join(' '), /\bdf/) : undefined;
    const open: Open = { value: { ...(path ? { path } : {}), rows: [] }, line, quote: [], sizes: new Coarsest() };
    for (const row of shapes(list)) {
      add(
        open,
        textOf(row['bg-type']) ?? '',
        textOf(row['bg-profile']) ?? '',
        String(row.total ?? ''),
        String(row.used ?? ''),
      );
      open.quote.push(jsonQuote(row, ['bg-type', 'bg-profile', 'total', 'used']));
    }
    if (open.value.rows.length > 0)
      facts.push(found('btrfs-df', { ...open.value, ...open.sizes.field }, line, open.quote.join('\n')));
  }
  return facts;
}
