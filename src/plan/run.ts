import { createHash } from 'node:crypto';
import type { ChangingHost } from '../host/changing.ts';
import type { Ran } from '../host/host.ts';
import { firstFailure } from './check.ts';
import type { Journal } from './journal.ts';
import { firstMatch } from './pattern.ts';
import type { Argv, FileWrite, Plan, Step } from './plan.ts';
import type { State } from './state.ts';
import { fill } from './values.ts';

/** Everything apply and undo work with. */
export interface Work {
  host: ChangingHost;
  journal: Journal;
  state: State;
  watcher: Watcher;
  /** Ctrl-C was pressed: the step at work is stopped where it safely can be, and nothing new begins */
  interrupted: () => boolean;
}

/** Who wants to know how it goes. */
export interface Watcher {
  step(step: Step, doing: 'run' | 'undo' | 'recognised' | 'skipped' | 'wait', why?: string): void;
  progress(step: Step, done: { fraction: number }): void;
  done(step: Step, seconds: number): void;
}

/** Why a step did not come to its end. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

const USUAL_SECONDS = 600;
/** What a program says on stderr, as kept in the journal. */
const STDERR_KEPT = 2000;

/** Runs one program for a step, with the journal before and behind it. @throws StepFailed unless it exits 0 */
export async function command(work: Work, step: Step, raw: Argv, input?: string): Promise<Ran> {
  const argv = fill(raw, work.state.values);
  const started = performance.now();
  work.journal.write({ event: 'command', step: step.id, argv });
  const watching = watchProgress(work, step);
  let ran: Ran;
  try {
    ran = await work.host.change(argv, {
      timeoutMs: (step.timeout ?? USUAL_SECONDS) * 1000,
      ...(input === undefined ? {} : { input }),
      onStart: (process) => work.journal.write({ event: 'started', step: step.id, process }),
    });
  } finally {
    watching.stop();
  }
  const stderr = ran.stderr.trim().slice(-STDERR_KEPT);
  work.journal.write({
    event: 'ran',
    step: step.id,
    exit: ran.exitCode ?? null,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    ...(stderr ? { stderr } : {}),
  });
  if (ran.exitCode === 0) return ran;
  throw new StepFailed(`${argv.join(' ')}: ${failure(ran, step.timeout ?? USUAL_SECONDS)}`);
}

function failure(ran: Ran, seconds: number): string {
  if (ran.timedOut) return `did not end within ${seconds} s`;
  if (ran.notFound) return 'is not installed there';
  const said = (ran.stderr.trim() || ran.stdout.trim()).replaceAll(/\s+/g, ' ').slice(-600);
  return `exit ${ran.exitCode ?? 'by signal'}${said ? `: ${said}` : ''}`;
}

/** Where the file that stood at `path` is kept until the plan is confirmed. */
export function keptPath(plan: Plan, path: string): string {
  return `${path}.ullage-kept-${plan.id}`;
}

const freshPath = (path: string): string => `${path}.ullage-new`;

/**
 * Replaces a file whole: what stood there is kept beside it first, the new text is on the disk
 * under another name before it takes the name. Doing it twice is doing it once.
 */
export async function writeFile(work: Work, step: Step, write: FileWrite): Promise<void> {
  if (write.inPlace) {
    if (!(await holdsText(work.host, write)))
      await command(work, step, ['dd', `of=${write.path}`, 'conv=notrunc', 'status=none'], write.content);
    return;
  }
  // cp would keep all that is in it
  if ((await work.host.run(['test', '-d', write.path])).exitCode === 0)
    throw new StepFailed(`${write.path}: it is a directory, and was to be a file`);
  const kept = keptPath(work.state.plan, write.path);
  const fresh = freshPath(write.path);
  const there = await work.host.run(['test', '-e', write.path]);
  const known = await work.host.run(['test', '-e', kept]);
  if (there.exitCode === 0 && known.exitCode !== 0 && !(await holdsText(work.host, write)))
    await command(work, step, ['cp', '-a', '-T', write.path, kept]);
  await command(work, step, ['mkdir', '-p', write.path.slice(0, write.path.lastIndexOf('/')) || '/']);
  await command(work, step, ['dd', `of=${fresh}`, 'conv=fsync', 'status=none'], write.content);
  await command(work, step, ['chmod', write.mode, fresh]);
  await command(work, step, ['mv', '-T', fresh, write.path]);
  // the name as well: a rename that is not yet on the disk is undone by a power cut (fsync(2))
  await command(work, step, ['sync', write.path.slice(0, write.path.lastIndexOf('/')) || '/']);
}

