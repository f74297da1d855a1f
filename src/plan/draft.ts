import type { Host, Ran } from '../host/host.ts';
import type { Argv, Plan, Rest } from './plan.ts';

/** One question a remedy puts to the machine while it makes a plan. */
export interface Look {
  run: Argv;
  timeoutMs?: number;
  /** the plan rests on the answer: it becomes part of the fingerprint */
  rest?: Pick<Rest, 'says' | 'pattern' | 'unordered'>;
}

/**
 * A remedy at work: it yields questions and is handed what the machine said, and returns the
 * plan's body. It touches no machine itself, so a capture or a test may answer as well.
 */
export type Drafting = Generator<Look, PlanDraft, Ran>;

/** What a remedy knows of a plan; the rest is the same for all. */
export type PlanDraft = Pick<Plan, 'on' | 'settings' | 'predicted' | 'notes' | 'treats' | 'steps'>;

/** What making a plan needs from outside. */
export interface PlanMaking {
  host: Host;
  id: string;
  remedy: string;
  title: string;
  finding: Plan['finding'];
  /** `ssh://…` */
  spec?: string;
}
