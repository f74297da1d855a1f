/**
 * `apply-plan.ts apply PLAN.json | resume | undo`: what the verbs do, without looking at the host again
 * at the end. Prints the outcome. Crash loops start it a hundred times.
 */
import { readFileSync } from 'node:fs';
import { findJournals } from '../../../src/plan/journal.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { apply, resume, undo } from '../../../src/plan/session.ts';

const [verb, file = ''] = process.argv.slice(2);
const going = { watcher: { step() {}, progress() {}, done() {} }, interrupted: () => false, confirmed: true };
const journal = findJournals()[0] ?? '';
const done =
  verb === 'apply'
    ? await apply(JSON.parse(readFileSync(file, 'utf8')) as Plan, going)
    : await (verb === 'undo' ? undo : resume)(journal, going);
process.stdout.write(`${done.outcome}${done.outcome === 'failed' ? `: ${done.why}` : ''}\n`);
process.exitCode = done.outcome === 'failed' ? 2 : 0;
