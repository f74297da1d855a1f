import type { ChangingHost } from '../../src/host/changing.ts';
import type { Ran } from '../../src/host/host.ts';
import type { Journal, JournalEvent, JournalLine } from '../../src/plan/journal.ts';
import type { Plan, Step } from '../../src/plan/plan.ts';
import type { Work } from '../../src/plan/run.ts';
import { stateOf } from '../../src/plan/state.ts';

/** Everything stops at once: no handler of ours may do anything more. */
export class Killed extends Error {}

/**
 * A machine that holds named things: `make X` (fails when it is there), `drop X` (fails when it is
 * not), `ensure X`, `has X`, `show`. `strikes` counts programs and journal lines; at `at` it dies.
 */
export interface Machine {
  things: Set<string>;
  lines: JournalLine[];
  /** programs that changed something, in order */
  ran: string[];
  alive: boolean;
}

export type Strike = { kind: 'before' | 'after' | 'write' | 'fail' | 'fail-after' | 'timeout'; at: number };

export function machine(...things: string[]): Machine {
  return { things: new Set(things), lines: [], ran: [], alive: true };
}

function act(machine: Machine, argv: readonly string[]): Ran {
  const [verb, name = ''] = argv;
  const answer = (exitCode: number, stdout = '', stderr = ''): Ran => ({ exitCode, stdout, stderr, durationMs: 0 });
  const there = machine.things.has(name);
  switch (verb) {
    case 'has':
      return answer(there ? 0 : 1);
    case 'show':
      return answer(0, [...machine.things].sort().join('\n'));
    case 'make':
      if (there) return answer(1, '', `${name}: exists`);
      machine.things.add(name);
      return answer(0);
    case 'ensure':
      machine.things.add(name);
      return answer(0);
    case 'drop':
      if (!there) return answer(1, '', `${name}: no such thing`);
      machine.things.delete(name);
      return answer(0);
    default:
      return { stdout: '', stderr: `${verb}: not found`, durationMs: 0, notFound: true };
  }
}

/**
 * The doors of one life of the program: after a strike that kills, nothing answers any more. `does` answers in
 * place of the things in memory.
 */
export function life(
  machine: Machine,
  plan: Plan,
  strike?: Strike,
  does: (argv: readonly string[]) => Ran = (argv) => act(machine, argv),
): { work: Work; struck: () => boolean } {
  machine.alive = true;
  let changes = 0;
  let writes = 0;
  let struck = false;
  const living = () => {
    if (!machine.alive) throw new Killed();
  };
  const die = (): never => {
    machine.alive = false;
    struck = true;
    throw new Killed();
  };
  const hits = (kind: Strike['kind'], count: number) => {
    const hit = strike?.kind === kind && strike.at === count;
    if (hit) struck = true;
    return hit;
  };
  const journal: Journal = {
    path: 'memory',
    write(event: JournalEvent) {
      living();
      machine.lines.push(JSON.parse(JSON.stringify({ at: new Date(0).toISOString(), ...event })) as JournalLine);
      if (hits('write', ++writes)) die();
    },
    close() {},
  };
  const host: ChangingHost = {
    label: 'a machine in memory',
    async run(argv) {
      living();
      return does(argv);
    },
    async change(argv) {
      living();
      changes++;
      if (hits('before', changes)) die();
      if (hits('fail', changes)) return { exitCode: 1, stdout: '', stderr: 'on purpose', durationMs: 0 };
      if (hits('timeout', changes)) return { timedOut: true, stdout: '', stderr: '', durationMs: 0 };
      machine.ran.push(argv.join(' '));
      const ran = does(argv);
      if (hits('after', changes)) die();
      return hits('fail-after', changes) ? { ...ran, exitCode: 1 } : ran;
    },
    leftBehind: async () => [],
    read: async (path) => ({ ok: false, reason: 'missing', message: path }),
    statfs: async (path) => ({ ok: false, reason: 'missing', message: path }),
    get: async () => ({ stdout: '', stderr: '', durationMs: 0 }),
    close: async () => {},
  };
  if (machine.lines.length === 0) journal.write({ event: 'plan', plan });
  const work: Work = {
    host,
    journal,
    state: stateOf(machine.lines),
    watcher: { step() {}, progress() {}, done() {} },
    interrupted: () => false,
  };
  return { work, struck: () => struck };
}

export function step(id: string, part: Partial<Step>): Step {
  return {
    id,
    title: id,
    why: 'a test',
    run: [],
    before: [],
    after: [],
    risk: 'online',
    idempotent: true,
    settle: 0,
    ifStopped: 'nothing is lost',
    ...part,
  };
}

export const has = (name: string) => ({ says: `${name} is there`, run: ['has', name] });
export const hasNot = (name: string) => ({ says: `${name} is not there`, run: ['has', name], exit: 1 });

export function plan(...steps: Step[]): Plan {
  return {
    version: 1,
    id: 'ullage-test01',
    madeAt: new Date(0).toISOString(),
    host: { hostname: 'test' },
    finding: null,
    remedy: 'test',
    title: 'A test',
    on: '/test',
    settings: {},
    predicted: { downtime: 0, risk: 'online' },
    notes: [],
    treats: [],
    steps,
    fingerprint: { digest: '', facts: [] },
  };
}
