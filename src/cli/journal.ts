import { UllageError } from '../host/host.ts';
import { findJournals, type JournalLine, readJournal } from '../plan/journal.ts';
import { type State, stateOf } from '../plan/state.ts';
import { safeText } from '../probes/clean.ts';
import { parseVerb } from './arguments.ts';
import { chosenJournal } from './chosen-journal.ts';
import { EXIT } from './exit-status.ts';
import { shown } from './render/shown.ts';
import { print } from './show.ts';

/** `ullage journal [ID] [--json]`: the applies of this machine and how they stand; with an ID, all of one. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('journal', argv, { json: { type: 'boolean' } });
  if (positionals.length > 1)
    throw new UllageError('more than one plan given', positionals.join(' '), 'One plan at a time');
  const [id] = positionals;
  if (id !== undefined) {
    const lines = readJournal(chosenJournal(id, () => true, 'to show'));
    const document: JournalEvents = { version: 1, events: lines };
    print(values.json ? [JSON.stringify(document, null, 2)] : whole(stateOf(lines), lines));
    return EXIT.healthy;
  }
  const damaged: UllageError[] = [];
  const all = findJournals(undefined, (error) => damaged.push(error)).map((path) => ({
    path,
    state: stateOf(readJournal(path)),
  }));
  const document: JournalList = { version: 1, journals: all.map(({ path, state }) => brief(path, state)) };
  if (values.json) print([JSON.stringify(document, null, 2)]);
  else if (all.length > 0) print(all.map(({ state }) => line(state)));
  else if (damaged.length === 0) print(['Nothing was applied on this machine.']);
  for (const { message } of damaged) process.stderr.write(`ullage: ${safeText(message)}\n`);
  if (damaged.length > 0) return EXIT.unknown;
  return all.some(({ state }) => state.stands === 'unfinished') ? EXIT.warning : EXIT.healthy;
}

/** One apply, for people. */
function line({ plan, startedAt, stands, failure }: State): string {
  const why = failure ? `  (${safeText(failure).slice(0, 100)})` : '';
  return safeText(`${plan.id}  ${startedAt.slice(0, 16)}  ${stands.padEnd(10)}  ${plan.remedy}  ${plan.on}${why}`);
}

/** What `ullage journal --json` prints. */
export interface JournalList {
  version: 1;
  journals: JournalBrief[];
}

/** What `ullage journal ID --json` prints: the lines of one journal, the plan first. */
export interface JournalEvents {
  version: 1;
  events: JournalLine[];
}

/** One apply, in short. */
export interface JournalBrief {
  id: string;
  path: string;
  remedy: string;
  on: string;
  host: string;
  stands: State['stands'];
  startedAt: string;
  lastAt: string;
  failure?: string;
  steps: { id: string; state: string }[];
}

function brief(path: string, state: State): JournalBrief {
  const { plan, stands, startedAt, lastAt, failure } = state;
  return {
    id: plan.id,
    path,
    remedy: plan.remedy,
    on: plan.on,
    host: plan.host.hostname,
    stands,
    startedAt,
    lastAt,
    ...(failure ? { failure } : {}),
    steps: plan.steps.map((step) => ({ id: step.id, state: state.steps.get(step.id) ?? 'untouched' })),
  };
}

function whole(state: State, lines: readonly JournalLine[]): string[] {
  return [
    `${state.plan.id}  ${state.stands}  ${state.plan.title} on ${state.plan.on}`,
    ...lines.map((line) => `${line.at.slice(0, 19)}  ${event(line)}`),
  ].map(safeText);
}

function event(line: JournalLine): string {
  switch (line.event) {
    case 'plan':
      return `plan ${line.plan.remedy}, ${line.plan.steps.length} steps`;
    case 'command':
      return `  $ ${shown(line.argv)}`;
    case 'ran':
      return `  exit ${line.exit ?? 'unknown'} in ${line.seconds} s${line.stderr ? `: ${safeText(line.stderr).slice(0, 200)}` : ''}`;
    case 'started':
      return `  process ${line.process.pid}`;
    case 'begun':
      return `  process ${line.owner.split(':')[3] ?? ''} works on it`;
    case 'progress':
      return `  ${Math.round(line.fraction * 100)} %`;
    case 'resumed':
      return `gone on with ${line.by}`;
    case 'finished':
      return line.outcome;
    case 'waiting':
      return `${line.step} waits: ${line.for}`;
    case 'failed':
    case 'skipped':
      return `${line.step} ${line.event}: ${line.why}`;
    default:
      return `${line.step} ${line.event}${line.event === 'done' && line.recognised ? ' before, as the machine shows' : ''}`;
  }
}
