import { sceneOf } from '../../../src/causes/diagnose.ts';
import type { Ran } from '../../../src/host/host.ts';
import type { PlanDraft } from '../../../src/plan/draft.ts';
import type { Argv, Plan } from '../../../src/plan/plan.ts';
import { validatePlan } from '../../../src/plan/validate.ts';
import type { FactKind } from '../../../src/probes/fact.ts';
import { Facts } from '../../../src/probes/fact.ts';
import type { FactMap } from '../../../src/probes/facts.ts';
import type { PlannedRemedy } from '../../../src/remedies/plans/planned.ts';

/** What a machine says: the beginning of a command line and its answer; a number is an exit status without output. */
export type Answers = readonly (readonly [begins: string, answer: string | number])[];

export type SomeFact = { [K in FactKind]: { kind: K; value: FactMap[K] } }[FactKind];

export interface Order {
  facts?: readonly SomeFact[];
  on?: string;
  settings?: Record<string, string>;
  answers: Answers;
}

/** Lets a remedy plan with recorded answers; a question without one is a program that is not there. */
export function drive(remedy: PlannedRemedy, order: Order): { draft: PlanDraft; asked: Argv[]; rests: string[] } {
  const facts = new Facts(
    (order.facts ?? []).map((fact, index) => ({
      ...fact,
      source: { label: 'test' },
      quote: '',
      order: index,
    })) as never,
  );
  const drafting = remedy.draft({
    scene: sceneOf(facts, 'host'),
    settings: new Map(Object.entries(order.settings ?? {})),
    id: 'ullage-7f3a01',
    ...(order.on === undefined ? {} : { on: order.on }),
  });
  const asked: Argv[] = [];
  const rests: string[] = [];
  let next = drafting.next();
  while (!next.done) {
    asked.push(next.value.run);
    if (next.value.rest) rests.push(next.value.rest.says);
    next = drafting.next(answer(next.value.run, order.answers));
  }
  return { draft: next.value, asked, rests };
}

function answer(argv: Argv, answers: Answers): Ran {
  const line = argv.join(' ');
  const found = answers.find(([begins]) => line.startsWith(begins));
  if (!found) return { stdout: '', stderr: `${argv[0]}: not found`, durationMs: 0, notFound: true };
  const said = found[1];
  return typeof said === 'number'
    ? { exitCode: said, stdout: '', stderr: '', durationMs: 0 }
    : { exitCode: 0, stdout: said, stderr: '', durationMs: 0 };
}

/** Faults of the whole plan that such a draft becomes. */
export function faults(remedy: PlannedRemedy, draft: PlanDraft): string[] {
  const plan: Plan = {
    version: 1,
    id: 'ullage-7f3a01',
    madeAt: '',
    host: { hostname: 'host' },
    finding: null,
    remedy: remedy.id,
    title: remedy.id,
    ...draft,
    fingerprint: { digest: '', facts: [] },
  };
  return validatePlan(plan);
}
