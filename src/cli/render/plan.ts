import type { Plan, Predicted, Step } from '../../plan/plan.ts';
import { safeText } from '../../probes/clean.ts';
import type { Remedy } from '../../remedies/remedy.ts';
import { shown, shownWord } from './shown.ts';
import { iec } from './size.ts';
import { type Style, wrap } from './style.ts';

/** A plan for people: what it gains, each step with its command, and what remains if it stops. */
export function planLines(plan: Plan, style: Style, file: string | undefined): string[] {
  const lines = [
    style.bold(safeText(`${plan.title}  (${plan.remedy})`)),
    `on ${safeText(plan.on)}, host ${safeText(plan.host.hostname)}`,
  ];
  if (plan.finding) lines.push(safeText(`cures ${plan.finding.cause} (${plan.finding.confidence})`));
  lines.push(...wrap(gain(plan.predicted, plan.steps), style.width, ''), '');
  for (const [index, step] of plan.steps.entries()) lines.push(...stepLines(step, index + 1, style));
  for (const note of plan.notes) lines.push(...wrap(safeText(note), style.width, '  '));
  lines.push(
    '',
    file === undefined
      ? style.dim(
          `to do it: ullage plan ${shownWord(plan.remedy)} --on ${shownWord(plan.on)} -o plan.json && ullage apply plan.json`,
        )
      : `to do it: ullage apply ${shownWord(file)}`,
  );
  return lines;
}

/** A remedy that nobody but a person should do, step by step. */
export function procedureLines(remedy: Remedy, style: Style): string[] {
  return [
    style.bold(`${remedy.title}  (${remedy.id})`),
    'A procedure: ullage does not do it by itself.',
    '',
    ...remedy.byHand.flatMap((step, index) =>
      wrap(step, style.width, '     ').map((line, row) =>
        row === 0 ? `${String(index + 1).padStart(3)}  ${line.trimStart()}` : line,
      ),
    ),
    ...(remedy.danger ? ['', ...wrap(`Danger: ${remedy.danger}`, style.width, '  ')] : []),
  ];
}

/** `headroom 0 B → about 7.2 GiB, no downtime, about 2 min; …` */
function gain(predicted: Predicted, steps: readonly Step[]): string {
  const parts: string[] = [];
  if (predicted.headroomAfter !== undefined)
    parts.push(
      `headroom ${predicted.headroomBefore === undefined ? '' : `${iec(predicted.headroomBefore)} → `}about ${iec(predicted.headroomAfter)}`,
    );
  if (predicted.freed !== undefined) parts.push(`frees about ${iec(predicted.freed)}`);
  parts.push(predicted.downtime === 0 ? 'no downtime' : `downtime about ${seconds(predicted.downtime)}`);
  if (predicted.seconds !== undefined) parts.push(`takes about ${seconds(predicted.seconds)}`);
  if (predicted.risk === 'destructive') parts.push('DELETES DATA');
  const stuck = steps.findIndex((step) => step.undo === undefined && step.risk !== 'none');
  parts.push(stuck < 0 ? 'can be undone' : stuck === 0 ? 'cannot be undone' : `can be undone up to step ${stuck}`);
  return `${parts.join(', ')}; resumed at any time`;
}

function stepLines(step: Step, number: number, style: Style): string[] {
  const lines = [`${String(number).padStart(3)}  ${style.bold(safeText(step.title))}`];
  lines.push(...wrap(safeText(step.why), style.width, '     '));
  for (const write of step.writes ?? []) {
    lines.push(`     write ${safeText(write.path)} (${safeText(write.mode)}):`);
    lines.push(
      ...write.content
        .trimEnd()
        .split('\n')
        .map((line) => style.dim(`       | ${safeText(line)}`)),
    );
  }
  for (const argv of [...step.run, ...(step.always ?? [])]) lines.push(`     $ ${shown(argv)}`);
  if (step.skipIf)
    lines.push(
      ...wrap(safeText(`left out when ${step.skipIf.map((check) => check.says).join(' and ')}`), style.width, '     '),
    );
  if (step.confirm) lines.push(...wrap(safeText(`waits for you first: ${step.confirm}`), style.width, '     '));
  lines.push(
    style.dim(
      `     undo: ${step.undo === undefined ? (step.risk === 'none' ? 'nothing to undo' : 'no way back') : step.undo.map(shown).join('; ') || ((step.writes ?? []).some((write) => !write.inPlace || write.inPlace.was !== undefined) ? 'the old file comes back' : 'nothing to undo')}`,
    ),
  );
  lines.push(...wrap(safeText(`if it stops here: ${step.ifStopped}`), style.width, '     ').map(style.dim));
  return lines;
}

export function seconds(value: number): string {
  if (value < 90) return `${Math.max(1, Math.round(value))} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  return `${Math.round(value / 360) / 10} h`;
}
