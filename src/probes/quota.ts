import { consoleRows, mayHold } from './console-rows.ts';
import { dataMounts } from './data-mounts.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Quota } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { count, parseSize } from './size.ts';

const TEXT =
  /Report for (?:user|group|project) quotas|(?:User|Group|Project) quota on |Disk quotas for (?:user|group|project)/i;
/** repquota: subject, two flags, used soft hard [grace], used soft hard [grace] */
const REPQUOTA =
  /^\s*(\S+)\s+[-+]{2}\s+(\d\S*)\s+(\d\S*)\s+(\d\S*)\s+(?:\d+(?:days?|:\d\d)\s+|none\s+|-\s+)?(\d\S*)\s+(\d\S*)\s+(\d\S*)/;
/** xfs_quota report: subject, used soft hard warn [grace], maybe the same for inodes */
const XFS =
  /^\s*(\S+)\s+(\d\S*)\s+(\d\S*)\s+(\d\S*)\s+\d+\s+\[[^\]]{1,20}\](?:\s+(\d\S*)\s+(\d\S*)\s+(\d\S*)\s+\d+\s+\[[^\]]{1,20}\])?/;
/** quota: file system, used (with `*` when over), soft, hard, [grace], files, soft, hard */
const OWN =
  /^\s*(\/\S+|[\w.-]+:\/\S*)\s+(\d[\w.]*)\*?\s+(\d\S*)\s+(\d\S*)\s+(?:\d+(?:days?|:\d\d)\s+|none\s+|-\s+)?(\d\w*)\*?\s+(\d\S*)\s+(\d\S*)/;

export const quota: Probe = {
  id: 'quota',
  title: 'repquota, xfs_quota report, quota: limits of users, groups and projects',
  asks: (known) =>
    dataMounts(known, /^xfs$/)
      .filter(({ target }) =>
        known.has(
          'mount',
          (mount) =>
            mount.target === target &&
            [...mount.options, ...(mount.superOptions ?? [])].some((option) => /^p(?:rj)?quota$/.test(option)),
        ),
      )
      .map(({ target }) => ({
        kind: 'run',
        argv: ['xfs_quota', '-x', '-c', 'report -p -b -i', target],
        timeoutMs: 5000,
        optional: true,
        what: `project quotas of ${target}`,
      })),
  recognises: (doc) => mayHold(doc, ['repquota', 'xfs_quota', 'quota'], TEXT),
  scan: scanQuota,
};

interface Section {
  filesystem: string;
  kind: Quota['kind'];
  tool: 'repquota' | 'xfs' | 'own';
  subject?: string;
}

function scanQuota(doc: Document): Found[] {
  const facts: Found[] = [];
  let section = doc.origin.kind === 'run' ? sectionOfArgv(doc.origin.argv) : undefined;
  for (const { n, text, typed } of consoleRows(doc)) {
    if (typed) section = undefined;
    const head = sectionOf(text);
    if (head) section = head;
    if (!section || head || text.length > 2000) continue;
    const value = quotaOf(section, text);
    if (value) facts.push(found('quota', value, n));
  }
  return facts;
}

function sectionOf(text: string): Section | undefined {
  const report = /Report for (user|group|project) quotas on device (\S+)/i.exec(text);
  if (report) return { filesystem: report[2] ?? '', kind: kindOf(report[1]), tool: 'repquota' };
  const xfs = /(User|Group|Project) quota on (\S+)/i.exec(text);
  if (xfs) return { filesystem: xfs[2] ?? '', kind: kindOf(xfs[1]), tool: 'xfs' };
  const own = /Disk quotas for (user|group|project) (\S+)/i.exec(text);
  return own ? { filesystem: '', kind: kindOf(own[1]), tool: 'own', subject: own[2] ?? '' } : undefined;
}

/** `xfs_quota -x -c 'report -p -N' /mnt` prints no heading. */
function sectionOfArgv(argv: readonly string[]): Section | undefined {
  const report = argv.find((word) => /^report\b/.test(word));
  if (!report) return undefined;
  const kind = /-\w*p/.test(report) ? 'project' : /-\w*g/.test(report) ? 'group' : 'user';
  return {
    filesystem: argv.findLast((word) => word.startsWith('/') && !word.endsWith('xfs_quota')) ?? '',
    kind,
    tool: 'xfs',
  };
}

function kindOf(word: string | undefined): Quota['kind'] {
  const kind = (word ?? '').toLowerCase();
  return kind === 'group' || kind === 'project' ? kind : 'user';
}

function quotaOf(section: Section, text: string): Quota | undefined {
  const row = (section.tool === 'repquota' ? REPQUOTA : section.tool === 'xfs' ? XFS : OWN).exec(text);
  if (!row) return undefined;
  const used = blocks(row[2]);
  if (used === undefined) return undefined;
  const [soft, hard] = [blocks(row[3]), blocks(row[4])];
  const [usedInodes, hardInodes] = [count(row[5]), count(row[7])];
  return {
    filesystem: section.tool === 'own' ? (row[1] ?? '') : section.filesystem,
    kind: section.kind,
    subject: section.tool === 'own' ? (section.subject ?? '') : (row[1] ?? ''),
    usedBytes: used,
    ...(soft === undefined ? {} : { softBytes: soft }),
    ...(hard === undefined ? {} : { hardBytes: hard }),
    ...(usedInodes === undefined ? {} : { usedInodes }),
    ...(hardInodes === undefined ? {} : { hardInodes }),
  };
}

/** Blocks of 1024 bytes unless a unit stands behind the number (repquota(8), xfs_quota(8)). */
function blocks(text: string | undefined): number | undefined {
  const size = parseSize((text ?? '').replace(/\*$/, ''), 'iec');
  if (!size) return undefined;
  const bytes = /[A-Za-z]/.test(text ?? '') ? size.bytes : size.bytes * 1024;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
