import { btrfsMounts, btrfsSize, pathIn } from './btrfs-text.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { jsonQuote, shape, shapes, text as textOf } from './shape.ts';

const TEXT = /qgroup|^[ \t]*\d+\/\d+\s+[\d.]+\w*\s+[\d.]+\w*/im;
const ROW = /^\s*(\d+\/\d+)\s+([\d.]+[KMGTPE]?i?B?)\s+([\d.]+[KMGTPE]?i?B?)(?:\s+(\S+)\s+(\S+))?/;

export const btrfsQgroup: Probe = {
  id: 'btrfs-qgroup',
  title: 'btrfs qgroup show: what subvolumes refer to, and their limits',
  asks: (known) =>
    btrfsMounts(known).map((path) => ({
      kind: 'run',
      argv: ['btrfs', 'qgroup', 'show', '--raw', '-re', path],
      deep: true,
      optional: true,
    })),
  recognises: (doc) => mayHold(doc, [], TEXT) || (doc.origin.kind === 'run' && doc.origin.argv.includes('qgroup')),
  scan: scanQgroups,
};

function scanQgroups(doc: Document): Found[] {
  const facts: Found[] = [];
  let header: string[] | undefined;
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (typed) header = undefined;
    const words = text.trim().toLowerCase().split(/\s+/);
    if (words[0] === 'qgroupid') {
      header = words;
      continue;
    }
    const row = header && text.length < 2000 ? ROW.exec(text) : null;
    if (!row || !header) continue;
    const limit = (name: string) => {
      const at = header?.indexOf(name) ?? -1;
      return at === 3 || at === 4 ? btrfsSize(row[at + 1])?.bytes : undefined;
    };
    const path = pathIn(command, /qgroup show/);
    const referenced = btrfsSize(row[2])?.bytes;
    const exclusive = btrfsSize(row[3])?.bytes;
    if (referenced !== undefined)
      facts.push(fact(path, row[1] ?? '', referenced, exclusive, limit('max_rfer'), limit('max_excl'), n));
  }
  for (const { value, line } of doc.json) {
    for (const one of shapes(shape(value)?.['qgroup-show'])) {
      const size = (key: string) => btrfsSize(String(one[key] ?? ''))?.bytes;
      const referenced = size('referenced') ?? size('rfer');
      const id = textOf(one.qgroupid);
      if (!id || referenced === undefined) continue;
      facts.push(
        fact(
          undefined,
          id,
          referenced,
          size('exclusive') ?? size('excl'),
          size('max_referenced'),
          size('max_exclusive'),
          line,
          jsonQuote(one, ['qgroupid', 'referenced', 'max_referenced', 'exclusive', 'max_exclusive']),
        ),
      );
    }
  }
  return facts;
}

function fact(
  path: string | undefined,
  id: string,
  referenced: number,
  exclusive: number | undefined,
  maxReferenced: number | undefined,
  maxExclusive: number | undefined,
  line: number,
  quote?: string,
): Found {
  return found(
    'btrfs-qgroup',
    {
      ...(path ? { path } : {}),
      id,
      referenced,
      ...(exclusive === undefined ? {} : { exclusive }),
      // `none` is no limit; 0 in JSON means the same
      ...(maxReferenced ? { maxReferenced } : {}),
      ...(maxExclusive ? { maxExclusive } : {}),
    },
    line,
    quote,
  );
}
