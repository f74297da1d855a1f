import { setFlagsFromString } from 'node:v8';

/** V8's majors that are known to have the flag: Node 20 to 25 (v8/src/flags/flag-definitions.h). An unknown flag would be complained of on standard error. */
const KNOWS = { from: 11, to: 14 };

/**
 * V8 compiles a pattern to bytecode at its first use and to machine code at its second. We run
 * once and use hundreds of patterns a few times each: compiling each of them once, to machine
 * code, takes a third off the time in which a text is explained.
 *
 * By the number of uses that each pattern is given when it is made, never by --no-regexp-tier-up: with that,
 * a pattern that is bytecode already would be run as machine code (RegExpImpl::IrregexpExecRaw), and
 * now and then the process would die of it (SIGSEGV in RegExpInterpreterTrampoline).
 */
export function compilePatternsOnce(): void {
  const major = Number.parseInt(process.versions.v8 ?? '', 10);
  if (major >= KNOWS.from && major <= KNOWS.to) setFlagsFromString('--regexp-tier-up-ticks=0');
}
