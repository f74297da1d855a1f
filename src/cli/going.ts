import { UllageError } from '../host/host.ts';
import type { Outcome } from '../plan/apply.ts';
import type { Plan } from '../plan/plan.ts';
import type { Watcher } from '../plan/run.ts';
import { safeText } from '../probes/clean.ts';
import { EXIT } from './exit-status.ts';
import { seconds } from './render/plan.ts';

/** Ctrl-C once: stop where it is safe. Twice: leave at once (what runs goes on without us). */
export function onInterrupt(): { pressed: () => boolean; forget(): void } {
  let times = 0;
  const press = () => {
    times++;
    if (times === 1) process.stderr.write('\nstopping where it is safe; press again to leave at once\n');
    else process.exit(EXIT.unknown);
  };
  process.on('SIGINT', press);
  process.on('SIGTERM', press);
  return {
    pressed: () => times > 0,
    forget() {
      process.off('SIGINT', press);
      process.off('SIGTERM', press);
    },
  };
}

/** Tells each step on stderr; a terminal sees how far it is as well. */
export function teller(plan: Plan, quiet: boolean): Watcher {
  if (quiet) return { step() {}, progress() {}, done() {} };
  const terminal = process.stderr.isTTY === true;
  let line = false;
  let started = Date.now();
  const say = (text: string) => {
    if (line) process.stderr.write('\r\x1b[K');
    line = false;
    process.stderr.write(`${safeText(text)}\n`);
  };
  const name = (id: string) => {
    const index = plan.steps.findIndex((step) => step.id === id);
    return `${index + 1}/${plan.steps.length} ${plan.steps[index]?.title ?? id}`;
  };
  let waits = '';
  return {
    step(step, doing, why) {
      const text = { run: '', undo: 'undo ', recognised: 'done before: ', skipped: 'left out: ', wait: 'waits: ' }[
        doing
      ];
      const whole = `${text}${name(step.id)}${why ? ` (${why})` : ''}`;
      if (doing === 'wait' && whole === waits) return;
      waits = whole;
      started = Date.now();
      say(whole);
    },
    progress(_, { fraction }) {
      if (!terminal) return;
      const spent = (Date.now() - started) / 1000;
      const left = fraction > 0.02 ? `, about ${seconds((spent * (1 - fraction)) / fraction)} left` : '';
      process.stderr.write(`\r\x1b[K     ${Math.round(fraction * 100)} %${left}`);
      line = true;
    },
    done(_, took) {
      if (took >= 2) say(`     ${seconds(took)}`);
    },
  };
}

/** What to say at the end, and the exit status. */
export function ending(plan: Plan, outcome: Outcome): { lines: string[]; status: number } {
  switch (outcome.outcome) {
    case 'applied':
      return { lines: [`applied: ${safeText(plan.title)}`], status: EXIT.healthy };
    case 'undone':
      return { lines: [`undone: ${safeText(plan.title)}`], status: EXIT.healthy };
    case 'waiting':
      return {
        lines: [
          `waits for you: ${safeText(outcome.for)}`,
          `then: ullage apply --resume ${plan.id} --confirm; or back: ullage undo ${plan.id}`,
        ],
        status: EXIT.healthy,
      };
    case 'interrupted':
      return {
        lines: [
          `interrupted at ${safeText(outcome.step.title)}`,
          `go on: ullage apply --resume ${plan.id}; or back: ullage undo ${plan.id}`,
        ],
        status: EXIT.warning,
      };
    default:
      return {
        lines: [
          `failed at ${safeText(outcome.step.title)}: ${safeText(outcome.why)}`,
          `mend that and go on: ullage apply --resume ${plan.id}; or back: ullage undo ${plan.id}`,
        ],
        status: EXIT.critical,
      };
  }
}

/** Asks on the terminal. @throws UllageError where there is none and --yes was not given */
export async function agree(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    throw new UllageError('nobody to ask', question, 'Give --yes to do it without being asked');
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-C and Ctrl-D close the line without an answer: that is a no
    const closed = new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
    });
    const answer = await Promise.race([lines.question(`${safeText(question)} [y/N] `), closed]);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    process.stderr.write('nothing was done\n');
    return false;
  } finally {
    lines.close();
  }
}
