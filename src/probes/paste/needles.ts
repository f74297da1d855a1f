/**
 * Which words must stand in a text for a pattern to match it, read from the pattern itself. A
 * rule whose words are not there need not be tried, nor compiled: most rules of a long list
 * speak of things that a given line never mentions.
 */

/** A lower-case word; one of several; every one of several; `true` when nothing can be told. */
export type Needles = string | true | { any: readonly Needles[] } | { all: readonly Needles[] };

/** A shorter word is in every text. */
const SHORTEST = 2;

/** What the lower-case form of every text that `pattern` matches holds. */
export function needlesOf(pattern: RegExp): Needles {
  const reader = new Reader(pattern.source);
  const needles = reader.alternatives();
  return reader.failed ? true : needles;
}

/** Can a text, given in lower case, match the pattern of these needles? */
export function mayMatch(needles: Needles, lower: string): boolean {
  if (typeof needles === 'string') return lower.includes(needles);
  if (needles === true) return true;
  if ('any' in needles) {
    for (const one of needles.any) if (mayMatch(one, lower)) return true;
    return false;
  }
  for (const one of needles.all) if (!mayMatch(one, lower)) return false;
  return true;
}

/** The rules that may match a text given in lower case. */
export interface Sieve<T> {
  (lower: string): readonly T[];
  /** for many parts of one text: rules that match none of it are not tried with each */
  within(wholeLower: string): (lower: string) => readonly T[];
}

/** `patterns`: what of a rule must match, all of it. */
export function sieve<T>(rules: readonly T[], patterns: (rule: T) => readonly RegExp[]): Sieve<T> {
  let made: readonly Needled<T>[] | undefined;
  const all = () => {
    made ??= rules.map((rule) => ({ rule, needles: { all: patterns(rule).map(needlesOf) } }));
    return made;
  };
  return Object.assign((lower: string) => possible(all(), lower).map(({ rule }) => rule), {
    within: (wholeLower: string) => {
      const some = possible(all(), wholeLower);
      return (lower: string) => possible(some, lower).map(({ rule }) => rule);
    },
  });
}

interface Needled<T> {
  rule: T;
  needles: Needles;
}

function possible<T>(list: readonly Needled<T>[], lower: string): readonly Needled<T>[] {
  return list.filter(({ needles }) => mayMatch(needles, lower));
}

function commonness(needles: Needles): number {
  if (typeof needles === 'string') return -needles.length;
  return needles === true ? 1000 : 'any' in needles ? needles.any.length : 0;
}

/** An assertion: it takes no character. */
const EMPTY = Symbol('empty');

/** Reads a pattern's source once, from left to right. What it does not know it takes for anything. */
class Reader {
  failed = false;
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Alternatives up to the closing parenthesis or the end. */
  alternatives(): Needles {
    const any = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      any.push(this.#sequence());
    }
    return any.length === 1 ? (any[0] ?? true) : any.includes(true) ? true : { any };
  }

  #sequence(): Needles {
    const all: Needles[] = [];
    let run = '';
    while (this.#at < this.#source.length) {
      const from = this.#at;
      while (isPlain(this.#source.charCodeAt(this.#at))) this.#at++;
      // a quantifier is the last character's alone
      if (this.#at > from && this.#isQuantified()) this.#at--;
      if (this.#at > from) {
        run += this.#source.slice(from, this.#at).toLowerCase();
        continue;
      }
      const char = this.#source[this.#at] ?? '';
      if (char === '|' || char === ')') break;
      const atom = this.#atom(char);
      const least = this.#quantifier();
      if (atom === EMPTY) continue;
      if (typeof atom === 'string') {
        if (least !== 0) run += atom;
        if (least === undefined) continue;
      }
      if (run.length >= SHORTEST) all.push(run);
      // `a{2,}`: the last `a` may begin the next word
      run = typeof atom === 'string' && least !== 0 ? atom : '';
      if (typeof atom === 'object' && least !== 0) all.push(atom);
    }
    if (run.length >= SHORTEST) all.push(run);
    // what is tested soonest is what is rarest: one long word, then few alternatives
    return all.length > 1 ? { all: all.sort((a, b) => commonness(a) - commonness(b)) } : (all[0] ?? true);
  }

  #isQuantified(): boolean {
    const char = this.#source[this.#at];
    return char === '*' || char === '+' || char === '?' || char === '{';
  }

  /** One character, class, group or assertion: its character, its needles, or `true`. */
  #atom(char: string): Needles | typeof EMPTY {
    this.#at++;
    if (char === '^' || char === '$') return EMPTY;
    if (char === '.') return true;
    if (char === '[') return this.#class();
    if (char === '(') return this.#group();
    if (char !== '\\') return char.toLowerCase();
    const escaped = this.#source[this.#at++] ?? '';
    if (escaped === 'b' || escaped === 'B') return EMPTY;
    if ('pPukxc'.includes(escaped)) {
      const rest = this.#source.slice(this.#at, this.#at + 80);
      const fixed = escaped === 'u' ? 4 : escaped === 'x' ? 2 : escaped === 'c' ? 1 : 0;
      this.#at += /^\{[^}]*\}|^<[^>]*>/.exec(rest)?.[0].length ?? fixed;
      return true;
    }
    return /[a-zA-Z0-9]/.test(escaped) ? true : escaped;
  }

  /** `[.]` and `[Nn]` are one character. */
  #class(): string | true {
    const from = this.#at;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']')
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    const inside = this.#source.slice(from, this.#at++).toLowerCase();
    const first = inside[0] ?? '\\';
    return inside.length <= 2 && !'\\^-'.includes(first) && (inside[1] ?? first) === first ? first : true;
  }

  #group(): Needles | typeof EMPTY {
    let around = false;
    if (this.#source[this.#at] === '?') {
      const kind = /^\?(?::|<?[=!]|<[^>]*>)/.exec(this.#source.slice(this.#at, this.#at + 80))?.[0] ?? '';
      if (kind === '') this.failed = true;
      around = kind.endsWith('=') || kind.endsWith('!');
      this.#at += kind.length;
    }
    const needles = this.alternatives();
    if (this.#source[this.#at++] !== ')') this.failed = true;
    // as a list, since a bare word would join its neighbours
    return around ? EMPTY : typeof needles === 'string' ? { all: [needles] } : needles;
  }

  /** The least count behind an atom; undefined when it has no quantifier. */
  #quantifier(): number | undefined {
    if (!this.#isQuantified()) return undefined;
    const char = this.#source[this.#at];
    const counted = char === '{' ? /^\{(\d+)(?:,\d*)?\}/.exec(this.#source.slice(this.#at, this.#at + 24)) : null;
    if (char === '{' && !counted) this.failed = true;
    this.#at += counted?.[0].length ?? 1;
    if (this.#source[this.#at] === '?') this.#at++;
    return counted ? Number(counted[1]) : char === '+' ? 1 : 0;
  }
}

/** Not one of `^ $ \ . * + ? ( ) [ ] { } |`, nor the end. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x20 ||
    (code > 0x2b && code < 0x3f && code !== 0x2e) ||
    code > 0x7d ||
    code === 0x5f
  );
}
