import type { Sharing } from '../formats/sharing.ts';
import { entryOf } from '../host/tree-files.ts';
import type { NotJudged, PinnedChunk, UsageKind, UsageSource } from './document.ts';
import { Doubts, MOVED } from './doubts.ts';

/** Something on disk that is made and deleted as a whole: a layer, a subvolume, a volume, a log. */
export interface Store {
  kind: UsageKind;
  id: string;
  name: string;
  path: string;
  /** sum of the sizes of its files */
  apparent: number;
  files?: number;
  /** ms since 1970 */
  changed?: number;
  created?: number;
  state?: string;
  /** records were read that would name it, and none does: which ones */
  orphan?: string;
  /** read-only since it was made, by the records of its engine, which call it so */
  sealed?: string;
  /** ms since 1970: if anything in it changed since, somebody is at work in it and it is no orphan */
  quietSince?: number;
}

/** Takes back what was said of stores that went away, or in which something changed since. @returns the latter */
export function spareTheBusy(stores: readonly Store[]): NotJudged[] {
  const doubts = new Doubts();
  for (const store of stores) {
    if (store.orphan === undefined) continue;
    // another one may have been made in its place; trees of a btrfs that were read tell of its last commit only
    const now = entryOf(store.path);
    const changed = Math.max(store.changed ?? 0, now?.changed ?? 0);
    if (now && changed < (store.quietSince ?? Number.POSITIVE_INFINITY)) continue;
    delete store.orphan;
    if (now) doubts.add(store.path, MOVED);
  }
  return doubts.list();
}

/** What a person deletes by name and what goes with it: an image, a container. */
export interface Holder {
  kind: UsageKind;
  id: string;
  name: string;
  /** places in the list of stores; those of other holders too */
  stores: number[];
  lastUsed?: number;
  created?: number;
  state?: string;
  /** ids of holders of the same kind: its engine deletes it together with the last of them */
  goesWith?: readonly string[];
}

/** What one source says. Owners of `sharing` are places in `stores`. */
export interface Ledger {
  source: UsageSource;
  stores: Store[];
  holders: Holder[];
  sharing: Sharing;
  notJudged: NotJudged[];
  warnings: string[];
  pinned?: PinnedChunk[];
}

/** Questions to a ledger, each answered in time that grows with the answer, not with the ledger. */
export class Accounts {
  /** groups by their first owner, and by each */
  private readonly first: number[][];
  private readonly of: number[][];
  private readonly holdersOf: number[][];
  /** holders that go when all of the others are gone */
  private readonly hangers: { holder: number; with: number[] }[];

  constructor(readonly ledger: Ledger) {
    const { stores, sharing, holders } = ledger;
    this.first = stores.map(() => []);
    this.of = stores.map(() => []);
    this.holdersOf = stores.map(() => []);
    this.hangers = hangersOf(holders);
    for (const [index, { owners }] of sharing.groups.entries()) {
      this.first[owners[0] as number]?.push(index);
      for (const owner of owners) this.of[owner]?.push(index);
    }
    for (const [index, holder] of holders.entries())
      for (const store of new Set(holder.stores)) this.holdersOf[store]?.push(index);
  }

  /** Stores that go when these holders and stores are deleted: none that another holder needs. */
  released(holders: Iterable<number>, stores: Iterable<number> = []): Set<number> {
    const gone = this.withHangers(new Set(holders));
    const released = new Set<number>(stores);
    for (const holder of gone)
      for (const store of this.ledger.holders[holder]?.stores ?? [])
        if (this.holdersOf[store]?.every((other) => gone.has(other))) released.add(store);
    return released;
  }

  /** With those that their engine deletes when these are gone. */
  private withHangers(gone: Set<number>): Set<number> {
    if (this.hangers.length === 0) return gone;
    for (let before = -1; before !== gone.size; ) {
      before = gone.size;
      for (const { holder, with: others } of this.hangers) if (others.every((one) => gone.has(one))) gone.add(holder);
    }
    return gone;
  }

  /** Bytes that nobody but these stores holds. */
  givenBack(stores: ReadonlySet<number>): number {
    let sum = 0;
    for (const store of stores) {
      for (const index of this.first[store] ?? []) {
        const group = this.ledger.sharing.groups[index];
        if (group?.owners.every((owner) => stores.has(owner))) sum += group.bytes;
      }
    }
    return sum;
  }

  /** Bytes that any of these stores reaches, each once. */
  reached(stores: readonly number[]): number {
    let sum = 0;
    const seen = new Set<number>();
    for (const store of stores) {
      for (const index of this.of[store] ?? []) {
        if (seen.has(index)) continue;
        seen.add(index);
        sum += this.ledger.sharing.groups[index]?.bytes ?? 0;
      }
    }
    return sum;
  }

  isHeld(store: number): boolean {
    return (this.holdersOf[store]?.length ?? 0) > 0;
  }
}

function hangersOf(holders: readonly Holder[]): { holder: number; with: number[] }[] {
  if (holders.every(({ goesWith }) => goesWith === undefined)) return [];
  const places = new Map(holders.map(({ kind, id }, index) => [`${kind} ${id}`, index]));
  return holders.flatMap(({ kind, goesWith = [] }, holder) => {
    const others = goesWith.flatMap((id) => places.get(`${kind} ${id}`) ?? []);
    return others.length > 0 && others.length === goesWith.length ? [{ holder, with: others }] : [];
  });
}
