import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled } from './bundled.ts';

export interface Crashes {
  /** the plan as a file; it must hold for the state that `fresh` makes */
  plan: string;
  /** makes the sick state anew */
  fresh(): void | Promise<void>;
  /** throws when the machine is not healed (`resume`) or not as before (`undo`) */
  judge(after: 'resume' | 'undo', where: string): void | Promise<void>;
  /** kinds of src/host/faults.ts, the most telling first: without ULLAGE_CRASH=all the first two alone are gone through */
  kinds: readonly string[];
  /** every how many points; 1: each. ULLAGE_CRASH=all in the environment makes it 1 */
  stride: number;
}

export interface Counted {
  /** points at which apply was struck */
  points: number;
  resumed: number;
  undone: number;
  /** `kill:7: …` */
  wrong: string[];
}

/** More than any plan has programs and lines of journal. */
const MOST_POINTS = 500;

/**
 * Strikes apply at the 1st, 2nd, 3rd … point of each kind until it comes to its end unharmed. Behind
 * every strike the plan is gone on with, every third time taken back where that is possible.
 */
export async function crashLoop({ plan, fresh, judge, kinds, stride }: Crashes): Promise<Counted> {
  const counted: Counted = { points: 0, resumed: 0, undone: 0, wrong: [] };
  const whole = process.env['ULLAGE_CRASH'] === 'all';
  const step = whole ? 1 : stride;
  const program = await bundled('apply-plan');
  const run = (state: string, fault: string, ...argv: string[]) => start(program, state, fault, argv);
  for (const kind of whole ? kinds : kinds.slice(0, 2)) {
    for (let at = 1; ; at += step) {
      const where = `${kind}:${at}`;
      // each point begins on a state made anew: where that cannot be made, none of the rest can be told
      let began = false;
      const state = mkdtempSync(join(tmpdir(), 'ullage-crash-'));
      try {
        await fresh();
        began = true;
        const struck = run(state, where, 'apply', plan);
        if (struck.status === 0) break;
        // what fails by itself would never come to its end
        if (
          kind.startsWith('kill')
            ? struck.signal !== 'SIGKILL'
            : !/a fault on purpose|did not end within|not so/.test(struck.stdout)
        ) {
          counted.wrong.push(`${where}: ${struck.stdout} ${struck.stderr}`.slice(0, 1500));
          break;
        }
        counted.points++;
        const back = counted.points % 3 === 0 && run(state, '', 'undo');
        const after = back !== false && back.status === 0 ? 'undo' : 'resume';
        const again = after === 'undo' ? back : run(state, '', 'resume');
        // struck before the plan was in the journal: nothing was done, it begins anew
        const last =
          again !== false && again.status !== 0 && /ENOENT|no such file/i.test(again.stderr)
            ? run(state, '', 'apply', plan)
            : again;
        if (last === false || last.status !== 0)
          throw new Error(last === false ? '' : `${last.stdout} ${last.stderr}`.slice(0, 1500));
        counted[after === 'undo' ? 'undone' : 'resumed']++;
        await judge(after, where);
        note(`${where} ${after}`);
      } catch (error) {
        counted.wrong.push(`${where}: ${(error as Error).message}`);
        note(counted.wrong.at(-1) ?? '');
      } finally {
        rmSync(state, { recursive: true, force: true });
      }
      if (!began) return counted;
      if (at > MOST_POINTS) {
        counted.wrong.push(`${where}: apply does not come to its end`);
        break;
      }
    }
  }
  return counted;
}

/** ULLAGE_CRASH_LOG names a file to watch: a whole loop takes an hour. */
function note(line: string): void {
  const file = process.env['ULLAGE_CRASH_LOG'];
  if (file) appendFileSync(file, `${line}\n`);
}

function start(program: string, state: string, fault: string, argv: string[]) {
  return spawnSync(process.execPath, [program, ...argv], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, ULLAGE_STATE_DIR: state, ...(fault ? { ULLAGE_FAULT: fault } : {}) },
  });
}
