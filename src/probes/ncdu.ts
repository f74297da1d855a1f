import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { parseSize } from './size.ts';

/** `--- /srv/data ------`: the directory ncdu stands in. */
const WHERE = /^\s{0,4}-{2,4}\s{1,3}(\/[^\n]{0,400}?)\s-{4,}\s*$/;
/** ` Total disk usage:   6,1 GiB  Apparent size:   5,9 GiB  Items: 84732`. */
const TOTAL = /\bTotal disk usage:\s{0,12}(\d{1,6}(?:[.,]\d{1,3})?\s?[KMGTPE]?i?B)/i;

/** The screen of ncdu: what one directory holds in all. */
export const ncdu: Probe = {
  id: 'ncdu',
  title: 'ncdu: what a directory holds',
  recognises: (doc) => doc.origin.kind !== 'statfs' && doc.text.includes('Total disk usage:'),
  scan: (doc) => {
    const facts: Found[] = [];
    let path: string | undefined;
    for (const line of doc.lines) {
      if (line.text.length > 1000) continue;
      path = WHERE.exec(line.text)?.[1]?.trim() ?? path;
      const total = TOTAL.exec(line.text)?.[1];
      const size = total === undefined ? undefined : parseSize(total, 'iec');
      if (!size || path === undefined || !Number.isSafeInteger(Math.round(size.bytes))) continue;
      const bytes = Math.round(size.bytes);
      facts.push(
        found(
          'directory-size',
          { path, bytes, ...(size.resolution > 0 ? { resolution: size.resolution } : {}) },
          line.n,
        ),
      );
      path = undefined;
    }
    return facts;
  },
};
