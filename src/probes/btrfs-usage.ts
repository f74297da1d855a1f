import { blockGroupType, btrfsMounts, pathIn } from './btrfs-text.ts';
import { newUsage, setOverall, type UsageDraft, usageFact } from './btrfs-usage-draft.ts';
import { fromUsageJson } from './btrfs-usage-json.ts';
import { readTableLine } from './btrfs-usage-table.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import type { Facts, Found } from './fact.ts';
import type { Ask, Probe } from './probe.ts';

const TEXT = /Device (?:un)?allocated|(?:Data|Metadata|System),\s?\w+:\s*Size:/i;
const OVERALL =
  /^\s*(Device [a-z]+|Used|Free \([^)]{1,20}\)|Data ratio|Metadata ratio|Global reserve):\s*(\S+)(?:\s*\((?:min|used):\s*([^)]{1,30})\))?/i;
const GROUP = /^\s*(Data\+Metadata|Data|Metadata|System),\s?(\w+):\s*Size:\s*([^\s,]+),\s*Used:\s*([^\s,(]+)/i;
const DEVICE = /^\s+(\/\S+|missing)\s+([\d.,]+[KMGTPE]?i?B?)\s*$/i;

export const btrfsUsage: Probe = {
  id: 'btrfs-usage',
  title: 'btrfs filesystem usage: chunks, what is unallocated, estimates',
  asks: usageAsks,
  recognises: (doc) =>
    mayHold(doc, [], TEXT) ||
    (doc.origin.kind === 'run' && doc.origin.argv.some((word) => word.endsWith('btrfs')) && TEXT.test(doc.text)),
  scan: (doc) => [...fromText(doc), ...doc.json.flatMap(({ value, line }) => fromUsageJson(value, line))],
};

function usageAsks(known: Facts): Ask[] {
  return btrfsMounts(known).map((path) => ({
    kind: 'run',
    argv: ['btrfs', 'filesystem', 'usage', '-b', path],
    timeoutMs: 5000,
    what: `chunks of the btrfs at ${path}`,
    or: { kind: 'run', argv: ['btrfs', 'filesystem', 'df', '-b', path], timeoutMs: 5000 },
  }));
}

function fromText(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: UsageDraft | undefined;
  const close = () => {
    const fact = open && usageFact(open);
    if (fact) facts.push(fact);
    open = undefined;
  };
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 2000) continue;
    const first = text.includes('Overall') && /^\s*Overall:?\s*$/.test(text);
    if (typed || first) close();
    if (typed || text.includes('total=') || (!open && !first && !text.includes(':'))) continue;
    const path = () => pathIn(command, /\busage/);
    if (first) open = newUsage(n, path());
    const overall = OVERALL.exec(text);
    const group = overall ? null : GROUP.exec(text);
    // a second copy of a line that was seen: the next file system, whose `Overall:` is cut off
    if (overall && open?.keys.has((overall[1] ?? '').toLowerCase())) close();
    // `Device size:` is also in `btrfs device usage`, below a line with the device's ID
    if (overall && !open && !/^\s*Device (?:un)?allocated/i.test(text)) continue;
    if (overall || group) open ??= newUsage(n, path());
    if (!open) continue;
    if (readLine(open, text, overall, group)) open.quote.push(text.trim());
  }
  close();
  return facts;
}

function readLine(
  open: UsageDraft,
  text: string,
  overall: RegExpExecArray | null,
  group: RegExpExecArray | null,
): boolean {
  if (overall) {
    setOverall(open, overall[1] ?? '', overall[2] ?? '', overall[3]);
    return true;
  }
  if (group) {
    const type = blockGroupType(group[1] ?? '');
    const size = open.sizes.bytes(group[3]);
    const used = open.sizes.bytes(group[4]);
    if (type === undefined || type === 'reserve' || size === undefined || used === undefined) return false;
    open.value.rows.push({ type, profile: group[2] ?? '', size, used, devices: [] });
    open.section = 'group';
    return true;
  }
  if (/^\s*Unallocated:\s*$/i.test(text)) {
    open.section = 'unallocated';
    return true;
  }
  const device = DEVICE.exec(text);
  const bytes = device ? open.sizes.bytes(device[2]) : undefined;
  if (device && bytes !== undefined && open.section) {
    const path = device[1] ?? '';
    if (open.section === 'unallocated') open.value.unallocated.push({ path, bytes });
    else open.value.rows.at(-1)?.devices.push({ path, size: bytes });
    return true;
  }
  return readTableLine(open, text);
}
