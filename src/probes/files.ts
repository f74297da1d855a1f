import { stat } from '../tools/stat.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import { listRows } from './list-rows.ts';
import type { Ask, Probe } from './probe.ts';
import { count } from './size.ts';

export const files: Probe = {
  id: 'files',
  title: 'ls -l, ls -s, stat, find -ls: sizes of files and what is allocated for them',
  // the file under a loop device: what it has not allocated must still come from the disk below it
  asks: (known) =>
    known
      .all('loop', (loop) => loop.deleted !== true && loop.readOnly !== true && loop.backFile.startsWith('/'))
      .map(
        ({ value }): Ask => ({ kind: 'run', argv: stat.allocated(value.backFile), timeoutMs: 5000, optional: true }),
      ),
  recognises: (doc) =>
    mayHold(doc, ['ls', 'stat', 'find'], /[-dlbcps][-rwxsStT]{9}[@.+]?\s+\d+\s|Size: \d+\s+Blocks: \d+|%b %B %s/),
  scan: (doc) => [...fromListing(doc), ...fromStat(doc), ...fromStatFormat(doc)],
};

function fromListing(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { line, type, target: _, ...row } of listRows(doc)) {
    if (type === '-' && (row.size !== undefined || row.allocated !== undefined)) facts.push(found('file', row, line));
  }
  return facts;
}

/** stat: File, Size and Blocks (of 512 bytes), Inode on lines of their own. */
function fromStat(doc: Document): Found[] {
  const facts: Found[] = [];
  let path: { name: string; line: number; quote: string } | undefined;
  for (const { n, text } of consoleRows(doc)) {
    if (text.length > 8192) continue;
    const file = /^\s*File: ["'‘`]?([^"'’`]+?)["'’]?(?: -> .*)?\s*$/.exec(text);
    if (file) path = { name: file[1] ?? '', line: n, quote: text.trim() };
    const sizes = path ? /^\s*Size:\s*(\d+)\s+Blocks:\s*(\d+)\s+IO Block:\s*\d+\s+(.*)$/.exec(text) : null;
    const [size, blocks] = [count(sizes?.[1]), count(sizes?.[2])];
    if (!path || size === undefined || blocks === undefined || !Number.isSafeInteger(blocks * 512)) {
      const inode = /\bInode:\s*(\d+)/.exec(text);
      const last = facts.at(-1);
      const number = count(inode?.[1]);
      if (last?.kind === 'file' && number !== undefined && (last.line ?? 0) >= n - 3)
        Object.assign(last.value, { inode: number });
      continue;
    }
    if (/file/.test(sizes?.[3] ?? ''))
      facts.push(
        found('file', { path: path.name, size, allocated: blocks * 512 }, path.line, `${path.quote}\n${text.trim()}`),
      );
    path = undefined;
  }
  return facts;
}

/** stat -c '%b %B %s %n': blocks, bytes of each block, size, name. */
function fromStatFormat(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (typed || !command.includes('%b %B %s %n')) continue;
    const row = text.length < 8192 ? /^\s*(\d+) (\d+) (\d+) (\/.*)$/.exec(text) : null;
    const [blocks, block, size] = [count(row?.[1]), count(row?.[2]), count(row?.[3])];
    if (
      !row ||
      blocks === undefined ||
      block === undefined ||
      size === undefined ||
      !Number.isSafeInteger(blocks * block)
    )
      continue;
    facts.push(found('file', { path: row[4] ?? '', size, allocated: blocks * block }, n));
  }
  return facts;
}
