import { btrfsMounts, pathIn } from './btrfs-text.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsSubvolumes } from './facts/btrfs.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const ROW = /^\s*ID \d+ gen \d+ .{0,400}?(?:top level \d+|parent \d+) .{0,200}?path (\S.*)$/;
const TEXT = /ID \d+ gen \d+ |subvolume list/;

export const btrfsSubvolumes: Probe = {
  id: 'btrfs-subvolumes',
  title: 'btrfs subvolume list: how many there are, and deleted ones not yet cleaned',
  asks: (known) =>
    btrfsMounts(known).flatMap((path) => [
      {
        kind: 'run' as const,
        argv: ['btrfs', 'subvolume', 'list', '-apcguqR', path],
        deep: true,
        what: `subvolumes of ${path}`,
      },
      { kind: 'run' as const, argv: ['btrfs', 'subvolume', 'list', '-d', path], deep: true, optional: true },
    ]),
  recognises: (doc) =>
    mayHold(doc, [], TEXT) ||
    (doc.origin.kind === 'run' && doc.origin.argv.some((word) => word.endsWith('btrfs')) && TEXT.test(doc.text)),
  scan: scanSubvolumes,
};

function scanSubvolumes(doc: Document): Found[] {
  const facts: Found[] = [];
  let open:
    | { line: number; command: string; rows: number; deleted: number; snapshots: number; uuids: boolean; quote: string }
    | undefined;
  const close = () => {
    if (open)
      facts.push(
        found(
          'btrfs-subvolumes',
          valueOf(open),
          open.line,
          open.rows === 1 ? open.quote : `${open.quote}\n… ${open.rows} rows`,
        ),
      );
    open = undefined;
  };
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (typed) close();
    const row = text.length < 4000 ? ROW.exec(text) : null;
    if (row) {
      open ??= { line: n, command, rows: 0, deleted: 0, snapshots: 0, uuids: false, quote: text.trim() };
      open.rows++;
      if (row[1] === 'DELETED') open.deleted++;
      const parent = / parent_uuid (\S+)/.exec(text);
      if (parent) open.uuids = true;
      if (parent && parent[1] !== '-') open.snapshots++;
      continue;
    }
    // `btrfs subvolume list /var/lib/docker | wc -l`, then the number alone
    const total = /subvolume list .*\|\s*wc(?:\s+-l)?\s*$/.test(command) && !typed ? count(text) : undefined;
    const path = pathIn(command, /subvolume list/);
    if (total !== undefined)
      facts.push(
        found('btrfs-subvolumes', { ...(path ? { path } : {}), count: total }, n, `${command}\n${text.trim()}`),
      );
  }
  close();
  return facts;
}

function valueOf(open: {
  command: string;
  rows: number;
  deleted: number;
  snapshots: number;
  uuids: boolean;
}): BtrfsSubvolumes {
  const path = pathIn(open.command, /subvolume list/);
  const deletedOnly = /subvolume list\s(?:-\w+\s)*-\w*d/.test(open.command);
  return {
    ...(path ? { path } : {}),
    count: open.rows,
    ...(deletedOnly ? { deleted: open.rows } : open.deleted > 0 ? { deleted: open.deleted } : {}),
    ...(open.uuids ? { snapshots: open.snapshots } : {}),
  };
}
