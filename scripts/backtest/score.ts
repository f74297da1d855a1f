import { median, type Point } from '../../src/watch/forecast/series.ts';
import type { History } from './histories.ts';

/** Seconds until nothing is left, as a method says; undefined: silent. */
export type Method = (points: readonly Point[]) => number | undefined;

export interface Score {
  /** median of |said / true - 1| where it spoke of what came true within 3 days */
  error: number;
  /** share of the last 24 h before the end in which it said "within 24 h" */
  warned: number;
  /** median hours from the first of the unbroken warnings to the end */
  lead: number;
  /** warnings (not looks: unbroken runs of them) that did not come true, for each history and week */
  falseAlarms: number;
}

const DAY = 86400;
/** Between two looks, seconds. */
const EVERY = 1800;
/** The first look: half a day is needed by all. */
const FIRST = DAY / 2;
/** A warning says: gone within this time. */
const WITHIN = DAY;
/** A warning is false when it is not gone within twice that. */
const TWICE = 2 * WITHIN;
/** Looks in a row that a warning must last (one hour, as the node mixin's `for`). */
const FOR = 3;

/** How a method does on histories: it is asked every half an hour, knowing only what was until then. */
export function scoreOf(method: Method, histories: readonly History[], lookBack: number): Score {
  const errors: number[] = [];
  const leads: number[] = [];
  let [warned, ends, falseAlarms, weeks] = [0, 0, 0, 0];
  for (const { points, gone } of histories) {
    const end = points.at(-1)?.at ?? 0;
    weeks += Math.max(0, end - FIRST) / (7 * DAY);
    let row = 0;
    let since: number | undefined;
    let wrong = false;
    for (let now = FIRST; now <= end; now += EVERY) {
      const said = method(points.slice(Math.max(0, Math.floor((now - lookBack) / 60)), Math.floor(now / 60) + 1));
      const truth = gone === undefined ? undefined : gone - now;
      if (said !== undefined && truth !== undefined && truth <= 3 * DAY && truth > 0)
        errors.push(Math.min(10, Math.abs(said / truth - 1)));
      row = said !== undefined && said <= WITHIN ? row + 1 : 0;
      if (row === FOR) since = now;
      if (row < FOR) {
        since = undefined;
        wrong = false;
      }
      if (truth !== undefined && truth <= WITHIN) {
        ends++;
        if (row > 0) warned++;
      }
      // what the history's end cuts off is not judged
      const judged = gone !== undefined || now + TWICE <= end;
      if (row >= FOR && judged && !wrong && (truth === undefined || truth > TWICE)) {
        wrong = true;
        falseAlarms++;
      }
    }
    if (gone !== undefined) leads.push(since === undefined ? 0 : (gone - since) / 3600);
  }
  return {
    error: median(errors),
    warned: ends > 0 ? warned / ends : Number.NaN,
    lead: median(leads),
    falseAlarms: falseAlarms / weeks,
  };
}
