import type { Outcome } from '../plan/apply.ts';
import type { Plan } from '../plan/plan.ts';
import type { Measured } from './headroom-after.ts';

/** What `ullage apply --json` and `ullage undo --json` print: how it ended and, behind an apply, what the machine can take now. */
export type OutcomeDocument = {
  version: 1;
  /** of the plan */
  id: string;
  /** path of the journal */
  journal: string;
} & Outcome &
  Partial<Measured>;

export function outcomeDocument(
  plan: Plan,
  outcome: Outcome & { journal: string },
  measured: Partial<Measured> = {},
): OutcomeDocument {
  return { version: 1, id: plan.id, ...outcome, ...measured };
}
