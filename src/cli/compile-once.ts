import { setFlagsFromString } from 'node:v8';

/** V8's majors that are known to have the flag: Node 20 to 25 (v8/src/flags/flag-definitions.h). An unknown flag would be complained of on standard error. */
const KNOWS = { from: 11, to: 14 };

/**
 * V8 compiles a pattern to bytecode at its first use and to machine code at its second. We run
 * once and use hundreds of patterns a few times each: compiling each of them once, to machine
 * code, takes a third off the time in which a text is explained.
 */
export function compilePatternsOnce(): void {
  const major = Number.parseInt(process.versions.v8 ?? '', 10);
  if (major >= KNOWS.from && major <= KNOWS.to) setFlagsFromString('--no-regexp-tier-up');
}
