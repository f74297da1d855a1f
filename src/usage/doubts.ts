import type { NotJudged } from './document.ts';
import type { Settled } from './quiet-since.ts';

/**
 * What no record names and what is still no orphan, with the reason: it is either an orphan or in here, never
 * passed over. One entry a reason, however many there are.
 */
export class Doubts {
  private readonly paths = new Map<string, string[]>();

  add(path: string, why: string): void {
    const same = this.paths.get(why);
    if (same) same.push(path);
    else this.paths.set(why, [path]);
  }

  list(): NotJudged[] {
    return [...this.paths].map(([why, paths]) => {
      const [first = '', ...more] = paths.toSorted();
      return { what: more.length > 0 ? `${first} and ${more.length} more` : first, why };
    });
  }
}

/** Somebody wrote to it, or made it, between the first look and the last. */
export const MOVED = 'it changed while this looked at it: look again';

export const RECORDS_MOVED = 'its records changed while they were read: look again';

/** Why what is not older than `settled.before` cannot be judged. */
export function tooYoung({ by }: Extract<Settled, { before: number }>): string {
  return by === undefined
    ? MOVED
    : `nothing on record needs it, but it is younger than ${by}, which may be making it: look again when that has ended or was started anew`;
}
