import type { Step } from '../plan/plan.ts';
import type { StepState } from '../plan/state.ts';
import type { Applied } from '../watch/beside.ts';
import { clock, escapeHtml, nameHtml, span } from './html.ts';

const SIGN: Record<StepState, string> = {
  done: '✓',
  trying: '▶',
  failed: '✗',
  skipped: '–',
  undoing: '↶',
  undone: '↺',
  untouched: '○',
};

/** What is said of a step that nobody is at work on. */
const WORD: Record<StepState, string> = {
  done: 'done',
  trying: 'cut short',
  failed: 'failed',
  skipped: 'not needed',
  undoing: 'taking it back was cut short',
  undone: 'taken back',
  untouched: 'to come',
};

/** The applies of this machine, newest first, step by step as their journals tell. `now`: seconds since 1970. */
export function appliesHtml(applies: readonly Applied[], now: number): string {
  if (applies.length === 0)
    return '<p class="dim">Nothing was applied on this machine. A finding names its cure; <code>ullage plan</code> makes the steps, <code>ullage apply</code> does them, and they are seen here.</p>';
  return applies.map((apply) => applyHtml(apply, now)).join('');
}

/**
 * For the line at the top, which is read out when it changes: what is at work, and the newest where it was left half-way.
 * No figure that moves by itself.
 */
export function topHtml(applies: readonly Applied[]): string {
  return applies
    .filter((apply, index) => apply.atWork || (index === 0 && !isOver(apply)))
    .map((apply) => {
      const { title, steps } = apply.plan;
      const at = steps.findIndex((step) => isAt(apply, step));
      const which = at < 0 ? '' : `, step ${at + 1} of ${steps.length}: ${steps[at]?.title ?? ''}`;
      const how = badge(apply);
      return `<a class="work" href="#h-applies">${how.charAt(0).toUpperCase()}${how.slice(1)}: ${escapeHtml(`${title}${which}`)}.</a>`;
    })
    .join('');
}

function isOver({ stands }: Applied): boolean {
  return stands === 'applied' || stands === 'undone';
}

function applyHtml(apply: Applied, now: number): string {
  const { plan, steps, stands, atWork, fraction } = apply;
  const over = plan.steps.filter(({ id }) => ['done', 'skipped', 'undone'].includes(steps.get(id) ?? '')).length;
  const back = [...steps.values()].some((one) => one === 'undoing' || one === 'undone');
  const part = atWork && !back ? (fraction ?? 0) : 0;
  const whole = stands === 'applied' ? plan.steps.length : over;
  const mark = atWork ? 'work' : isOver(apply) ? 'over' : 'open';
  return `<article class="apply ${mark}"><h3>${escapeHtml(plan.title)} <span class="badge">${badge(apply)}</span></h3><p class="dim">on ${nameHtml(plan.on)}${plan.host.spec ? ` of ${escapeHtml(plan.host.spec)}` : ''} · ${escapeHtml(plan.id)} · ${times(apply, now)}</p>${nextHtml(apply)}<div class="whole"><progress max="${plan.steps.length}" value="${(whole + part).toFixed(2)}" aria-label="${whole} of ${plan.steps.length} steps ${back ? 'taken back or done' : 'done'}"></progress><span class="dim">${whole} of ${plan.steps.length}</span></div><ol class="steps">${plan.steps.map((step) => stepHtml(apply, step, now)).join('')}</ol></article>`;
}

function badge({ stands, atWork, stopped, left, steps }: Applied): string {
  if (atWork) return [...steps.values()].includes('undoing') ? 'being taken back' : 'at work';
  if (stands === 'waiting') return 'waits for you';
  if (stands !== 'unfinished') return stands;
  if ([...steps.values()].includes('failed')) return 'failed';
  return left.length > 0 || !stopped ? 'cut short' : 'interrupted';
}

function times({ startedAt, lastAt, atWork, stands, plan }: Applied, now: number): string {
  const began = seconds(startedAt);
  const usual = plan.predicted.seconds;
  if (atWork)
    return `for ${span(Math.max(0, now - began))}${usual === undefined ? '' : `, about ${span(usual)} in all`}`;
  if (stands === 'applied' || stands === 'undone')
    return `${clock(seconds(lastAt))}, took ${span(seconds(lastAt) - began)}`;
  return `stands since ${clock(seconds(lastAt))}`;
}

/** What is to be done about one that is not over and that nobody works on. */
function nextHtml({ plan, stands, atWork, stopped, left, failure, waitsFor, steps, undoable }: Applied): string {
  if (atWork || stands === 'applied' || stands === 'undone') return '';
  const back = [...steps.values()].some((one) => one === 'undoing' || one === 'undone');
  const command = (words: string) => `<code>ullage ${escapeHtml(words)}</code>`;
  const resume = back ? command(`undo ${plan.id}`) : command(`apply --resume ${plan.id}`);
  const undo = undoable && !back ? `; or take it back: ${command(`undo ${plan.id}`)}` : '';
  if (stands === 'waiting')
    return `<p class="next">Waits for you: ${escapeHtml(waitsFor ?? '')}</p><p>then: ${command(`apply --resume ${plan.id} --confirm`)}${undo}</p>`;
  if (failure !== undefined)
    return `<p class="failure">${escapeHtml(failure.slice(0, 400))}</p><p>mend that and go on: ${resume}${undo}</p>`;
  const why =
    left.length > 0
      ? `The apply ended before its time; a program of it is still at work (process ${left.join(', ')}) and will be waited for.`
      : stopped
        ? 'It was stopped where it is safe.'
        : 'The apply ended before its time: it was killed, or the power was lost. What it did is in its journal.';
  return `<p class="next">${why}</p><p>go on: ${resume}${undo}</p>`;
}

function isAt({ steps }: Applied, { id }: Step): boolean {
  const state = steps.get(id);
  return state === 'trying' || state === 'undoing';
}

function stepHtml(apply: Applied, step: Step, now: number): string {
  const { steps, atWork, stands, fraction, times, left } = apply;
  const state = steps.get(step.id) ?? 'untouched';
  const time = times.get(step.id);
  const began = time ? seconds(time.began) : now;
  let said = WORD[state];
  let bar = '';
  if (isAt(apply, step) && atWork) {
    const far = fraction ? `, ${Math.round(fraction * 100)} %` : '';
    said = `${state === 'undoing' ? 'is taken back' : 'at work'}${far}, for ${span(Math.max(0, now - began))}`;
    if (fraction)
      bar = `<progress max="1" value="${fraction.toFixed(3)}" aria-label="${escapeHtml(step.title)}"></progress>`;
  } else if (state === 'trying' && left.length > 0) said = 'its program goes on';
  else if (state === 'untouched' && (stands === 'applied' || stands === 'undone')) said = 'not begun';
  else if ((state === 'done' || state === 'undone') && time?.ended !== undefined)
    said += ` in ${span(Math.max(0, seconds(time.ended) - began))}`;
  const current = isAt(apply, step) ? ' aria-current="step"' : '';
  return `<li class="step ${state}"${current}><span class="sign" aria-hidden="true">${SIGN[state]}</span><span class="title">${escapeHtml(step.title)}</span> <span class="dim">${said}</span>${bar}</li>`;
}

function seconds(at: string): number {
  return Math.round(Date.parse(at) / 1000);
}
