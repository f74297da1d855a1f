import { consoleRows } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { ZfsDataset } from './facts/file-systems.ts';
import { parseSize } from './size.ts';

const DEFAULT = ['NAME', 'USED', 'AVAIL', 'REFER', 'MOUNTPOINT'];
const NAME = /^[A-Za-z][\w.:-]{0,255}(?:\/[\w.:% -]{1,255}){0,40}(?:@[\w.:-]{1,255})?$/;

/** Column names of zfs list and property names of zfs get, and the field each becomes. */
const FIELDS = new Map<string, Exclude<keyof ZfsDataset, 'name' | 'mountpoint' | 'resolution'>>(
  Object.entries({
    used: 'used',
    avail: 'available',
    available: 'available',
    refer: 'referenced',
    referenced: 'referenced',
    usedbysnapshots: 'usedBySnapshots',
    usedsnap: 'usedBySnapshots',
    quota: 'quota',
    refquota: 'refquota',
    reservation: 'reservation',
    reserv: 'reservation',
    refreservation: 'refreservation',
    refreserv: 'refreservation',
  }),
);

interface Draft {
  name: string;
  values: Map<string, string>;
  line: number;
  quote: string[];
}

/** zfs list, with a header or (-H) with the columns of the command. */
export function fromZfsList(doc: Document): Found[] {
  const facts: Found[] = [];
  let columns: string[] | undefined;
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 4000) continue;
    const words = text.includes('\t') ? text.split('\t').map((word) => word.trim()) : text.trim().split(/\s+/);
    if (typed) columns = undefined;
    if (words[0] === 'NAME') {
      columns = words.includes('USED') && words.includes('AVAIL') ? words : undefined;
      continue;
    }
    const shown = columns ?? columnsOf(command);
    if (!shown || typed || words.length < 3 || !NAME.test(words[0] ?? '')) continue;
    const draft: Draft = { name: words[0] ?? '', values: new Map(), line: n, quote: [text.trim()] };
    for (const [index, column] of shown.entries())
      if (words[index] !== undefined) draft.values.set(column.toLowerCase(), words[index] ?? '');
    const fact = factOf(draft);
    if (fact) facts.push(fact);
  }
  return facts;
}

function columnsOf(command: string): string[] | undefined {
  if (!/\bzfs\s+list\b/.test(command) || !/\s-\w*H/.test(command)) return undefined;
  return /\s-o\s*([\w,]+)/.exec(command)?.[1]?.split(',') ?? DEFAULT;
}

/** zfs get: one property a line. */
export function fromZfsGet(doc: Document): Found[] {
  const drafts = new Map<string, Draft>();
  for (const { n, text, typed } of consoleRows(doc)) {
    if (typed || text.length > 4000) continue;
    const words = text.includes('\t') ? text.split('\t') : text.trim().split(/\s+/);
    const [name = '', property = '', value = ''] = words;
    if (
      words.length < 3 ||
      words.length > 6 ||
      !NAME.test(name) ||
      !(FIELDS.has(property) || property === 'mountpoint')
    )
      continue;
    const draft = drafts.get(name) ?? { name, values: new Map<string, string>(), line: n, quote: [] };
    drafts.set(name, draft);
    draft.values.set(property, value);
    draft.quote.push(text.trim());
  }
  return [...drafts.values()].flatMap((draft) => factOf(draft) ?? []);
}

function factOf(draft: Draft): Found | undefined {
  const value: Partial<ZfsDataset> = {};
  let resolution = 0;
  for (const [key, text] of draft.values) {
    const field = FIELDS.get(key);
    const size = field && parseSize(text, 'iec');
    if (!field || !size) continue;
    // `none` and 0 mean that there is no limit and nothing reserved
    if (/quota|reserv/.test(field) && size.bytes === 0) continue;
    value[field] = size.bytes;
    resolution = Math.max(resolution, size.resolution);
  }
  const { used, available } = value;
  if (used === undefined || available === undefined) return undefined;
  const mountpoint = draft.values.get('mountpoint');
  return found(
    'zfs-dataset',
    {
      ...value,
      name: draft.name,
      used,
      available,
      ...(mountpoint?.startsWith('/') ? { mountpoint } : {}),
      ...(resolution > 0 ? { resolution } : {}),
    },
    draft.line,
    draft.quote.join('\n'),
  );
}
