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

/** Runs from the file, oldest first; what is damaged of it counts as none, but is said. */
export async function readLedger(host: Host, path: string, say: (line: string) => void): Promise<CareRun[]> {
  const read = await host.read(path);
  if (!read.ok) return [];
  try {
    const value = JSON.parse(read.content) as Partial<CareLedger>;
    if (value?.version === 1 && Array.isArray(value.runs)) {
      const runs = value.runs.filter(isRun);
      const damaged = value.runs.length - runs.length;
      if (damaged > 0) say(`${path}: ${damaged} of ${value.runs.length} runs cannot be read and are left out`);
      return runs;
    }
  } catch {
    // said below
  }
  say(`${path} cannot be read and is begun anew`);
  return [];
}

function isRun(value: unknown): value is CareRun {
  if (typeof value !== 'object' || value === null) return false;
  const { at, remedy, on, outcome } = value as Partial<Record<keyof CareRun, unknown>>;
  return typeof at === 'number' && [remedy, on, outcome].every((one) => typeof one === 'string');
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