/** Brings back what stood there before; where nothing did, the file goes. */
export async function unwriteFile(work: Work, step: Step, write: FileWrite): Promise<void> {
  if (write.inPlace) {
    const { was } = write.inPlace;
    if (was !== undefined) await writeFile(work, step, { ...write, content: was });
    return;
  }
  const kept = keptPath(work.state.plan, write.path);
  const fresh = freshPath(write.path);
  // a write that was cut short has left its new text under the other name
  if ((await work.host.run(['test', '-e', fresh])).exitCode === 0) await command(work, step, ['rm', '-f', fresh]);
  if ((await work.host.run(['test', '-e', kept])).exitCode === 0)
    return void (await command(work, step, ['mv', '-T', kept, write.path]));
  if (await holdsText(work.host, write)) await command(work, step, ['rm', '-f', write.path]);
}

/** Does the file hold just that text? */
export async function holdsText(host: ChangingHost, write: FileWrite): Promise<boolean> {
  const sum = await host.run(['sha256sum', write.path]);
  return sum.exitCode === 0 && sum.stdout.startsWith(createHash('sha256').update(write.content).digest('hex'));
}

/** Waits until `checks` hold. @returns what still fails when the time is over */
export async function settle(work: Work, step: Step): Promise<string | undefined> {
  const end = Date.now() + (step.settle ?? 5) * 1000;
  for (;;) {
    const failed = await firstFailure(work.host, step.after, work.state.values);
    if (!failed) return undefined;
    if (Date.now() >= end) return `${failed.check.says}: not so (${failed.check.run.join(' ')}: ${failed.saw})`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The values a step leaves for later ones. @throws StepFailed when one is not there */
export async function take(work: Work, step: Step): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const one of step.takes ?? []) {
    const ran = await work.host.run(fill(one.run, work.state.values));
    const value = firstMatch(ran.stdout, one.pattern);
    if (value === undefined || value === '')
      throw new StepFailed(`${one.run.join(' ')} does not tell ${one.name}: ${ran.stdout.trim() || ran.stderr.trim()}`);
    values[one.name] = value;
    work.state.values.set(one.name, value);
  }
  return values;
}

/** Asks how far a step is while its program runs; an interrupt is answered here too. */
function watchProgress(work: Work, step: Step): { stop(): void } {
  let over = false;
  let cancelled = false;
  let told = -1;
  const look = async () => {
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(1, step.progress?.every ?? 2) * 1000).unref());
      if (over) return;
      if (work.interrupted() && !cancelled && step.cancel) {
        cancelled = true;
        for (const argv of step.cancel) await work.host.change(fill(argv, work.state.values), { timeoutMs: 120_000 });
      }
      const fraction = await fractionOf(work, step);
      if (fraction === undefined || over) continue;
      work.watcher.progress(step, { fraction });
      if (Math.abs(fraction - told) < 0.01) continue;
      told = fraction;
      tell(work, step, fraction);
    }
  };
  // what goes wrong in looking is no reason to stop the work
  if (step.progress || step.cancel) look().catch(() => {});
  return {
    stop() {
      over = true;
    },
  };
}

/** For whoever looks on from elsewhere. */
function tell(work: Work, step: Step, fraction: number): void {
  try {
    work.journal.write({ event: 'progress', step: step.id, fraction: Math.round(fraction * 1000) / 1000 });
  } catch {
    // the program goes on all the same; what must be written is written behind it, and fails there
  }
}

async function fractionOf(work: Work, { progress }: Step): Promise<number | undefined> {
  if (!progress) return undefined;
  const ran = await work.host.run(fill(progress.run, work.state.values));
  const value = Number(firstMatch(ran.stdout, progress.pattern));
  if (!Number.isFinite(value)) return undefined;
  if (progress.unit === 'bytes') return progress.of ? Math.min(1, value / progress.of) : undefined;
  return progress.unit === 'percent left' ? 1 - value / 100 : value / 100;
}
