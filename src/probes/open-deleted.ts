import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { OpenDeleted } from './facts/file-systems.ts';
import { listRows } from './list-rows.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** Memory that looks like a deleted file and takes nothing from a disk. */
const MEMORY = /^\/(?:memfd:|SYSV[0-9a-f]|dev\/(?:zero|shm\/\.org|dri)|\[aio\]|drm |i915|anon_hugepage)/;
const DELETED = /\s+\(deleted\)\s*$/;

export const openDeleted: Probe = {
  id: 'open-deleted',
  title: 'lsof, /proc/PID/fd: deleted files that a process still holds',
  asks: () => [
    {
      kind: 'run',
      argv: ['lsof', '-nP', '+L1'],
      timeoutMs: 30_000,
      deep: true,
      what: 'deleted files that are still open',
      or: {
        kind: 'run',
        argv: ['find', '/proc', '-maxdepth', '3', '-path', '/proc/[0-9]*/fd/*', '-lname', '* (deleted)', '-ls'],
        timeoutMs: 30_000,
      },
    },
  ],
  recognises: (doc) => mayHold(doc, ['lsof', 'ls', 'find'], /\(deleted\)|\blsof\b/),
  scan: (doc) => [...fromLsof(doc), ...fromLinks(doc)],
};

function fromLsof(doc: Document): Found[] {
  const facts: Found[] = [];
  let links = false;
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 8192) continue;
    if (typed) links = false;
    if (text.includes('COMMAND') && /^\s*COMMAND\s+PID\s/.test(text)) {
      links = /\sNLINK\s/.test(text);
      continue;
    }
    if (typed || !text.includes('/') || text.includes(' -> ')) continue;
    const value = /\sV?REG\s/.test(text)
      ? lsofRow(text, links)
      : busyBoxRow(text, command.includes('lsof') && /\blsof\b.*\+\w*L/.test(command));
    if (value && !MEMORY.test(value.path)) facts.push(found('open-deleted', value, n));
  }
  return facts;
}

/** COMMAND PID [TID [TASKCMD]] USER FD TYPE DEVICE SIZE/OFF [NLINK] NODE NAME; TASKCMD may be there too. */
function lsofRow(text: string, links: boolean): OpenDeleted | undefined {
  const deleted = DELETED.test(text);
  const words = text.trim().split(/\s+/);
  const type = words.findIndex((word, index) => index >= 4 && index <= 9 && /^(?:REG|VREG)$/.test(word));
  const pid = count(words[1]);
  if (type < 0 || pid === undefined) return undefined;
  const nameAt = words.findIndex((word, index) => index > type + 2 && word.startsWith('/'));
  if (nameAt < 0) return undefined;
  // between the device and the name: size, links (of +L), inode
  const numbers = words.slice(type + 2, nameAt);
  const hasLinks = links || numbers.length >= 3;
  if (!deleted && !(hasLinks && numbers[1] === '0')) return undefined;
  const size = numbers.length >= 2 ? count(numbers[0]) : undefined;
  return {
    program: words[0] ?? '',
    pid,
    fd: words[type - 1] ?? '',
    path: words.slice(nameAt).join(' ').replace(DELETED, ''),
    ...(size === undefined ? {} : { size }),
  };
}

/** BusyBox: `1<tab>/usr/bin/app<tab>10<tab>/data/file`; what `lsof +L1` was asked for, or marked deleted. */
function busyBoxRow(text: string, askedForUnlinked: boolean): OpenDeleted | undefined {
  const row =
    /^\s*(\d+)\t(\/[^\t]+)\t(\d+)\t(\/[^\t]+?)\s*$/.exec(text) ??
    /^\s*(\d+)\s+(\/\S+)\s+(\d+)\s+(\/\S+(?:\s+\(deleted\))?)\s*$/.exec(text);
  const path = row?.[4] ?? '';
  const pid = count(row?.[1]);
  if (!row || pid === undefined || (!DELETED.test(path) && !askedForUnlinked) || /^\/(?:dev|proc|sys)\//.test(path))
    return undefined;
  return { program: row[2] ?? '', pid, fd: row[3] ?? '', path: path.replace(DELETED, '') };
}

/** ls -l /proc/PID/fd, find /proc -ls: `5 -> /var/log/app.log (deleted)`. */
function fromLinks(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const row of listRows(doc)) {
    if (row.type !== 'l' || !row.target?.startsWith('/') || !DELETED.test(row.target) || MEMORY.test(row.target))
      continue;
    const pid = count(/\/proc\/(\d+)\/fd(?:\/|$)/.exec(row.path)?.[1]);
    const fd = row.path.slice(row.path.lastIndexOf('/') + 1);
    facts.push(
      found(
        'open-deleted',
        {
          path: row.target.replace(DELETED, ''),
          ...(/^\d+$/.test(fd) ? { fd } : {}),
          ...(pid === undefined ? {} : { pid }),
        },
        row.line,
      ),
    );
  }
  return facts;
}
