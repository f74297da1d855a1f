import type { Sharing } from '../formats/sharing.ts';
import type { Tree } from '../host/scan-trees.ts';
import { type Entry, entryOf, listEntries, oddEntries } from '../host/tree-files.ts';
import type { Store } from './ledger.ts';

/** Which store an entry of a directory belongs to, or who decides that for what lies in it. */
export type Rule = number | Below | { own: number; below: Below };

/** For what lies in a directory; its own blocks go where those of the directory above went, unless `own` says. */
type Below = (entry: Entry, path: string) => Rule;

/**
 * Cuts an engine's root into stores: the few upper directories are listed here, and what lies below
 * is left to the scan. Each entry goes to exactly one store, so that the sum is what du says.
 */
export class Carver {
  readonly stores: Store[] = [];
  readonly trees: Tree[] = [];
  readonly groups: Sharing['groups'] = [];
  /** directories that could not be listed */
  readonly closed: string[] = [];

  /** @param without paths that are looked at by themselves, and left out here */
  constructor(readonly without: ReadonlySet<string> = new Set()) {}

  add(store: Omit<Store, 'apparent'>): number {
    return this.stores.push({ ...store, apparent: 0 }) - 1;
  }

  /** Everything in `path`, whose own blocks count for `other`; `rule` tells where each entry goes. */
  cut(path: string, other: number, rule: (entry: Entry, path: string) => Rule): void {
    const own = entryOf(path);
    if (own?.kind !== 'directory') return;
    this.count(other, own);
    const entries = listEntries(path);
    if (entries === undefined) this.closed.push(path);
    for (const { entry, raw } of oddEntries(path)) {
      // no engine gives such names: they are counted with what lies around them
      if (entry.kind === 'directory') this.trees.push({ path: `${path}/${entry.name}`, raw, bucket: other });
      else this.count(other, entry);
    }
    for (const entry of entries ?? [])
      if (!this.without.has(path === '/' ? `/${entry.name}` : `${path}/${entry.name}`))
        this.place(entry, `${path}/${entry.name}`, other, rule(entry, path));
  }

  /** One entry as a whole, with its own blocks. */
  put(entry: Entry, path: string, store: number): void {
    this.place(entry, path, store, store);
  }

  private place(entry: Entry, path: string, other: number, rule: Rule): void {
    if (typeof rule === 'object') this.place(entry, path, rule.own, rule.below);
    else if (typeof rule === 'function') {
      if (entry.kind === 'directory') this.cut(path, other, rule);
      else this.count(other, entry);
    } else if (entry.kind === 'directory') this.trees.push({ path, bucket: rule });
    else this.count(rule, entry);
  }

  private count(store: number, entry: Entry): void {
    const known = this.stores[store];
    if (known && entry.kind !== 'directory') {
      known.apparent += entry.size;
      known.files = (known.files ?? 0) + 1;
      known.changed = Math.max(known.changed ?? 0, entry.changed);
    }
    if (entry.onDisk > 0) this.groups.push({ owners: [store], bytes: entry.onDisk });
  }
}
