import type { Finding, Scene } from '../../causes/cause.ts';
import type { Ran } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Argv } from '../../plan/plan.ts';

/** What the operator may choose with `--set name=value`. */
export interface Setting {
  name: string;
  says: string;
  /** `bytes`: 10g, 512MiB; `path`: absolute; `number`; `text` */
  kind: 'bytes' | 'path' | 'number' | 'text';
  required?: boolean;
}

/** What a remedy is asked to plan. */
export interface PlanRequest {
  scene: Scene;
  /** the finding it is to cure, when there is one */
  finding?: Finding;
  /** `--on`: mount point, container, pool or host as the operator named it */
  on?: string;
  /** checked against the remedy's settings: names known, values of their kind */
  settings: ReadonlyMap<string, string>;
  /** unique name for what the plan makes on the machine */
  id: string;
}

/** The planning half of a remedy: beside the text of the same id. */
export interface PlannedRemedy {
  id: string;
  settings: Setting[];
  /** @throws UllageError when this machine cannot be cured so, with what is in the way */
  draft(request: PlanRequest): Drafting;
}

/** Puts a question; the answer may fail (`exitCode`). */
export function* ask(run: Argv, timeoutMs?: number): Generator<Look, Ran, Ran> {
  return yield { run, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** Puts a question the plan rests on: apply asks it again and refuses when what `pattern` finds (default: all of it) moved. */
export function* rest(says: string, run: Argv, pattern?: string): Generator<Look, Ran, Ran> {
  return yield { run, rest: { says, ...(pattern === undefined ? {} : { pattern }) } };
}

/** The same for a list whose order says nothing. */
export function* restOfList(says: string, run: Argv, pattern?: string): Generator<Look, Ran, Ran> {
  return yield { run, rest: { says, unordered: true, ...(pattern === undefined ? {} : { pattern }) } };
}
