import type { State as ApplyState } from '../plan/state.ts';
import { clock, escapeHtml } from './html.ts';

const SIGN: Record<string, string> = {
  done: '✓',
  trying: '▶',
  failed: '✗',
  skipped: '–',
  undoing: '↶',
  undone: '↺',
  untouched: '○',
};

/** The applies of this machine, newest first, step by step as their journals tell. */
export function appliesHtml(applies: readonly ApplyState[]): string {
  if (applies.length === 0) return '<p class="dim">Nothing was applied on this machine.</p>';
  return applies
    .slice(0, 3)
    .map(({ plan, steps, stands, lastAt, failure }) => {
      const done = plan.steps.filter((step) => ['done', 'skipped', 'undone'].includes(steps.get(step.id) ?? '')).length;
      const list = plan.steps.map((step) => {
        const state = steps.get(step.id) ?? 'untouched';
        return `<li class="step ${state}"><span aria-hidden="true">${SIGN[state] ?? '○'}</span> ${escapeHtml(step.title)} <span class="dim">${state}</span></li>`;
      });
      return `<article class="apply"><p><b>${escapeHtml(plan.title)}</b> on ${escapeHtml(plan.on)} <span class="dim">${escapeHtml(plan.id)}, ${stands}, last ${clock(Date.parse(lastAt) / 1000)}</span></p><progress max="${plan.steps.length}" value="${done}" aria-label="${done} of ${plan.steps.length} steps"></progress>${failure ? `<p class="failure">${escapeHtml(failure.slice(0, 400))}</p>` : ''}<ol class="steps">${list.join('')}</ol></article>`;
    })
    .join('');
}
