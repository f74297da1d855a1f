import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { DirectorySize } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { said } from './said-sizes.ts';
import { parseSize } from './size.ts';

const ROW = /^\s*(\d+(?:[.,]\d+)?\s?(?:[KMGTPE]i?B?|B)?)\s+((?:\/|\.{1,2}\/|~\/|\.$)\S*(?: \S+)*)\s*$/i;

/** A cheap test of what {@link ROW} begins with. */
const START = /^\s*\d+[\d.,]*\s?[KMGTPEkmgtpeiBb]*\s/;

export const directorySize: Probe = {
  id: 'directory-size',
  title: 'du: what directories hold; sentences that say so',
  recognises: (doc) =>
    mayHold(
      doc,
      ['du', 'gdu'],
      /\d[KMGTPE]?i?B?\s{1,40}[/.~]|\/[^\s/]{1,100}[^\n]{0,60}\s~?\d|\d\s?[KMGT]i?[Bo]?\s[^\n]{0,40}\/\w/i,
    ),
  scan: scanDirectories,
};

function scanDirectories(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 8192) continue;
    const row = typed || !START.test(text) ? null : ROW.exec(text);
    const value = row ? rowOf(row[1] ?? '', row[2] ?? '', command, text.includes('\t')) : undefined;
    if (value) facts.push(found('directory-size', value, n));
    else if (doc.origin.kind === 'paste' && !row)
      for (const one of said(text)) facts.push(found('directory-size', one, n));
  }
  return facts;
}

function rowOf(sizeText: string, path: string, command: string, tab: boolean): DirectorySize | undefined {
  const du = /(?:^|[\s/;&|(])g?du(?:\s([^|;&]{0,2000})|$)/.exec(command);
  const bare = /^\d+$/.test(sizeText);
  // a number and a path may be anything (uniq -c, ls -s); with a unit it is du's
  if (!du && (bare || !/[KMGTPE]/i.test(sizeText))) return undefined;
  const options = du?.[1] ?? '';
  const size = parseSize(sizeText, /(?:^|\s)--si\b/.test(options) ? 'si' : 'iec');
  if (!size) return undefined;
  const bytes = bare ? size.bytes * blockOf(options) : size.bytes;
  if (!Number.isSafeInteger(bytes)) return undefined;
  const name = tab || du ? path : (path.split(/\s/)[0] ?? '');
  if (!tab && !du && name !== path) return undefined;
  return { path: resolve(name, options), bytes, ...(size.resolution > 0 ? { resolution: size.resolution } : {}) };
}

/** Bytes of one unit of a bare number: du counts in KiB unless told otherwise (coreutils manual). */
function blockOf(options: string): number {
  if (/(?:^|\s)-\w*b\b|--bytes|-\w*B\s?1(?:\s|$)|--block-size=1(?:\s|$)/.test(options)) return 1;
  if (/(?:^|\s)-\w*m(?:\s|$)|-\w*B\s?(?:1?M)(?:\s|$)|--block-size=1?M(?:\s|$)/.test(options)) return 1024 ** 2;
  return /-\w*B\s?1?G(?:\s|$)|--block-size=1?G(?:\s|$)/.test(options) ? 1024 ** 3 : 1024;
}

/** `987M .` below `du -sh /long/path` is about that path. */
function resolve(name: string, options: string): string {
  if (!name.startsWith('.')) return name.length > 1 ? name.replace(/\/+$/, '') : name;
  const paths = options.split(/\s+/).filter((word) => word.startsWith('/'));
  const base = paths.length === 1 ? (paths[0] ?? '').replace(/\/\*?$/, '') : undefined;
  if (base === undefined) return name;
  return name === '.' || name === './' ? base : `${base}/${name.replace(/^\.\//, '')}`;
}
