import type { Incident } from './alerts/incident.ts';
import type { CareRun } from './care/ledger.ts';
import type { Look } from './look.ts';
import type { Outlook } from './outlook.ts';

/** Where the watch stands: what pages, metrics and alerts are made from. */
export interface State {
  /** the last look that succeeded; absent before the first */
  look?: Look;
  outlooks: Outlook[];
  incidents: Incident[];
  /** seconds between looks */
  interval: number;
  /** why the last look failed */
  problem?: string;
  /** why the history is not written */
  historyProblem?: string;
  /** the last run of each remedy that runs by itself; absent: none may */
  care?: readonly CareRun[];
}
