import { Coarsest } from './btrfs-text.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsUsage } from './facts/btrfs.ts';

/** A record of `btrfs filesystem usage` while its lines are read. */
export interface UsageDraft {
  value: BtrfsUsage;
  line: number;
  quote: string[];
  sizes: Coarsest;
  /** keys of the Overall part that were seen */
  keys: Set<string>;
  section?: 'group' | 'unallocated';
  /** -T: types above, then profiles and what stands in which column */
  table?: { types: string[]; columns: string[] };
}

export function newUsage(line: number, path: string | undefined): UsageDraft {
  return {
    value: { ...(path ? { path } : {}), rows: [], unallocated: [] },
    line,
    quote: [],
    sizes: new Coarsest(),
    keys: new Set(),
  };
}

type Bytes =
  | 'deviceSize'
  | 'deviceAllocated'
  | 'deviceUnallocated'
  | 'deviceMissing'
  | 'deviceSlack'
  | 'used'
  | 'freeEstimated'
  | 'freeStatfs';

const KEYS = new Map<string, Bytes>(
  Object.entries({
    'device size': 'deviceSize',
    'device allocated': 'deviceAllocated',
    'device unallocated': 'deviceUnallocated',
    'device missing': 'deviceMissing',
    'device slack': 'deviceSlack',
    used: 'used',
    'free (estimated)': 'freeEstimated',
    'free (statfs, df)': 'freeStatfs',
  }),
);

/** One line of the Overall part: `second` is what stands in parentheses behind the value. */
export function setOverall(draft: UsageDraft, key: string, first: string, second: string | undefined): void {
  const name = key.toLowerCase().replaceAll('_', ' ');
  draft.keys.add(name);
  const value = draft.value;
  if (name === 'data ratio' || name === 'metadata ratio') {
    const ratio = Number(first.replace(',', '.'));
    if (Number.isFinite(ratio) && ratio > 0 && ratio <= 100)
      value[name === 'data ratio' ? 'dataRatio' : 'metadataRatio'] = ratio;
    return;
  }
  const bytes = draft.sizes.bytes(first);
  if (bytes === undefined) return;
  if (name === 'global reserve') {
    const used = draft.sizes.bytes(second);
    if (used !== undefined) value.globalReserve = { size: bytes, used };
    return;
  }
  const field = KEYS.get(name);
  if (!field) return;
  value[field] = bytes;
  const least = name === 'free (estimated)' ? draft.sizes.bytes(second) : undefined;
  if (least !== undefined) value.freeEstimatedMin = least;
}

export function usageFact(draft: UsageDraft): Found | undefined {
  const value = {
    ...draft.value,
    rows: draft.value.rows.filter((row) => Number.isFinite(row.size) && Number.isFinite(row.used)),
  };
  if (value.rows.length === 0 && value.deviceAllocated === undefined && value.deviceUnallocated === undefined)
    return undefined;
  return found('btrfs-usage', { ...value, ...draft.sizes.field }, draft.line, draft.quote.join('\n'));
}
