import type { Document, Origin } from './document.ts';
import { unwrapArgv } from './document.ts';
import { type Fact, Facts, type Found } from './fact.ts';
import type { Probe } from './probe.ts';

/**
 * Documents to facts. Every probe that recognises a document scans it; facts of one document
 * are in line order, so that a pasted session keeps its story.
 */
export function recognise(documents: readonly Document[], probes: readonly Probe[]): Facts {
  const facts = new Facts();
  for (const document of documents) addDocument(facts, document, probes);
  return facts;
}

type Read = Omit<Fact, 'order'>;

/** A document is read once, however often facts are put together from it. */
const READ = new WeakMap<Document, Read[]>();

/** Adds one document's facts to what is already known. */
export function addDocument(facts: Facts, document: Document, probes: readonly Probe[]): void {
  let read = READ.get(document);
  if (!read) {
    read = readDocument(document, probes);
    READ.set(document, read);
  }
  for (const one of read) facts.add({ ...one, order: facts.list.length } as Fact);
}

function readDocument(document: Document, probes: readonly Probe[]): Read[] {
  const label = sourceLabel(document.origin);
  const views: [Document, string][] = [[document, label]];
  if (document.stderr.length > 0) {
    const text = document.stderr.map((line) => line.text).join('\n');
    views.push([{ ...document, lines: document.stderr, text, json: [], stderr: [] }, `${label} (stderr)`]);
  }
  const read: Read[] = [];
  for (const [view, name] of views) {
    const found: Found[] = [];
    const isTable = view === document && printsTables(document.origin);
    for (const probe of probes) {
      if ((isTable && probe.readsTalk) || !probe.recognises(view)) continue;
      // one by one: as arguments of push, a hundred thousand would overflow the stack
      for (const one of probe.scan(view)) found.push(one);
    }
    found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    const lineText = new Map(view.lines.map((line) => [line.n, line.text]));
    for (const one of found) {
      read.push({
        kind: one.kind,
        value: one.value,
        source: { label: name, ...(one.line === undefined ? {} : { line: one.line }) },
        quote: one.quote ?? (one.line === undefined ? '' : (lineText.get(one.line)?.trim() ?? '')),
      } as Read);
    }
  }
  return read;
}

/** How evidence names a source: the command as typed, the file, or `pasted text`. */
export function sourceLabel(origin: Origin): string {
  switch (origin.kind) {
    case 'paste':
      return 'pasted text';
    case 'read':
      return origin.path;
    case 'statfs':
      return `statfs ${origin.path}`;
    case 'run': {
      const argv = unwrapArgv(origin.argv);
      const socket = argv.indexOf('--unix-socket');
      const url = argv.find((word) => /^https?:\/\//.test(word));
      if (argv[0] === 'curl' && socket > 0 && url)
        return `GET ${url.replace(/^https?:\/\/[^/]*/, '')} on ${argv[socket + 1] ?? 'socket'}`;
      const text = argv.join(' ').replace(/\s+/g, ' ');
      return text.length > 80 ? `${text.slice(0, 79)}…` : text;
    }
  }
}

const TABLES = new Set(
  'df lsblk losetup findmnt ps stat readlink tune2fs dumpe2fs xfs_info dmsetup curl find base64'.split(' '),
);

/** Standard output of programs that answer in tables or JSON, and the kernel's own files. */
function printsTables(origin: Origin): boolean {
  if (origin.kind === 'statfs') return true;
  if (origin.kind === 'read') return /^\/(?:proc|sys|etc)\//.test(origin.path);
  if (origin.kind === 'paste') return false;
  const [program = '', ...words] = unwrapArgv(origin.argv);
  if (program === 'grep' || program === 'cat') return words.some((word) => /^\/(?:proc|sys)\//.test(word));
  return TABLES.has(program) || (program === 'btrfs' && /usage|show|df|stats|list/.test(words.join(' ')));
}
