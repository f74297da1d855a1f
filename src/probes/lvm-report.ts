import type { Document } from './document.ts';
import { jsonQuote, shape, shapes } from './shape.ts';
import { rows, typed } from './undress.ts';

/** What a row of `--reportformat json` says, all values as texts. */
interface ReportRow {
  row: Record<string, string>;
  line: number;
  quote: string;
}

const QUOTED = new Map<string, readonly string[]>(
  Object.entries({
    lv: [
      'lv_name',
      'vg_name',
      'lv_attr',
      'lv_size',
      'data_percent',
      'metadata_percent',
      'seg_monitor',
      'lv_when_full',
      'lv_health_status',
    ],
    vg: ['vg_name', 'vg_size', 'vg_free', 'vg_extent_size', 'vg_free_count'],
    pv: ['pv_name', 'vg_name', 'pv_size', 'pv_free'],
  }),
);

/**
 * Rows of `lvs|vgs|pvs --reportformat json[_std]` (`lv`, `vg`, `pv`): `{"report":[{"lv":[{…}]}]}`.
 * The line is the row's own where it can be told, since LVM prints one a line.
 */
export function reportRows(doc: Document, kind: 'lv' | 'vg' | 'pv'): ReportRow[] {
  return doc.json.flatMap(({ value, line }) => {
    let at = line - 1;
    return shapes(shape(value)?.['report'] ?? []).flatMap((report) =>
      shapes(report[kind] ?? []).map((one) => {
        while (at < doc.lines.length && !isRow(doc.lines[at]?.text ?? '', kind)) at++;
        const own = doc.lines[at++]?.n ?? line;
        const row: Record<string, string> = {};
        for (const [key, field] of Object.entries(one)) row[key] = typeof field === 'string' ? field : String(field);
        return { row, line: own, quote: jsonQuote(one, QUOTED.get(kind) ?? []) };
      }),
    );
  });
}

function isRow(text: string, kind: string): boolean {
  return /^\s{0,40}\{"/.test(text) && text.includes(`"${kind}_name"`);
}

interface DisplayRecord {
  pairs: Map<string, string>;
  line: number;
  quote: string;
}

/** Paragraphs of `lvdisplay`, which begin with `LV Path` or `LV Name`. */
export const lvdisplayRecords = (doc: Document): DisplayRecord[] => displayRecords(doc, /^(?:LV Path|LV Name)$/);
/** Paragraphs of `vgdisplay`. */
export const vgdisplayRecords = (doc: Document): DisplayRecord[] => displayRecords(doc, /^VG Name$/);
/** Paragraphs of `pvdisplay`. */
export const pvdisplayRecords = (doc: Document): DisplayRecord[] => displayRecords(doc, /^PV Name$/);

const PAIR =
  /^\s{0,8}(LV Path|LV Name|VG Name|PV Name|LV Size|VG Size|PV Size|PE Size(?: \(KByte\))?|Total PE|Free {1,2}PE(?: \/ Size)?|Alloc PE \/ Size|Allocated PE|Cur PV|LV Pool name|LV Pool data|LV Pool metadata|Allocated pool data|Allocated metadata|Mapped size|Allocated to snapshot|LV snapshot status|LV Thin origin name|Snapshot chunk size|Chunk Size)\s{1,40}(\S.{0,200}?)\s*$/;

function displayRecords(doc: Document, first: RegExp): DisplayRecord[] {
  const records: DisplayRecord[] = [];
  let open: DisplayRecord | undefined;
  for (const { n, text } of rows(doc)) {
    if (typed(text) || /^\s*---/.test(text)) open = undefined;
    const pair = PAIR.exec(text);
    const key = (pair?.[1] ?? '').replace(/ {2}/g, ' ');
    if (!pair) continue;
    if (first.test(key) && !(open && !open.pairs.has(key) && key === 'LV Name')) {
      open = { pairs: new Map(), line: n, quote: '' };
      records.push(open);
    }
    if (!open || open.pairs.has(key)) continue;
    open.pairs.set(key, pair[2] ?? '');
    open.quote += `${open.quote === '' ? '' : '\n'}${text.trim()}`;
  }
  return records;
}
