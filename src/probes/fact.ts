import type { FactMap } from './facts.ts';

/**
 * What one source said, typed, with where it came from. Unknown is not zero: what was not
 * seen is absent.
 */
export type FactKind = keyof FactMap;

export interface Source {
  /** `btrfs filesystem show`, `/proc/self/mountinfo`, `pasted text` */
  label: string;
  /** 1-based line in that source; absent for values that have no line (statfs) */
  line?: number;
}

export interface Fact<K extends FactKind = FactKind> {
  kind: K;
  value: FactMap[K];
  source: Source;
  /** the line or lines as the machine printed them (cleaned of terminal escapes) */
  quote: string;
  /** position among all facts of this look: pastes tell a story in order */
  order: number;
}

/** What a probe's scan returns; the collector adds source and order. */
export interface Found<K extends FactKind = FactKind> {
  kind: K;
  value: FactMap[K];
  /** 1-based line the fact starts on */
  line?: number;
  /** defaults to the text of `line` */
  quote?: string;
}

/** Makes a Found with its kind and value checked against each other. */
export function found<K extends FactKind>(kind: K, value: FactMap[K], line?: number, quote?: string): Found {
  return { kind, value, ...(line === undefined ? {} : { line }), ...(quote === undefined ? {} : { quote }) } as Found;
}

export class Facts {
  readonly #list: Fact[] = [];
  readonly #byKind = new Map<FactKind, Fact[]>();

  constructor(facts: Iterable<Fact> = []) {
    for (const fact of facts) this.add(fact);
  }

  add(fact: Fact): void {
    this.#list.push(fact);
    const same = this.#byKind.get(fact.kind);
    if (same) same.push(fact);
    else this.#byKind.set(fact.kind, [fact]);
  }

  get list(): readonly Fact[] {
    return this.#list;
  }

  all<K extends FactKind>(kind: K, where?: (value: FactMap[K]) => boolean): Fact<K>[] {
    const facts = (this.#byKind.get(kind) ?? []) as unknown as Fact<K>[];
    return where ? facts.filter((fact) => where(fact.value)) : facts;
  }

  first<K extends FactKind>(kind: K, where?: (value: FactMap[K]) => boolean): Fact<K> | undefined {
    const facts = (this.#byKind.get(kind) ?? []) as unknown as Fact<K>[];
    return where ? facts.find((fact) => where(fact.value)) : facts[0];
  }

  last<K extends FactKind>(kind: K, where?: (value: FactMap[K]) => boolean): Fact<K> | undefined {
    const facts = (this.#byKind.get(kind) ?? []) as unknown as Fact<K>[];
    return where ? facts.findLast((fact) => where(fact.value)) : facts.at(-1);
  }

  has<K extends FactKind>(kind: K, where?: (value: FactMap[K]) => boolean): boolean {
    return this.first(kind, where) !== undefined;
  }
}
