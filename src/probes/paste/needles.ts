/**
 * Which words must stand in a text for a pattern to match it, read from the pattern itself. A
 * rule whose words are not there need not be tried, nor compiled: most rules of a long list
 * speak of things that a given text never mentions.
 */

/** A shorter word is in every text. */
const SHORTEST = 2;
/** More alternatives than this cost more than the pattern. */
const MOST = 40;

/**
 * Lower-case strings, one of which is in the lower-case form of every text that `pattern`
 * matches; `undefined` when none can be told.
 */
export function needlesOf(pattern: RegExp): readonly string[] | undefined {
  const reader = new Reader(pattern.source);
  const needles = reader.alternatives();
  return reader.failed || !needles || needles.length > MOST ? undefined : needles;
}

/**
 * The rules that may match a text given in lower case. `patterns` tells what of a rule must
 * match, all of it.
 */
export function sieve<T>(
  rules: readonly T[],
  patterns: (rule: T) => readonly RegExp[],
): (lower: string) => readonly T[] {
  let needles: (readonly (readonly string[])[])[] | undefined;
  return (lower) => {
    needles ??= rules.map((rule) => patterns(rule).flatMap((one) => [needlesOf(one) ?? []]));
    const all = needles;
    return rules.filter((_, i) =>
      all[i]?.every((words) => words.length === 0 || words.some((word) => lower.includes(word))),
    );
  };
}

/** An assertion: it takes no character. */
const EMPTY = Symbol('empty');

type Needles = readonly string[] | undefined;

/** The rarer of two: the longer its shortest word, the fewer texts have it. */
function better(a: Needles, b: Needles): Needles {
  if (!a || !b) return a ?? b;
  return worth(b) > worth(a) ? b : a;
}

function worth(needles: readonly string[]): number {
  let shortest = 8;
  for (const one of needles) if (one.length < shortest) shortest = one.length;
  return shortest - needles.length / 8;
}

/** Reads a pattern's source once, from left to right. What it does not know it takes for anything. */
class Reader {
  failed = false;
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Alternatives up to the closing parenthesis or the end: every one must have needles. */
  alternatives(): Needles {
    const all: string[] = [];
    let open = false;
    for (;;) {
      const one = this.#sequence();
      if (one) all.push(...one);
      else open = true;
      if (this.#source[this.#at] !== '|') break;
      this.#at++;
    }
    return open ? undefined : [...new Set(all)];
  }

  #sequence(): Needles {
    let best: Needles;
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
      const literal = typeof atom === 'string' && least !== 0 ? atom : '';
      run += literal;
      if (literal !== '' && least === undefined) continue;
      if (run.length >= SHORTEST) best = better(best, [run]);
      // `a{2,}`: the last `a` may begin the next word
      run = literal;
      if (typeof atom === 'object' && least !== 0) best = better(best, atom);
    }
    return run.length >= SHORTEST ? better(best, [run]) : best;
  }

  #isQuantified(): boolean {
    const char = this.#source[this.#at];
    return char === '*' || char === '+' || char === '?' || char === '{';
  }

  /** One character, class, group or assertion: its character, its needles, or nothing that is known. */
  #atom(char: string): string | readonly string[] | typeof EMPTY | undefined {
    this.#at++;
    if (char === '^' || char === '$') return EMPTY;
    if (char === '.') return undefined;
    if (char === '[') return this.#class();
    if (char === '(') return this.#group();
    if (char !== '\\') return char.toLowerCase();
    const escaped = this.#source[this.#at++] ?? '';
    if (escaped === 'b' || escaped === 'B') return EMPTY;
    if ('pPukxc'.includes(escaped)) {
      const rest = this.#source.slice(this.#at, this.#at + 80);
      const fixed = escaped === 'u' ? 4 : escaped === 'x' ? 2 : escaped === 'c' ? 1 : 0;
      this.#at += /^\{[^}]*\}|^<[^>]*>/.exec(rest)?.[0].length ?? fixed;
      return undefined;
    }
    return /[a-zA-Z0-9]/.test(escaped) ? undefined : escaped;
  }

  /** `[.]` and `[Nn]` are one character. */
  #class(): string | undefined {
    const from = this.#at;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']')
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    const inside = this.#source.slice(from, this.#at++);
    if (inside.length > 2) return undefined;
    const one = inside.toLowerCase();
    return one !== '' && !'\\^-'.includes(one[0] ?? '') && (one.length === 1 || one[0] === one[1]) ? one[0] : undefined;
  }

  #group(): readonly string[] | typeof EMPTY | undefined {
    let around = false;
    if (this.#source[this.#at] === '?') {
      const kind = /^\?(?::|<?[=!]|<[^>]*>)/.exec(this.#source.slice(this.#at, this.#at + 80))?.[0] ?? '';
      if (kind === '') this.failed = true;
      around = kind.endsWith('=') || kind.endsWith('!');
      this.#at += kind.length;
    }
    const needles = this.alternatives();
    if (this.#source[this.#at++] !== ')') this.failed = true;
    return around ? EMPTY : needles;
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

/** `^ $ \ . * + ? ( ) [ ] { } |` and the end are not. */
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
