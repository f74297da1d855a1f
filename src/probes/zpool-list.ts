import { consoleRows } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import { parseSize, percent } from './size.ts';

const DEFAULT = 'NAME SIZE ALLOC FREE CKPOINT EXPANDSZ FRAG CAP DEDUP HEALTH ALTROOT'.split(' ');
const ALIAS = new Map<string, string>(
  Object.entries({
    ALLOCATED: 'ALLOC',
    CAPACITY: 'CAP',
    FRAGMENTATION: 'FRAG',
    USED: 'ALLOC',
    AVAIL: 'FREE',
  }),
);

/** zpool list. Every column has a word (`-` when empty), so words and headers pair up. */
export function fromZpoolList(doc: Document): Found[] {
  const facts: Found[] = [];
  let columns: string[] | undefined;
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 2000) continue;
    const words = text.trim().split(/\s+/);
    if (typed) columns = undefined;
    if (words[0] === 'NAME') {
      columns =
        words.includes('SIZE') && (words.includes('FREE') || words.includes('HEALTH'))
          ? words.map((word) => ALIAS.get(word) ?? word)
          : undefined;
      continue;
    }
    const shown = columns ?? columnsOf(command);
    if (!shown || typed || !/^[A-Za-z][\w.:-]*$/.test(words[0] ?? '')) continue;
    const cell = (name: string) => words[shown.indexOf(name)];
    const size = parseSize(cell('SIZE') ?? '', 'iec');
    const allocated = parseSize(cell('ALLOC') ?? '', 'iec');
    const free = parseSize(cell('FREE') ?? '', 'iec');
    if (!size || !allocated || !free) continue;
    const capacity = percent(cell('CAP'));
    const fragmentation = percent(cell('FRAG'));
    const health = cell('HEALTH');
    const resolution = Math.max(size.resolution, allocated.resolution, free.resolution);
    facts.push(
      found(
        'zpool',
        {
          name: words[0] ?? '',
          size: size.bytes,
          allocated: allocated.bytes,
          free: free.bytes,
          ...(capacity === undefined ? {} : { capacityPercent: capacity }),
          ...(fragmentation === undefined ? {} : { fragmentationPercent: fragmentation }),
          ...(health && health !== '-' ? { health } : {}),
          ...(resolution > 0 ? { resolution } : {}),
        },
        n,
      ),
    );
  }
  return facts;
}

function columnsOf(command: string): string[] | undefined {
  if (!/\bzpool\s+list\b/.test(command) || !/\s-\w*H/.test(command)) return undefined;
  const named = /\s-o\s*([\w,]+)/.exec(command)?.[1]?.toUpperCase().split(',');
  return named ? named.map((word) => ALIAS.get(word) ?? word) : DEFAULT;
}
