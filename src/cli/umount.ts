import { UllageError } from '../host/host.ts';
import { readJournal } from '../plan/journal.ts';
import { resume } from '../plan/session.ts';
import { stateOf } from '../plan/state.ts';
import { safeText } from '../probes/clean.ts';
import { parseVerb } from './arguments.ts';
import { chosenJournal } from './chosen-journal.ts';
import { ending, onInterrupt, teller } from './going.ts';
import { print } from './show.ts';

/** `ullage umount [CONTAINER|DIR]`: trims, unmounts, and removes just the device that `ullage mount` made. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('umount', argv, { quiet: { type: 'boolean' } });
  const [name, ...more] = positionals;
  if (more.length > 0) throw new UllageError('more than one name given', positionals.join(' '), 'One at a time');
  const path = chosenJournal(
    undefined,
    ({ plan, stands }) =>
      plan.remedy === 'container-volume' &&
      (stands === 'waiting' || stands === 'unfinished') &&
      (name === undefined || [plan.on, plan.id, plan.settings['at']].includes(name)),
    'mounted',
    name !== undefined,
  );
  const { plan } = stateOf(readJournal(path));
  const interrupt = onInterrupt();
  try {
    const watcher = teller(plan, values.quiet === true);
    const outcome = await resume(path, { watcher, interrupted: interrupt.pressed, confirmed: true });
    const { lines, status } = ending(plan, outcome);
    print(outcome.outcome === 'applied' ? [safeText(`${plan.on} is unmounted, and its device removed`)] : lines);
    return status;
  } finally {
    interrupt.forget();
  }
}
