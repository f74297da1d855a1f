import type { Deletion, Orphan, UsageDocument, UsageItem, UsageTotals } from './document.ts';
import { Accounts, type Ledger, type Store } from './ledger.ts';

/** The document of what these sources say. `lookedAt`: ms since 1970. */
export function makeDocument(ledgers: readonly Ledger[], lookedAt: number): UsageDocument {
  const accounts = ledgers.map((ledger) => new Accounts(ledger));
  const many = ledgers.length > 1;
  const pinned = ledgers.flatMap((ledger) => ledger.pinned ?? []);
  return {
    version: 1,
    lookedAt: new Date(lookedAt).toISOString(),
    sources: ledgers.map(({ source }) => source),
    items: accounts.flatMap((one) => itemsOf(one, many)),
    orphans: accounts.flatMap(orphansOf).sort((a, b) => b.exclusive - a.exclusive),
    notJudged: ledgers.flatMap(({ notJudged }) => notJudged),
    ...(pinned.length > 0 ? { pinnedChunks: pinned } : {}),
    totals: totalsOf(accounts),
    warnings: ledgers.flatMap(({ warnings }) => warnings),
  };
}

function itemsOf(accounts: Accounts, many: boolean): UsageItem[] {
  const { ledger } = accounts;
  const source = many ? { source: ledger.source.path } : {};
  const holders = ledger.holders.map((holder, index): UsageItem => {
    const onDisk = accounts.reached(holder.stores);
    const exclusive = accounts.givenBack(accounts.released([index]));
    return {
      kind: holder.kind,
      id: holder.id,
      name: holder.name,
      path: '',
      apparent: holder.stores.reduce((sum, store) => sum + (ledger.stores[store]?.apparent ?? 0), 0),
      onDisk,
      exclusive,
      shared: onDisk - exclusive,
      ...source,
      ...iso('created', holder.created),
      ...iso('lastUsed', holder.lastUsed),
      ...(holder.state === undefined ? {} : { state: holder.state }),
      parts: holder.stores.map((store) => ledger.stores[store]?.id ?? ''),
    };
  });
  const stores = ledger.stores.flatMap((store, index): UsageItem[] => {
    if (store.orphan !== undefined) return [];
    const { onDisk, exclusive } = bytesOf(accounts, index);
    return [
      {
        kind: store.kind,
        id: store.id,
        name: store.name,
        path: store.path,
        apparent: store.apparent,
        onDisk,
        exclusive,
        shared: onDisk - exclusive,
        ...source,
        ...(store.files === undefined ? {} : { files: store.files }),
        ...iso('created', store.created),
        ...iso('lastUsed', store.changed),
        ...(store.state === undefined ? {} : { state: store.state }),
      },
    ];
  });
  return [...holders, ...stores];
}

function orphansOf(accounts: Accounts): Orphan[] {
  return accounts.ledger.stores.flatMap((store, index): Orphan[] => {
    if (store.orphan === undefined) return [];
    return [
      {
        kind: store.kind,
        path: store.path,
        apparent: store.apparent,
        ...bytesOf(accounts, index),
        changed: new Date(store.changed ?? 0).toISOString(),
        proof: store.orphan,
      },
    ];
  });
}

function bytesOf(accounts: Accounts, store: number): { onDisk: number; exclusive: number } {
  return { onDisk: accounts.reached([store]), exclusive: accounts.givenBack(new Set([store])) };
}

function totalsOf(all: readonly Accounts[]): UsageTotals {
  const totals: UsageTotals = { apparent: 0, onDisk: 0, exclusive: 0, shared: 0, orphaned: 0, files: 0 };
  for (const accounts of all) {
    const { stores, sharing } = accounts.ledger;
    for (const { owners, bytes } of sharing.groups) {
      totals.onDisk += bytes;
      if (owners.length === 1) totals.exclusive += bytes;
      else totals.shared += bytes;
    }
    for (const store of stores) {
      totals.apparent += store.apparent;
      totals.files += store.files ?? 0;
    }
    totals.orphaned += accounts.givenBack(orphanStores(stores));
  }
  return totals;
}

function orphanStores(stores: readonly Store[]): Set<number> {
  return new Set(stores.flatMap((store, index) => (store.orphan === undefined ? [] : [index])));
}

/** Whether a word names an item: its id, the beginning of it (as Docker takes it), its name, its path. */
export function isNamed(item: { id: string; name: string; path?: string }, word: string): boolean {
  // thin devices have no path, images no directory: an empty word would name them all
  if (word === '') return false;
  if (item.id === word || (item.name !== '' && item.name.split(', ').includes(word)) || item.path === word) return true;
  const digest = item.id.replace(/^sha256:/, '');
  return /^[0-9a-f]{6,}$/.test(word) && digest.length >= 32 && digest.startsWith(word);
}

/**
 * What deleting all that these words name gives back, each byte once.
 * Gives the words that name nothing, or several things of which only one can be meant.
 */
export function deletionOf(
  ledgers: readonly Ledger[],
  words: readonly string[],
): { deletion: Deletion; unknown: string[]; ambiguous: string[] } {
  const found = new Map<string, number>(words.map((word) => [word, 0]));
  const deletion: Deletion = { items: [], givesBack: 0 };
  for (const ledger of ledgers) {
    const accounts = new Accounts(ledger);
    const holders = new Set<number>();
    const stores = new Set<number>();
    for (const word of words) {
      let hits = ledger.holders.flatMap((holder, index) => (isNamed(holder, word) ? [index] : []));
      for (const index of hits) holders.add(index);
      deletion.items.push(...hits.map((index) => ledger.holders[index]?.id ?? ''));
      let count = hits.length;
      if (count === 0) {
        hits = ledger.stores.flatMap((store, index) => (isNamed(store, word) ? [index] : []));
        for (const index of hits) stores.add(index);
        deletion.items.push(...hits.map((index) => ledger.stores[index]?.id ?? ''));
        count = hits.length;
      }
      found.set(word, (found.get(word) ?? 0) + count);
    }
    deletion.givesBack += accounts.givenBack(accounts.released(holders, stores));
  }
  deletion.items = [...new Set(deletion.items)];
  return {
    deletion,
    unknown: [...found].flatMap(([word, count]) => (count === 0 ? [word] : [])),
    ambiguous: [...found].flatMap(([word, count]) => (count > 1 ? [word] : [])),
  };
}

function iso<K extends string>(key: K, time: number | undefined): { [P in K]?: string } {
  if (time === undefined || time <= 0 || !Number.isFinite(time) || time > 8.64e15) return {};
  return { [key]: new Date(time).toISOString() } as { [P in K]?: string };
}
