import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';

const WARNING = /VDO (?:pool|volume) (\S{1,200}) is now (\d{1,3}(?:[.,]\d{1,4})?) ?% full/i;
/** Device, Size, Used, Available, Use%, Space saving% (vdostats(8)) */
const ROW =
  /^\s*(\S{1,200})\s+\d[\d.,]{0,20}[kKMGTP]?i?B?\s+\d[\d.,]{0,20}[kKMGTP]?i?B?\s+\d[\d.,]{0,20}[kKMGTP]?i?B?\s+(\d{1,3})%\s+(?:-?\d{1,3}%|N\/A)\s*$/;

/** How full the physical space of VDO volumes is: vdostats, and what dmeventd warns of. */
export const vdostats: Probe = {
  id: 'vdostats',
  title: "vdostats, and dmeventd's warnings about VDO pools",
  asks: (known) =>
    known.has('lv', (lv) => /^[dv]/.test(lv.attr ?? '')) || known.has('dm-table', (table) => table.target === 'vdo')
      ? [{ kind: 'run', argv: ['vdostats'], timeoutMs: 5000, optional: true, what: 'physical use of VDO volumes' }]
      : [],
  recognises: (doc) => /\bVDO\b|vdostats|Space saving%/i.test(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  let table = false;
  for (const { n, text } of doc.lines.slice(0, 20_000)) {
    if (text.length > 1000) continue;
    if (/^\s*Device\b.*\bUse%.*Space saving%/.test(text)) table = true;
    const warning = WARNING.exec(text);
    const row = table && warning === null ? ROW.exec(text) : null;
    const percent = Number((warning?.[2] ?? row?.[2] ?? '').replace(',', '.'));
    const pool = warning?.[1] ?? row?.[1];
    if (pool === undefined || percent < 80 || percent > 100) continue;
    facts.push(found('message', { id: 'vdo-pool-nearly-full', params: { pool, percent } }, n));
  }
  return facts;
}
