import { UllageError } from '../host/host.ts';
import { findJournals, readJournal } from '../plan/journal.ts';
import { type State, stateOf } from '../plan/state.ts';

/** The journal of that id; without one, the only journal that fits. @throws UllageError when none or several do */
export function chosenJournal(id: string | undefined, fits: (state: State) => boolean, purpose: string): string {
  const all = findJournals().map((path) => ({ path, state: stateOf(readJournal(path)) }));
  if (id !== undefined) {
    const found = all.find(({ path, state }) => state.plan.id === id || path === id);
    if (!found) throw new UllageError('no such journal', id, 'ullage journal lists them');
    return found.path;
  }
  const fitting = all.filter(({ state }) => fits(state));
  const [only, ...others] = fitting;
  if (!only) throw new UllageError(`there is nothing ${purpose}`, 'no journal', 'ullage journal lists all');
  if (others.length > 0)
    throw new UllageError(
      `more than one plan ${purpose}`,
      fitting.map(({ state }) => state.plan.id).join(', '),
      'Name one',
    );
  return only.path;
}
