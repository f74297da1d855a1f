import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import { fromLsblkJson, fromLsblkPairs } from './lsblk-records.ts';
import { fromLsblkTree } from './lsblk-tree.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const COLUMNS = 'NAME,KNAME,MAJ:MIN,TYPE,FSTYPE,SIZE,MOUNTPOINT,RO,DISC-MAX,PKNAME,UUID';

/** JSON, pairs, a header, or a row `8:0 0 50G 0 disk` without one. */
const TEXT =
  /"blockdevices"\s*:|NAME="|NAME\s{1,200}(?:KNAME\s{1,20})?MAJ:MIN|NAME\s[^\n]{0,300}\bSIZE\b[^\n]{0,300}\bTYPE\b|(?<!\d)\d{1,6}:\d{1,8}\s{1,20}[01]\s{1,20}\d/;

export const lsblk: Probe = {
  id: 'lsblk',
  title: 'lsblk, /proc/partitions: block devices, their sizes and what lies on what',
  asks: () => [
    {
      kind: 'run',
      argv: ['lsblk', '-b', '-J', '-o', COLUMNS],
      timeoutMs: 5000,
      what: 'block devices',
      or: { kind: 'run', argv: ['lsblk', '-b', '-P', '-o', COLUMNS], or: { kind: 'read', path: '/proc/partitions' } },
    },
  ],
  recognises: (doc) => mayHold(doc, ['lsblk'], TEXT, /^\/proc\/partitions$/),
  scan: (doc) => [
    ...doc.json.flatMap(({ value, line }) => fromLsblkJson(value, line)),
    ...fromLsblkPairs(doc),
    ...fromLsblkTree(doc),
    ...(doc.origin.kind === 'read' && doc.origin.path === '/proc/partitions' ? fromPartitions(doc) : []),
  ],
};

/** `major minor  #blocks  name`, blocks of 1024 bytes (proc(5)). */
function fromPartitions(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { n, text } of consoleRows(doc)) {
    const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+([\w!.-]+)\s*$/.exec(text);
    const blocks = count(row?.[3]);
    if (!row || blocks === undefined || !Number.isSafeInteger(blocks * 1024)) continue;
    const name = row[4] ?? '';
    const type = /^dm-/.test(name)
      ? 'dm'
      : /^loop/.test(name)
        ? 'loop'
        : /^(?:(?:sd|vd|xvd|hd)[a-z]+\d+|(?:nvme|mmcblk).*p\d+)$/.test(name)
          ? 'part'
          : 'disk';
    facts.push(
      found(
        'block',
        { name, kname: name, majmin: `${row[1]}:${row[2]}`, type, size: blocks * 1024, mountpoints: [], parents: [] },
        n,
      ),
    );
  }
  return facts;
}
