import { createHash } from 'node:crypto';
import type { State as ApplyState } from '../plan/state.ts';
import type { UsageDocument } from '../usage/document.ts';
import { headroomSeries } from '../watch/look.ts';
import type { Memory } from '../watch/outlook.ts';
import type { State } from '../watch/state.ts';
import { appliesHtml } from './applies.ts';
import { casksHtml } from './casks.ts';
import { chartHtml, RANGES } from './chart.ts';
import { findingsHtml } from './findings.ts';
import { clock, escapeHtml } from './html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { treemapHtml } from './treemap.ts';

/** What a page is made from. */
export interface View {
  state: State;
  memory: Memory;
  usage?: UsageDocument;
  applies: readonly ApplyState[];
  /** a key of {@link RANGES} */
  range: string;
  /** seconds since 1970 */
  now: number;
}

/** Charts at most. */
const MOST_CHARTS = 6;

/** The page's changing parts, by the id of their place. */
export function partsOf(view: View): Record<string, string> {
  const { state, usage, applies, now } = view;
  const { look } = state;
  const age = look ? now - look.at : undefined;
  const trouble = [
    ...(state.problem ? [`The last look failed: ${state.problem}`] : []),
    ...(state.historyProblem ? [`No history is written: ${state.historyProblem}`] : []),
    ...(age !== undefined && age > 3 * state.interval + 60 ? ['What is shown is old.'] : []),
  ];
  const [worst] = look?.findings.filter((one) => one.severity !== 'notice' && one.confidence !== 'possible') ?? [];
  const [first] = state.outlooks;
  return {
    when: look
      ? `${escapeHtml(look.host.hostname ?? 'this host')}, looked at ${clock(look.at)}${look.wholeAt === undefined ? '' : `, nothing moved since ${clock(look.wholeAt)}`}`
      : 'The first look is under way.',
    summary: look
      ? `${worst ? `${escapeHtml(worst.severity)}: ${escapeHtml(worst.cause)} at ${escapeHtml(worst.subject)}.` : 'Nothing is full.'}${first ? ` The first to be full: ${escapeHtml('consumer' in first ? first.consumer : `${first.resource} of ${first.layer}`)}.` : ''}`
      : '',
    trouble: trouble.map((text) => `<p class="failure">${escapeHtml(text)}</p>`).join(''),
    stack: look ? casksHtml(look, state.outlooks) : '',
    charts: look ? charts(view) : '',
    findings: look ? findingsHtml(look, state.incidents) : '',
    usage: usage
      ? treemapHtml(usage)
      : '<p class="dim">Not measured: ullage watch --usage 3600 does it once an hour.</p>',
    applies: appliesHtml(applies),
  };
}

function charts({ state, memory, range, now }: View): string {
  const width = RANGES[range] ?? 86400;
  const rank = (consumer: string) => {
    const index = state.outlooks.findIndex((one) => 'consumer' in one && one.consumer === consumer);
    return index < 0 ? Number.MAX_SAFE_INTEGER : index;
  };
  const consumers = (state.look?.headroom ?? []).filter((one) => one.bytes !== undefined);
  return [...consumers]
    .sort((a, b) => rank(a.consumer) - rank(b.consumer) || (a.bytes ?? 0) - (b.bytes ?? 0))
    .slice(0, MOST_CHARTS)
    .map(({ consumer }) => {
      const outlook = state.outlooks.find((one) => 'consumer' in one && one.consumer === consumer);
      const spans = memory.spans(headroomSeries(consumer), now - width, now);
      return chartHtml({ consumer, spans, from: now - width, now, ...(outlook ? { outlook } : {}) });
    })
    .join('');
}

const SECTIONS = [
  ['stack', 'The stack'],
  ['charts', 'History and forecast of the headroom'],
  ['findings', 'Findings'],
  ['usage', 'Who holds the space'],
  ['applies', 'Applies'],
] as const;

/** A whole page. `live`: it goes on by server-sent events; else it stands alone, without any script. */
export function pageHtml(view: View, live: boolean): string {
  const parts = partsOf(view);
  const ranges = live
    ? `<nav class="ranges" aria-label="Time shown">${Object.keys(RANGES)
        .map((name) => `<a href="?range=${name}"${name === view.range ? ' aria-current="true"' : ''}>${name}</a>`)
        .join('')}</nav>`
    : '';
  const sections = SECTIONS.map(
    ([id, title]) =>
      `<section aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>${id === 'charts' ? ranges : ''}<div id="${id}">${parts[id] ?? ''}</div></section>`,
  ).join('\n');
  const policy = `default-src 'none'; style-src ${hashOf(STYLE)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const head = live ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>ullage: ${escapeHtml(view.state.look?.host.hostname ?? 'host')}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><a class="skip" href="#main">to the stack</a><header><h1>ullage</h1><span id="when" class="dim">${parts['when'] ?? ''}</span>${live ? '<span id="live" class="dim">connecting</span>' : ''}</header><main id="main"><p id="summary" aria-live="polite">${parts['summary'] ?? ''}</p><div id="trouble">${parts['trouble'] ?? ''}</div>
${sections}</main>${live ? `<script>${SCRIPT}</script>` : ''}</body></html>
`;
}

/** The policy of the live page: its own style and script by hash, events from its own origin, nothing else. */
export const LIVE_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
