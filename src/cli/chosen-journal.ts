import { UllageError } from '../host/host.ts';
import { findJournals, journalOf, readJournal } from '../plan/journal.ts';
import { type State, stateOf } from '../plan/state.ts';

/**
 * The journal of that id; without one, the only journal that fits.
 * @param named what fits was named otherwise, so that no other journal can be meant
 * @throws UllageError when none or several do
 */
export function chosenJournal(
  id: string | undefined,
  fits: (state: State) => boolean,
  purpose: string,
  named = false,
): string {
  if (id !== undefined) {
    const path = journalOf(id);
    // killed at its first byte: it holds no plan yet
    if (path === undefined || readJournal(path).length === 0)
      throw new UllageError('no such journal', id, 'ullage journal lists them');
    return path;
  }
  const damaged: UllageError[] = [];
  const fitting = findJournals(undefined, (error) => damaged.push(error))
    .map((path) => ({ path, state: stateOf(readJournal(path)) }))
    .filter(({ state }) => fits(state));
  const [only, ...others] = fitting;
  const [first] = damaged;
  // the one that cannot be read may be the one that is meant
  if (first && !(named && only))
    throw new UllageError(first.what, first.where, 'ullage journal lists the others: name the plan', { cause: first });
  if (!only) throw new UllageError(`there is nothing ${purpose}`, 'no journal', 'ullage journal lists all');
  if (others.length > 0)
    throw new UllageError(
      `more than one plan ${purpose}`,
      fitting.map(({ state }) => state.plan.id).join(', '),
      'Name one',
    );
  return only.path;
}
