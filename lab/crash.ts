/**
 * The crash loop: a cure killed at every point where it can be, and gone on with. A saved state of the guest is
 * brought back for each, so that each begins at the very same moment.
 */
import { failsWith } from './expect.ts';
import type { Guest } from './guest/ground.ts';
import { planned } from './heal.ts';
import type { Cure, Incident, Lab } from './incident.ts';
import { failed, type Ran } from './process.ts';
import type { Seat } from './seat.ts';

/** ULLAGE_FAULT's kinds (src/host/faults.ts); `power` is one of them with the guest's power lost at that moment. */
export interface CrashKind {
  name: string;
  fault: string;
  power: boolean;
}

export const CRASH_KINDS: readonly CrashKind[] = [
  { name: 'kill-write', fault: 'kill-write', power: false },
  { name: 'kill', fault: 'kill', power: false },
  { name: 'kill-both', fault: 'kill-both', power: false },
  { name: 'power-write', fault: 'kill-write', power: true },
  { name: 'power', fault: 'kill', power: true },
  { name: 'fail', fault: 'fail', power: false },
  { name: 'timeout', fault: 'timeout', power: false },
];

/** One kind at all its points, for one cure. */
export interface CrashRow {
  incident: string;
  remedy: string;
  kind: string;
  points: number;
  healed: number;
  /** of these, undone first: as before by every fact of the plan, then healed by a new apply */
  undone: number;
  seconds: number;
  wrong: string[];
}

export interface CrashOptions {
  kinds: readonly CrashKind[];
  /** the 1st, then every `step`-th point */
  step: number;
  from: number;
  /** where ullage runs and is killed */
  seat: Seat;
  say(line: string): void;
}

/** No plan has so many points: what does not end is wrong. */
const MOST = 400;

/** The guest stands broken; the cures before `cure` have been done. */
export async function crashLoop(
  incident: Incident,
  cure: Cure,
  lab: Lab & { ground: Guest },
  options: CrashOptions,
): Promise<CrashRow[]> {
  const { ground } = lab;
  const { seat } = options;
  const file = seat.file('plan.json');
  await seat.fresh();
  const plan = await planned(seat.command, cure, file);
  const running = (await lab.docker.must('ps', '--format', '{{.Names}}')).split('\n').filter((one) => one !== '');
  await ground.save('planned');
  const rows: CrashRow[] = [];
  for (const kind of options.kinds) {
    const started = performance.now();
    const row = { incident: incident.name, remedy: cure.remedy, kind: kind.name, points: 0, healed: 0, undone: 0 };
    const wrong: string[] = [];
    for (let at = options.from; at < MOST; at += options.step) {
      await ground.load('planned');
      await seat.fresh();
      const ran = await seat.command(['apply', file, '--yes', '--confirm', '--no-look'], {
        ULLAGE_FAULT: `${kind.fault}:${at}`,
      });
      if (ran.exitCode === 0) break;
      row.points++;
      const where = `${cure.remedy}, ${kind.name}:${at}`;
      const why = await failsWith(async () => {
        if (kind.power) await powerLost(incident, lab);
        if (await goOn(seat, cure, plan, ran, { tryUndo: row.points % 3 === 0, power: kind.power })) row.undone++;
        // without a restart policy they stay down after a boot
        if (kind.power) for (const one of running) await lab.docker.must('start', one);
        await incident.works(lab);
        await lab.content.verify(lab.docker, ground);
      });
      if (why === undefined) row.healed++;
      else wrong.push(`${where}: ${why}`);
      options.say(`${where}: ${why ?? 'healed'}`);
    }
    rows.push({ ...row, seconds: (performance.now() - started) / 1000, wrong });
  }
  return rows;
}

async function powerLost(incident: Incident, lab: Lab & { ground: Guest }): Promise<void> {
  await lab.ground.reset();
  await (incident.heal?.boot ?? ((one: Lab) => one.docker.start()))(lab);
}

/** Resumed, or undone, compared with what the plan rests on, and done again. @returns was it undone? */
async function goOn(
  seat: Seat,
  cure: Cure,
  plan: { fingerprint: { digest: string } },
  cut: Ran,
  { tryUndo, power }: { tryUndo: boolean; power: boolean },
): Promise<boolean> {
  const said = async (...argv: string[]): Promise<Ran> => seat.command([...argv, '--yes']);
  const journal = JSON.parse((await seat.command(['journal', '--json'])).stdout || '{}') as {
    journals?: { id: string }[];
  };
  const again = async (file: string): Promise<void> => {
    const ran = await said('apply', file, '--confirm', '--no-look');
    if (ran.exitCode !== 0) throw new Error(failed(['ullage', 'apply'], ran));
  };
  // killed before the plan was in the journal: nothing was begun
  if ((journal.journals ?? []).length === 0) {
    if (cut.exitCode === undefined) throw new Error('it hung');
    await planned(seat.command, cure, seat.file('again.json'));
    await again(seat.file('again.json'));
    return false;
  }
  /** Back, and done once more. @returns why it could not */
  const takeBack = async (): Promise<Ran | undefined> => {
    const undone = await said('undo');
    if (undone.exitCode !== 0) return undone;
    const now = await planned(seat.command, cure, seat.file('again.json'));
    // after a boot nothing runs that ran before
    if (!power && now.fingerprint.digest !== plan.fingerprint.digest)
      throw new Error('undone, and it is not as before');
    await again(seat.file('again.json'));
    return undefined;
  };
  if (tryUndo) {
    const why = await takeBack();
    if (why === undefined) return true;
    if (!/no way back|nothing to undo/.test(why.stderr)) throw new Error(failed(['ullage', 'undo'], why));
  }
  const ran = await said('apply', '--resume', '--confirm', '--no-look');
  // killed behind the last line: it was whole already
  if (ran.exitCode === 0 || /there is nothing to go on with/.test(ran.stderr)) return false;
  // a daemon that a boot has started may have written: then back is the only way, and it says so
  const refused = failed(['ullage', 'apply', '--resume'], ran);
  if (!/: ullage undo takes/.test(refused)) throw new Error(refused);
  const why = await takeBack();
  if (why !== undefined) throw new Error(failed(['ullage', 'undo'], why));
  return true;
}
