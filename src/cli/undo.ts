import { UllageError } from '../host/host.ts';
import { readJournal } from '../plan/journal.ts';
import { undo } from '../plan/session.ts';
import { stateOf } from '../plan/state.ts';
import { parseVerb } from './arguments.ts';
import { chosenJournal } from './chosen-journal.ts';
import { EXIT } from './exit-status.ts';
import { agree, ending, onInterrupt, teller } from './going.ts';
import { outcomeDocument } from './outcome-document.ts';
import { print } from './show.ts';

/** `ullage undo [ID]`: takes back what an apply did, last step first. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('undo', argv, {
    yes: { type: 'boolean', short: 'y' },
    quiet: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  if (positionals.length > 1)
    throw new UllageError('more than one plan given', positionals.join(' '), 'One plan at a time');
  const path = chosenJournal(
    positionals[0],
    (state) => state.stands !== 'undone' && state.stands !== 'applied',
    'to undo',
  );
  const { plan } = stateOf(readJournal(path));
  if (!(await agree(`Undo ${plan.title} on ${plan.on} (${plan.id})?`, values.yes === true))) return EXIT.unknown;
  const interrupt = onInterrupt();
  try {
    const quiet = values.quiet === true || values.json === true;
    const outcome = await undo(path, { watcher: teller(plan, quiet), interrupted: interrupt.pressed });
    const { lines, status } = ending(plan, outcome);
    if (values.json) print([JSON.stringify(outcomeDocument(plan, outcome), null, 2)]);
    else print([...lines, `journal: ${outcome.journal}`]);
    return status;
  } finally {
    interrupt.forget();
  }
}
