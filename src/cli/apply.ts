import { UllageError } from '../host/host.ts';
import { readPlanFile } from '../host/read-plan-file.ts';
import { readJournal } from '../plan/journal.ts';
import { parsePlan } from '../plan/parse-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { apply, resume } from '../plan/session.ts';
import { stateOf } from '../plan/state.ts';
import { parseVerb } from './arguments.ts';
import { chosenJournal } from './chosen-journal.ts';
import { EXIT } from './exit-status.ts';
import { agree, ending, onInterrupt, teller } from './going.ts';
import { outcomeDocument } from './outcome-document.ts';
import { planLines } from './render/plan.ts';
import { styleFor } from './render/style.ts';
import { print } from './show.ts';

/** `ullage apply PLAN`, `ullage apply --resume [ID]`: does what a plan says, step by step. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('apply', argv, {
    yes: { type: 'boolean', short: 'y' },
    resume: { type: 'boolean' },
    confirm: { type: 'boolean' },
    'no-look': { type: 'boolean' },
    quiet: { type: 'boolean' },
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  if (positionals.length > 1)
    throw new UllageError('more than one plan given', positionals.join(' '), 'One plan at a time');
  const quiet = values.quiet === true || values.json === true;
  const yes = values.yes === true;
  const style = await styleFor(process.stderr, values['no-color'] === true);
  const confirmed = values.confirm === true;
  const [name] = positionals;
  let plan: Plan;
  let path: string | undefined;
  if (values.resume) {
    path = chosenJournal(name, (state) => state.stands === 'unfinished' || state.stands === 'waiting', 'to go on with');
    plan = stateOf(readJournal(path)).plan;
    if (!(await agree(`Go on with ${plan.title} on ${plan.on} (${plan.id})?`, yes))) return EXIT.unknown;
  } else {
    if (name === undefined)
      throw new UllageError(
        'no plan given',
        'ullage apply',
        'ullage plan -o plan.json makes one; --resume goes on with one',
      );
    plan = parsePlan(await readPlanFile(name), name);
    if (!quiet) process.stderr.write(`${planLines(plan, style, name).slice(0, -2).join('\n')}\n\n`);
    if (!(await agree('Do it?', yes))) return EXIT.unknown;
  }
  const interrupt = onInterrupt();
  const going = { watcher: teller(plan, quiet), interrupted: interrupt.pressed, confirmed };
  try {
    const outcome = path === undefined ? await apply(plan, going) : await resume(path, going);
    const { lines, status } = ending(plan, outcome);
    const ended = outcome.outcome === 'applied' || outcome.outcome === 'waiting';
    const measured = ended && values['no-look'] !== true ? await measure(plan) : undefined;
    if (values.json) print([JSON.stringify(outcomeDocument(plan, outcome, measured), null, 2)]);
    else print([...lines, ...(measured?.lines ?? []), `journal: ${outcome.journal}`]);
    return status;
  } finally {
    interrupt.forget();
  }
}

/** The headroom that was promised against the one there is now. */
async function measure(plan: Plan) {
  const { headroomAfter, notMeasured } = await import('./headroom-after.ts');
  // what was done is done: that it cannot be looked at is no failure of it
  return headroomAfter(plan).catch(notMeasured);
}
