import { diagnose } from '../causes/diagnose.ts';
import { causes } from '../causes/index.ts';
import { openHost } from '../host/open.ts';
import type { Plan } from '../plan/plan.ts';
import { collect } from '../probes/collect.ts';
import { probes } from '../probes/index.ts';
import { iec } from './render/size.ts';

/** Right after a cure a machine has writes to catch up with: each question is given three times its usual time. */
const PATIENT_MS = 180_000;

export interface Measured {
  /** bytes the consumer of the plan can take now */
  headroom?: number;
  /** bytes it was to be able to take */
  predicted?: number;
  /** whether the finding that the plan cures is gone */
  cured?: boolean;
  /** the same for people */
  lines: string[];
}

/** Looks again when a plan is done: what the consumer can take now, and whether the finding is gone. */
export async function headroomAfter(plan: Plan): Promise<Measured> {
  if (plan.predicted.consumer === undefined && !plan.finding) return { lines: [] };
  const host = await openHost(plan.host.spec);
  try {
    const { consumer, headroomAfter: predicted } = plan.predicted;
    const targets = consumer?.startsWith('/') ? [consumer] : [];
    const { facts } = await collect(host, probes, { targets, deadlineMs: PATIENT_MS });
    const report = diagnose(facts, causes, 'host');
    const rooms = report.headroom.filter((one) => one.consumer === consumer);
    // an engine's store has the path that was asked for as well, and knows more of it
    const room = (rooms.find((one) => !one.layer.startsWith('path:')) ?? rooms[0])?.bytes;
    const measured: Measured = { lines: [] };
    if (room !== undefined) {
      measured.headroom = room;
      if (predicted !== undefined) measured.predicted = predicted;
      measured.lines.push(
        `${consumer} can take ${iec(room)} now${predicted === undefined ? '' : `, ${iec(predicted)} was predicted`}`,
      );
    }
    if (plan.finding) {
      const { cause, subject } = plan.finding;
      measured.cured = !report.findings.some(
        (one) => one.cause === cause && one.subject === subject && one.confidence !== 'possible',
      );
      measured.lines.push(
        measured.cured ? `${cause} is gone` : `${cause} is still found: ullage doctor --why ${cause}`,
      );
    }
    return measured;
  } finally {
    await host.close();
  }
}

/** For when looking again fails. */
export function notMeasured(error: unknown): Measured {
  return {
    lines: [
      `it could not be looked at again: ${error instanceof Error ? error.message : String(error)}; run ullage doctor`,
    ],
  };
}
