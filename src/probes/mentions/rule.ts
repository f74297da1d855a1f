import type { MentionTerm } from '../facts/text.ts';

/**
 * How people speak of one thing. `words`: lower-case substrings, one of which every match
 * holds (a cheap gate). `pattern` sees the text in lower case, sentences on one line.
 * Circumstances are read from prose only: a table of df names /dev/shm whatever is wrong.
 */
export interface MentionRule {
  term: MentionTerm;
  words: readonly string[];
  pattern: RegExp;
  /** what counts in machine output as well; without it such a term counts in prose only */
  output?: RegExp;
  /** the term means just this absence ("no containers left"): a denial before it is part of it */
  negative?: true;
}
