import type { Host } from '../../host/host.ts';
import { replaceFile } from '../../host/replace-file.ts';

/**
 * How a run of care ended. `begun`: it did not come to its end (killed, power cut); `nothing`: the planner saw
 * nothing to do or cannot; `busy`: another apply was at work.
 */
export type CareOutcome = 'begun' | 'applied' | 'nothing' | 'busy' | 'refused' | 'failed' | 'interrupted';

/** One run, as remembered. */
export interface CareRun {
  /** seconds since 1970 */
  at: number;
  ended?: number;
  remedy: string;
  on: string;
  cause?: string;
  outcome: CareOutcome;
  why?: string;
  /** id of the plan: its journal tells all */
  plan?: string;
  journal?: string;
}

/** What care did, in a file: what must not be done again soon is known after a restart too. */
export interface CareLedger {
  version: 1;
  runs: CareRun[];
}

/** Runs kept. */
const KEPT = 500;

/** Runs from the file, oldest first; a damaged one counts as none, but says so. */
export async function readLedger(host: Host, path: string, say: (line: string) => void): Promise<CareRun[]> {
  const read = await host.read(path);
  if (!read.ok) return [];
  try {
    const value = JSON.parse(read.content) as Partial<CareLedger>;
    if (value.version === 1 && Array.isArray(value.runs)) return value.runs;
  } catch {
    // said below
  }
  say(`${path} cannot be read and is begun anew`);
  return [];
}

/** @throws UllageError when it cannot be written: then nothing may run, for it would run again and again */
export function writeLedger(path: string, runs: readonly CareRun[]): void {
  const document: CareLedger = { version: 1, runs: runs.slice(-KEPT) };
  replaceFile(path, `${JSON.stringify(document, null, 1)}\n`, 0o600);
}

/** The last run of each remedy at each place. */
export function lastRuns(runs: readonly CareRun[]): CareRun[] {
  const last = new Map<string, CareRun>();
  for (const run of runs) last.set(`${run.remedy}\t${run.on}`, run);
  return [...last.values()];
}
