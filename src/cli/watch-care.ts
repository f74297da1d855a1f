import { setPriority } from 'node:os';
import type { Finding } from '../causes/cause.ts';
import { type Host, UllageError } from '../host/host.ts';
import { readPlanFile } from '../host/read-plan-file.ts';
import type { CareRun } from '../watch/care/ledger.ts';
import type { CareSettings } from '../watch/care/settings.ts';
import { stateDirectory } from './watch-options.ts';

type Say = (line: string) => void;

/** Where care remembers what it did. */
export const ledgerPath = (): string => `${stateDirectory()}/care.json`;

const LIMITS = { name: 'the limits of care', from: 'docs/watch.md shows one' };

/** Limits from the file of `--care`. @throws UllageError */
export async function readCare(path: string): Promise<CareSettings> {
  const { careSettings } = await import('../watch/care/settings.ts');
  return careSettings(await readPlanFile(path, LIMITS), path);
}

/**
 * Runs now what the limits let run now, one after another, in this process: the same planner, the same apply.
 * @returns the runs of this time
 */
export async function careOnce(
  host: Host,
  settings: CareSettings,
  findings: readonly Finding[],
  say: Say,
): Promise<CareRun[]> {
  const { dueNow } = await import('../watch/care/due.ts');
  const { readLedger, writeLedger } = await import('../watch/care/ledger.ts');
  const { windowLeft } = await import('../watch/care/settings.ts');
  const path = ledgerPath();
  let runs = await readLedger(host, path, say);
  const orders = dueNow(settings, findings, runs, new Date());
  if (orders.length === 0) return [];
  const { usableDirectory } = await import('../host/journal-file.ts');
  usableDirectory(stateDirectory());
  if (settings.idle) await becomeIdle(host);
  const { careRun } = await import('../watch/care/run.ts');
  const { planFor } = await import('./make-plan.ts');
  const { apply, resume } = await import('../plan/session.ts');
  const { readJournal } = await import('../plan/journal.ts');
  const { stateOf } = await import('../plan/state.ts');
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const done: CareRun[] = [];
  try {
    for (const order of orders) {
      const left = windowLeft(settings, new Date());
      if (stopped || left === undefined) break;
      say(`care: ${order.remedy} on ${order.on}${order.cause ? ` (${order.cause})` : ''}`);
      const run = await careRun(order, {
        plan: ({ remedy, on, set }) => planFor(host, { remedy, on, settings: set, timeoutMs: 120_000 }),
        apply,
        resume,
        planOf(journal) {
          try {
            return stateOf(readJournal(journal)).plan;
          } catch {
            return undefined;
          }
        },
        until: Date.now() + Math.min(left, settings.maxRuntime * 1000),
        stopped: () => stopped,
        remember(one) {
          runs = [...runs.filter((run) => run.at !== one.at || run.remedy !== one.remedy || run.on !== one.on), one];
          writeLedger(path, runs);
        },
        now: Date.now,
      });
      say(careLine(run));
      done.push(run);
    }
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
  return done;
}

export function careLine({ remedy, on, outcome, why, plan }: CareRun): string {
  return `care: ${remedy} on ${on}: ${outcome}${why ? `: ${why}` : ''}${plan ? ` (ullage journal ${plan})` : ''}`;
}

/** Everything that is started from now on inherits it (ioprio_set(2), nice(2)). @throws UllageError: a limit that cannot be kept is not left out */
async function becomeIdle(host: Host): Promise<void> {
  const ran = await host.run(['ionice', '-c', '3', '-p', String(process.pid)]);
  if (ran.exitCode !== 0)
    throw new UllageError(
      'the I/O class idle cannot be had',
      ran.notFound ? 'ionice is not installed' : ran.stderr.trim(),
      'Install util-linux, or allow care without it: "idle": false',
    );
  setPriority(19);
}

/** Care beside a watch that goes on: one program of its own at a time, so that looks are never late. */
export interface CareBeside {
  /** after each look */
  consider(findings: readonly Finding[]): void;
  /** the last run of each remedy at each place */
  runs(): readonly CareRun[];
  /** stops what is at work where it is safe, and waits for it */
  close(): Promise<void>;
}

export async function careBeside(
  host: Host,
  settings: CareSettings,
  argv: readonly string[],
  say: Say,
  changed: () => void,
): Promise<CareBeside> {
  const { dueNow } = await import('../watch/care/due.ts');
  const { lastRuns, readLedger } = await import('../watch/care/ledger.ts');
  const { runProcess } = await import('../host/run-process.ts');
  let runs = await readLedger(host, ledgerPath(), say);
  let work: Promise<void> | undefined;
  let pid: number | undefined;
  let ending = false;
  /** a program that fails before it can remember must not be begun at each look */
  let notBefore = 0;
  const once = async () => {
    const ran = await runProcess(argv, {
      timeoutMs: Math.min(2 ** 31 - 1, (settings.maxRuntime + 7200) * 1000 * Math.max(1, settings.remedies.length)),
      onSpawn(started) {
        pid = started;
      },
    });
    pid = undefined;
    for (const line of ran.stderr.split('\n').filter((one) => one !== '')) say(line);
    if (ran.exitCode === undefined || ran.exitCode > 1) notBefore = Date.now() + settings.waitHours * 3600_000;
    runs = await readLedger(host, ledgerPath(), say);
    changed();
  };
  return {
    consider(findings) {
      if (work || ending || Date.now() < notBefore || dueNow(settings, findings, runs, new Date()).length === 0) return;
      work = once().finally(() => {
        work = undefined;
      });
    },
    runs: () => lastRuns(runs),
    async close() {
      ending = true;
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
      await work;
    },
  };
}
