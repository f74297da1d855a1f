import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Facts, type Found, found } from './fact.ts';
import type { BtrfsBlockGroupType, BtrfsSpace, BtrfsSysfs } from './facts/btrfs.ts';
import type { Ask, Probe } from './probe.ts';
import { count } from './size.ts';
import { sysfsValues } from './sysfs-values.ts';

/** /sys/fs/btrfs/UUID; beside it stands only `features`. */
const BASE = /\/sys\/fs\/btrfs\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|(?=\s|$|["']))/;

/** Files of a space_info (kernel fs/btrfs/sysfs.c) and the field each becomes. */
const SPACE: Record<
  string,
  | 'total'
  | 'used'
  | 'pinned'
  | 'reserved'
  | 'mayUse'
  | 'readonly'
  | 'zoneUnusable'
  | 'diskTotal'
  | 'chunkSize'
  | 'bgReclaimThreshold'
> = {
  total_bytes: 'total',
  bytes_used: 'used',
  bytes_pinned: 'pinned',
  bytes_reserved: 'reserved',
  bytes_may_use: 'mayUse',
  bytes_readonly: 'readonly',
  bytes_zone_unusable: 'zoneUnusable',
  disk_total: 'diskTotal',
  chunk_size: 'chunkSize',
  bg_reclaim_threshold: 'bgReclaimThreshold',
};

export const btrfsSysfs: Probe = {
  id: 'btrfs-sysfs',
  title: '/sys/fs/btrfs: exact chunks, reservations and the operation that runs',
  asks: sysfsAsks,
  recognises: (doc) =>
    mayHold(doc, [], BASE, BASE) || (doc.origin.kind === 'run' && BASE.test(doc.origin.argv.join(' '))),
  scan: scanSysfs,
};

function sysfsAsks(known: Facts): Ask[] {
  if (!known.has('mount', (mount) => mount.fstype === 'btrfs')) return [];
  return [
    // one process for all files of all file systems; grep ends with 2 where a file is root's only
    { kind: 'run', argv: ['grep', '-rHs', '.', '/sys/fs/btrfs'], timeoutMs: 5000, optional: true },
    { kind: 'run', argv: ['find', '/sys/fs/btrfs', '-path', '*/devices/*'], timeoutMs: 5000, optional: true },
  ];
}

interface Draft {
  value: BtrfsSysfs;
  spaces: Map<BtrfsBlockGroupType, Partial<BtrfsSpace> & { profiles: BtrfsSpace['profiles'] }>;
  line: number;
  quote: string[];
}

function scanSysfs(doc: Document): Found[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (uuid: string, line: number): Draft => {
    const known = drafts.get(uuid);
    if (known) return known;
    const draft: Draft = { value: { uuid, spaces: {}, devices: [] }, spaces: new Map(), line, quote: [] };
    drafts.set(uuid, draft);
    return draft;
  };
  for (const { path, value, line } of sysfsValues(doc, BASE)) {
    const base = BASE.exec(path);
    if (!base) continue;
    const draft = draftOf(base[1] ?? '', line);
    const name = path.slice(base.index + base[0].length);
    if (setValue(draft, name, value) && draft.quote.length < 40) draft.quote.push(`${name}=${value}`);
  }
  for (const { n, text } of consoleRows(doc)) {
    const device = /^\s*\/sys\/fs\/btrfs\/([0-9a-f-]{36})\/devices\/([\w!.-]{1,100})\s*$/.exec(text);
    if (!device) continue;
    const draft = draftOf(device[1] ?? '', n);
    draft.value.devices.push({ name: device[2] ?? '' });
    draft.quote.push(text.trim());
  }
  return [...drafts.values()]
    .filter((draft) => draft.quote.length > 0)
    .map((draft) => found('btrfs-sysfs', finished(draft), draft.line, draft.quote.join('\n')));
}

/** True when the file says something that is kept. */
function setValue(draft: Draft, name: string, text: string): boolean {
  const space = /^allocation\/(data|metadata|system|mixed)\/(?:([a-z0-9]+)\/)?(\w+)$/.exec(name);
  if (space) return setSpace(draft, space[1] as BtrfsBlockGroupType, space[2], space[3] ?? '', text);
  const number = count(text);
  const { value } = draft;
  const feature = /^features\/(\w+)$/.exec(name);
  if (feature) {
    if (number === 1) value.features = [...(value.features ?? []), feature[1] ?? ''];
    return false;
  }
  switch (name) {
    case 'label':
      if (text !== '') value.label = text;
      return text !== '';
    case 'exclusive_operation':
      value.exclusiveOperation = text;
      return true;
    case 'allocation/global_rsv_size':
      if (number !== undefined) value.globalReserveSize = number;
      return number !== undefined;
    case 'allocation/global_rsv_reserved':
      if (number !== undefined) value.globalReserveReserved = number;
      return number !== undefined;
    case 'nodesize':
      if (number) value.nodeSize = number;
      return false;
    case 'sectorsize':
      if (number) value.sectorSize = number;
      return false;
    default: {
      const missing = /^devinfo\/(\d+)\/missing$/.exec(name);
      if (missing && number === 1) value.devices.push({ name: `devid ${missing[1]}`, missing: true });
      return missing !== null && number === 1;
    }
  }
}

function setSpace(
  draft: Draft,
  type: BtrfsBlockGroupType,
  profile: string | undefined,
  file: string,
  text: string,
): boolean {
  const number = count(text);
  const known = draft.spaces.get(type) ?? { profiles: [] };
  draft.spaces.set(type, known);
  if (file === 'dynamic_reclaim' && number !== undefined && profile === undefined) known.dynamicReclaim = number === 1;
  if (number === undefined) return false;
  if (profile !== undefined) {
    // not known until its file was seen; `finished` drops profiles that stay so
    const row = known.profiles.find((one) => one.profile === profile) ?? {
      profile,
      total: Number.NaN,
      used: Number.NaN,
    };
    if (!known.profiles.includes(row)) known.profiles.push(row);
    if (file === 'total_bytes') row.total = number;
    if (file === 'used_bytes') row.used = number;
    return true;
  }
  const field = SPACE[file];
  if (!field) return false;
  known[field] = number;
  return true;
}

function finished(draft: Draft): BtrfsSysfs {
  const spaces: BtrfsSysfs['spaces'] = {};
  for (const [type, space] of draft.spaces) {
    const { total, used } = space;
    const profiles = space.profiles.filter((row) => Number.isFinite(row.total) && Number.isFinite(row.used));
    if (total !== undefined && used !== undefined) spaces[type] = { ...space, total, used, profiles };
  }
  return { ...draft.value, spaces };
}
