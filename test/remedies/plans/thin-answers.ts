import type { Ran } from '../../../src/host/host.ts';
import type { Drafting, PlanDraft } from '../../../src/plan/draft.ts';
import { Facts } from '../../../src/probes/fact.ts';
import type { FactMap } from '../../../src/probes/facts.ts';
import type { PlanRequest } from '../../../src/remedies/plans/planned.ts';

/** What a machine says to a command line; the first that the line begins with. */
export type Answers = readonly (readonly [string, string | { exit: number; stderr?: string }])[];

/** Lets a remedy plan on recorded answers; what nobody recorded is a program that fails. */
export function drafted(drafting: Drafting, answers: Answers): PlanDraft {
  let next = drafting.next();
  while (!next.done) next = drafting.next(said(next.value.run.join(' '), answers));
  return next.value;
}

function said(line: string, answers: Answers): Ran {
  const answer = answers.find(([begins]) => line.startsWith(begins))?.[1] ?? { exit: 1 };
  if (typeof answer === 'string') return { exitCode: 0, stdout: answer, stderr: '', durationMs: 0 };
  return { exitCode: answer.exit, stdout: '', stderr: answer.stderr ?? '', durationMs: 0 };
}

type Said = { [K in keyof FactMap]?: FactMap[K][] };

export function request(settings: Record<string, string>, said: Said = {}, on?: string): PlanRequest {
  const facts = new Facts(
    Object.entries(said).flatMap(([kind, values]) =>
      values.map((value, order) => ({ kind, value, source: { label: 'test' }, quote: '', order })),
    ) as ConstructorParameters<typeof Facts>[0],
  );
  return {
    scene: { facts, stack: { layers: [] }, headroom: [], from: 'host' },
    settings: new Map(Object.entries(settings)),
    id: 'ullage-test',
    ...(on === undefined ? {} : { on }),
  };
}
