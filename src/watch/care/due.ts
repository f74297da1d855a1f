import type { Finding } from '../../causes/cause.ts';
import { remedies } from '../../remedies/index.ts';
import { plannedId } from '../../remedies/planned-id.ts';
import type { CareRun } from './ledger.ts';
import { type CareSettings, windowLeft } from './settings.ts';

/** What is to be run now. */
export interface CareOrder {
  remedy: string;
  on: string;
  cause?: string;
  set: ReadonlyMap<string, string>;
  /** the run before was stopped by a limit: its journal, to go on with */
  resume?: string;
}

/** Another apply at work is waited for so long, seconds. */
const BUSY = 900;
const LONGEST = 30 * 86400;

/**
 * What the operator's limits let run now, in the order in which they name it. Only what the doctor is at least
 * likely about counts, never a notice and never a consequence of something else.
 */
export function dueNow(
  settings: CareSettings,
  findings: readonly Finding[],
  runs: readonly CareRun[],
  now: Date,
): CareOrder[] {
  if (windowLeft(settings, now) === undefined) return [];
  const orders: CareOrder[] = [];
  for (const { id, when, on, set } of settings.remedies) {
    const wanted: Omit<CareOrder, 'remedy' | 'set'>[] =
      when === 'window'
        ? on.map((place) => ({ on: place }))
        : findings
            .filter((finding) => cures(id, finding) && (on.length === 0 || on.includes(finding.subject)))
            .map(({ subject, cause }) => ({ on: subject, cause }));
    for (const one of wanted) {
      if (orders.some((order) => order.remedy === id && order.on === one.on)) continue;
      const before = runs.filter((run) => run.remedy === id && run.on === one.on);
      if (now.getTime() / 1000 < notBefore(before, settings.waitHours)) continue;
      const last = before.findLast((run) => run.outcome !== 'busy');
      orders.push({
        ...one,
        remedy: id,
        set,
        ...(last?.outcome === 'interrupted' && last.journal !== undefined ? { resume: last.journal } : {}),
      });
    }
  }
  return orders;
}

function cures(id: string, finding: Finding): boolean {
  if (finding.severity === 'notice' || finding.confidence === 'possible' || finding.consequenceOf) return false;
  return finding.remedies.some((cure) => {
    const remedy = remedies.find((one) => one.id === cure);
    return remedy !== undefined && plannedId(remedy) === id;
  });
}

/** Seconds since 1970 before which it is not run again: each failure in a row doubles the wait. */
function notBefore(all: readonly CareRun[], waitHours: number): number {
  const last = all.at(-1);
  const busy = last?.outcome === 'busy' ? (last.ended ?? last.at) + BUSY : 0;
  const runs = all.filter((run) => run.outcome !== 'busy');
  const tried = runs.at(-1);
  if (!tried) return busy;
  const bad = runs.length - 1 - runs.findLastIndex((run) => !BAD.includes(run.outcome));
  return Math.max(busy, tried.at + Math.min(LONGEST, waitHours * 3600 * 2 ** Math.min(10, bad)));
}

const BAD: readonly string[] = ['begun', 'failed', 'refused'];
