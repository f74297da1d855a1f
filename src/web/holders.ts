import type { UsageDocument, UsageItem } from '../usage/document.ts';

/** A part of the space and who holds it. All parts together are every byte once. */
export interface Part {
  kind: UsageItem['kind'] | 'shared' | 'orphan';
  name: string;
  bytes: number;
  /** several need it: deleting one of them gives nothing of it back */
  shared: boolean;
  /** what else is to be said of it */
  note?: string;
}

/** Names said of one part; of more there is the number. */
const NAMED = 3;

/**
 * Who holds what, each byte once: of images and containers what they consist of, whatever several images stand on by
 * itself, and what lies in no directory of its own (blocks shared by snapshots and reflinks) as one part.
 */
export function partsOfUsage(usage: UsageDocument): Part[] {
  const parts: Part[] = [];
  const holders = usage.items.filter((item) => item.parts !== undefined);
  const holdersOf = new Map<string, UsageItem[]>();
  for (const holder of holders)
    for (const id of new Set(holder.parts)) {
      const key = placeOf(holder.source, id);
      holdersOf.set(key, [...(holdersOf.get(key) ?? []), holder]);
    }
  const sums = new Map<UsageItem, { own: number; used: number; by: Set<string> }>();
  for (const store of usage.items) {
    if (store.parts !== undefined || store.exclusive === 0) continue;
    const by = holdersOf.get(placeOf(store.source, store.id)) ?? [];
    const images = by.filter(({ kind }) => kind === 'image');
    const owner = images.length > 0 ? only(images) : only(by);
    if (by.length === 0 || store.kind === 'log' || store.kind === 'volume')
      parts.push({ kind: store.kind, name: nameOf(store), bytes: store.exclusive, shared: false });
    else if (owner === undefined)
      parts.push({
        kind: store.kind,
        name: `of ${named(images.length > 0 ? images : by)}`,
        bytes: store.exclusive,
        shared: true,
      });
    else {
      const sum = sums.get(owner) ?? { own: 0, used: 0, by: new Set<string>() };
      if (by.length === 1) sum.own += store.exclusive;
      else sum.used += store.exclusive;
      for (const other of by) if (other !== owner) sum.by.add(nameOf(other));
      sums.set(owner, sum);
    }
  }
  for (const [holder, { own, used, by }] of sums) {
    const { kind } = holder;
    const name = nameOf(holder);
    if (own > 0) parts.push({ kind, name, bytes: own, shared: false });
    const note = `in use by ${listed([...by])}`;
    if (used > 0) parts.push({ kind, name, bytes: used, shared: true, note });
  }
  for (const { path, exclusive, kind } of usage.orphans)
    if (exclusive > 0)
      parts.push({ kind: 'orphan', name: path, bytes: exclusive, shared: false, note: `${kind} that nobody owns` });
  if (usage.totals.shared > 0)
    parts.push({ kind: 'shared', name: 'blocks of several', bytes: usage.totals.shared, shared: true });
  return parts.sort((a, b) => b.bytes - a.bytes);
}

const placeOf = (source: string | undefined, id: string): string => `${source ?? ''}\0${id}`;

function only(items: readonly UsageItem[]): UsageItem | undefined {
  return items.length === 1 ? items[0] : undefined;
}

function named(items: readonly UsageItem[]): string {
  return listed(items.map(nameOf));
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The name that people gave, else the place, else the beginning of the id as Docker shows it. */
export function nameOf({ name, path, id }: Pick<UsageItem, 'name' | 'path' | 'id'>): string {
  return name || path || id.replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, '$1');
}
