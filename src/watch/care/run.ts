import { UllageError } from '../../host/host.ts';
import type { Outcome } from '../../plan/apply.ts';
import { AnotherApply } from '../../plan/lock.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Going } from '../../plan/session.ts';
import type { CareOrder } from './due.ts';
import type { CareRun } from './ledger.ts';

type Applied = Outcome & { journal: string };

/** What a run needs: the planner, the apply and the memory that every other plan has. */
export interface CareDoing {
  plan(order: CareOrder): Promise<Plan>;
  apply(plan: Plan, going: Going): Promise<Applied>;
  resume(journal: string, going: Going): Promise<Applied>;
  /** of a journal to go on with */
  planOf(journal: string): Plan | undefined;
  /** milliseconds since 1970 after which it is stopped where it is safe */
  until: number;
  /** somebody ends the whole program */
  stopped(): boolean;
  /** remembers the run, before it begins and when it has ended. @throws UllageError when it cannot */
  remember(run: CareRun): void;
  now(): number;
}

/** Why a plan may not run by itself; undefined: its every step is online and waits for nobody. */
export function notByItself(plan: Plan): string | undefined {
  if (plan.predicted.downtime > 0) return `it would stop something for ${plan.predicted.downtime} s`;
  for (const { risk, title, confirm } of [
    { ...plan.predicted, title: 'the whole', confirm: undefined },
    ...plan.steps,
  ]) {
    if (risk !== 'online' && risk !== 'none') return `${title}: its risk is ${risk}`;
    if (confirm !== undefined) return `${title}: it waits for your eyes`;
  }
  return undefined;
}

/**
 * Plans, and applies what may run by itself. What goes wrong is the outcome, never an exception: only that the
 * memory cannot be written is. @throws UllageError then; nothing was done
 */
export async function careRun(order: CareOrder, doing: CareDoing): Promise<CareRun> {
  const at = Math.floor(doing.now() / 1000);
  const { remedy, on, cause } = order;
  let run: CareRun = { at, remedy, on, ...(cause === undefined ? {} : { cause }), outcome: 'begun' };
  const ends = (end: Partial<CareRun> & Pick<CareRun, 'outcome'>): CareRun => {
    run = { ...run, ...end, ended: Math.floor(doing.now() / 1000) };
    doing.remember(run);
    return run;
  };
  const earlier = order.resume === undefined ? undefined : doing.planOf(order.resume);
  let plan: Plan;
  try {
    plan = earlier ?? (await doing.plan(order));
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    return ends({ outcome: 'nothing', why: error.message });
  }
  run = { ...run, plan: plan.id };
  const never = notByItself(plan);
  if (never !== undefined) return ends({ outcome: 'refused', why: never });
  const before = run;
  doing.remember(run);
  let late = false;
  const going: Going = {
    watcher: { step() {}, progress() {}, done() {} },
    interrupted() {
      late ||= doing.now() >= doing.until;
      return late || doing.stopped();
    },
  };
  try {
    const ended = await (earlier && order.resume !== undefined
      ? doing.resume(order.resume, going)
      : doing.apply(plan, going));
    const { journal } = ended;
    if (ended.outcome === 'failed')
      return ends({ outcome: 'failed', journal, why: `${ended.step.title}: ${ended.why}` });
    if (ended.outcome === 'interrupted')
      return ends({
        outcome: 'interrupted',
        journal,
        why: `${ended.step.title}: ${late ? 'its time was over' : 'the watch was ended'}`,
      });
    return ends({ outcome: ended.outcome === 'applied' ? 'applied' : 'failed', journal });
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    run = before;
    return ends({ outcome: error instanceof AnotherApply ? 'busy' : 'refused', why: error.message });
  }
}
