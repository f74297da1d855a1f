import { DOCKER_DM_KEYS } from './docker-dm-fields.ts';
import type { Document } from './document.ts';
import { rows, typed } from './undress.ts';

/** One `docker info` in a text: its pairs in order, the lines they came from, bare lines and warnings. */
export interface InfoRecord {
  line: number;
  pairs: [string, string][];
  quotes: Map<string, string>;
  /** words that stand alone on a line: security options */
  words: string[];
  warnings: string[];
}

/** Status of the other graph drivers (overlay2, aufs, btrfs, zfs, vfs, containerd snapshotters). */
export const DRIVER_KEYS: readonly string[] = [
  ...DOCKER_DM_KEYS,
  'Supports d_type',
  'Native Overlay Diff',
  'Using metacopy',
  'userxattr',
  'Dirs',
  'Dirperm1 Supported',
  'Root Dir',
  'Build Version',
  'Zpool',
  'Zpool Health',
  'Parent Dataset',
  'Space Used By Parent',
  'Space Available',
  'Parent Quota',
  'Compression',
  'driver-type',
];

/** Keys that only docker prints: they open a record and are found anywhere in a line. */
const STRONG: readonly string[] = [
  'Storage Driver',
  'Docker Root Dir',
  'Server Version',
  'Server version',
  'Execution Driver',
  ...DOCKER_DM_KEYS.filter((key) => key !== 'Library Version' && key !== 'Backing Filesystem'),
];

/** Keys that other programs print too: only within a record, or at the start of its first lines. */
const WEAK: readonly string[] = [
  'Containers',
  'Running',
  'Images',
  'Logging Driver',
  'Kernel Version',
  'Operating System',
  'Security Options',
  ...DRIVER_KEYS.filter((key) => !STRONG.includes(key)),
];

const ANY_STRONG = new RegExp(`(?:${alternatives(STRONG)}): ?`, 'g');
const ANY = new RegExp(`(?:${alternatives([...STRONG, ...WEAK])}): ?`, 'g');
const AT_START = new RegExp(`^[\\s|>_-]{0,12}(${alternatives([...STRONG, ...WEAK])}):(?=\\s|$)[ \\t]*(.*)$`);

/** Lines without a known key after which a record is taken to have ended: docker info prints about 60. */
const LONGEST_GAP = 45;

/** Cheap test: can this text hold a `docker info`? */
export function mayHoldDockerInfo(text: string): boolean {
  return /Storage Driver:|Data Space |Docker Root Dir:|Server [Vv]ersion:|Pool Name:|Base Device Size:/.test(text);
}

/**
 * Every `docker info` in a text, whole or in part (`docker info | grep Space`), with lost
 * indentation, Markdown marks or lost line breaks. A key that returns begins the next one.
 */
export function dockerInfoRecords(doc: Document): InfoRecord[] {
  const records: InfoRecord[] = [];
  let open: InfoRecord | undefined;
  let last = 0;
  for (const { n, text } of rows(doc)) {
    if (typed(text) && !AT_START.test(text)) {
      open = undefined;
      continue;
    }
    const pairs = pairsOf(text);
    if (open && n - last > LONGEST_GAP) open = undefined;
    if (pairs.length === 0) {
      const word = /^\s+(?:name=)?(seccomp|rootless|userns|apparmor|cgroupns|selinux)\s*$/.exec(text)?.[1];
      if (open && word) open.words.push(word);
      if (open && /^\s*WARNING:/.test(text)) open.warnings.push(text.trim());
      continue;
    }
    for (const { key, value, quote } of pairs) {
      if (!open || open.quotes.has(key)) {
        open = { line: n, pairs: [], quotes: new Map(), words: [], warnings: [] };
        records.push(open);
      }
      open.pairs.push([key, value]);
      open.quotes.set(key, quote);
    }
    last = n;
  }
  return records.filter((record) => record.pairs.some(([key]) => STRONG.includes(key)));
}

/** The pairs of one line: one, or several where line breaks were lost. */
function pairsOf(text: string): { key: string; value: string; quote: string }[] {
  if (!text.includes(':')) return [];
  const colons = text.indexOf(':') !== text.lastIndexOf(':');
  const first = AT_START.exec(text);
  if (!colons || [...text.matchAll(ANY_STRONG)].length < 2)
    return first ? [{ key: first[1] ?? '', value: clean(first[2] ?? ''), quote: text.trim() }] : [];
  const marks = [...text.matchAll(ANY)];
  return marks.map((mark, index) => {
    const quote = text.slice(mark.index, marks[index + 1]?.index ?? text.length);
    return { key: mark[0].replace(/: ?$/, ''), value: clean(quote.slice(mark[0].length)), quote: quote.trim() };
  });
}

function clean(value: string): string {
  return value
    .replace(/^[*_"'\s]{1,8}/, '')
    .replace(/[*_"',\s]{1,8}$/, '')
    .trim();
}

/** Longest first, so that `Metadata Space Used` is not read as something shorter. */
function alternatives(keys: readonly string[]): string {
  return [...new Set(keys)].sort((a, b) => b.length - a.length).join('|');
}
