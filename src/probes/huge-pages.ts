import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** `HugePages_Total:       4`, `HugePages_Free:  0`, `HugePages_Rsvd: 0`. */
const ROW = /\bHugePages_(Total|Free|Rsvd)\s{0,3}[:=]\s{0,16}(\d{1,12})\b/g;

/**
 * The pool of huge pages in /proc/meminfo, of the default size. Not asked for on a host: a database
 * or a virtual machine that takes the whole pool is how pools are meant to be used.
 */
export const hugePages: Probe = {
  id: 'huge-pages',
  title: '/proc/meminfo: huge pages in all, free and reserved',
  recognises: (doc) => doc.text.includes('HugePages_Total'),
  scan: (doc) => {
    const facts: Found[] = [];
    const seen = new Map<string, number>();
    let at = 1;
    const quotes: string[] = [];
    const flush = (): void => {
      const total = seen.get('Total');
      const free = seen.get('Free');
      if (total !== undefined && free !== undefined && free <= total) {
        // a reserved page is free by the counter and promised to somebody (hugetlbpage.rst)
        const used = Math.min(total, total - free + Math.min(free, seen.get('Rsvd') ?? 0));
        facts.push(found('limit', { name: 'vm.nr_hugepages', value: total, used }, at, quotes.join('\n')));
      }
      seen.clear();
      quotes.length = 0;
    };
    for (const line of doc.lines) {
      if (line.text.length > 4000 || !line.text.includes('HugePages_')) continue;
      let any = false;
      for (const match of line.text.matchAll(ROW)) {
        const name = match[1] ?? '';
        const value = count(match[2]);
        if (value === undefined) continue;
        if (name === 'Total' || seen.has(name)) flush();
        if (seen.size === 0) at = line.n;
        seen.set(name, value);
        any = true;
      }
      if (any) quotes.push(line.text.trim());
    }
    flush();
    return facts;
  },
};
