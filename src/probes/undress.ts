import type { Document, Line } from './document.ts';
import { promptOf } from './paste/prompt.ts';

/** Longest line that a line parser looks at: real rows are far shorter, and its work stays bounded. */
const LONGEST_ROW = 8192;

/** Marks that people and web pages put around machine output: bold, code, HTML. */
const DRESS = /\*\*|`|<\/?(?:b|pre|code|strong|p|br)\s*\/?>/g;

/** A line without Markdown and HTML marks: `**100.00**` → `100.00`. Columns may shift by the marks' width. */
export function undress(text: string): string {
  return /[*`<]/.test(text) ? text.replace(DRESS, '') : text;
}

/** Many probes read the same document: its rows are made once. */
const ROWS = new WeakMap<readonly Line[], readonly Line[]>();

/** The document's rows for a line parser: undressed, over-long lines (blobs, JSON) left out. */
export function rows(doc: Document): readonly Line[] {
  const made = ROWS.get(doc.lines);
  if (made) return made;
  const list = doc.lines
    .filter((line) => line.text.length > 0 && line.text.length <= LONGEST_ROW)
    .map((line) => ({ n: line.n, text: undress(line.text) }));
  ROWS.set(doc.lines, list);
  return list;
}

/**
 * The words of a command typed at a prompt (`[root@db1 lib]# sudo docker info` → `docker`,
 * `info`), else undefined. A comment after `#` looks the same: callers compare the words.
 */
export function typed(text: string): string[] | undefined {
  const prompt = promptOf(text);
  if (!prompt || (prompt.bare && !'#$%>'.includes(prompt.mark))) return undefined;
  const words = prompt.text.split(/\s+/);
  while (words[0] === 'sudo' || (words.length > 1 && /^(?:-[A-Za-z]+|time)$/.test(words[0] ?? ''))) words.shift();
  return words[0] ? words : undefined;
}

/** The argv of a run, or nothing: words to look for a sub-command in. */
export function argvOf(doc: Document): readonly string[] {
  return doc.origin.kind === 'run' ? doc.origin.argv : [];
}
