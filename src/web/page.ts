import { createHash } from 'node:crypto';
import type { Applied, Measured } from '../watch/beside.ts';
import { headroomSeries } from '../watch/look.ts';
import type { Memory, Outlook } from '../watch/outlook.ts';
import type { State } from '../watch/state.ts';
import { appliesHtml, topHtml } from './applies.ts';
import { casksHtml, layerName } from './casks.ts';
import { chartHtml, RANGES } from './chart.ts';
import { findingsHtml } from './findings.ts';
import { clock, escapeHtml, fullIn, nameHtml } from './html.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { usageHtml } from './treemap.ts';

/** What a page is made from. */
export interface View {
  state: State;
  memory: Memory;
  /** absent where it is not to be measured */
  usage?: Measured;
  applies: readonly Applied[];
  /** a key of {@link RANGES} */
  range: string;
  /** seconds since 1970 */
  now: number;
}

/** Charts at most. */
const MOST_CHARTS = 6;

/** The page's changing parts, by the id of their place. */
const PARTS = new Map<string, (view: View) => string>(
  Object.entries({
    when({ state: { look } }) {
      if (!look) return 'The first look is under way.';
      const still = look.wholeAt === undefined ? '' : `, everything asked at ${clock(look.wholeAt)}`;
      return `${escapeHtml(look.host.hostname ?? 'this host')}, looked at ${clock(look.at)}${still}`;
    },
    summary: ({ state }) => summaryHtml(state),
    work: ({ applies }) => topHtml(applies),
    // beside what is read out when it changes: this changes all the time
    soon({ state: { outlooks } }) {
      const first = firstOf(outlooks);
      return first ? escapeHtml(`It is ${fullIn(first)}.`) : '';
    },
    trouble: ({ state, now }) =>
      troublesOf(state, now)
        .map((text) => `<p class="failure">${escapeHtml(text)}</p>`)
        .join(''),
    stack: ({ state: { look, outlooks } }) => (look ? casksHtml(look, outlooks) : ''),
    charts: (view) => (view.state.look ? charts(view) : ''),
    findings: ({ state: { look, incidents, outlooks } }) =>
      look ? findingsHtml(look, incidents, isSoon(outlooks)) : '',
    usage: ({ usage }) => usageHtml(usage),
    applies: ({ applies, now }) => appliesHtml(applies, now),
  }),
);

/** All of them, or those asked for. */
export function partsOf(view: View, ids: readonly string[] = [...PARTS.keys()]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, partOf(view, id)]));
}

/** What is read from files of others (a journal, a measurement) may be of any shape: then one part says so, and the watch goes on. */
function partOf(view: View, id: string): string {
  try {
    return PARTS.get(id)?.(view) ?? '';
  } catch (error) {
    return `<p class="failure">This cannot be shown: ${escapeHtml((error as Error).message)}</p>`;
  }
}

/** In one line: how bad it is, and what ends first. */
function summaryHtml({ look, outlooks }: State): string {
  if (!look) return '';
  const [worst] = look.findings.filter((one) => one.severity !== 'notice' && one.confidence !== 'possible');
  const yet = isSoon(outlooks);
  const sick = worst
    ? `<strong class="${worst.severity}"><span class="severity">${escapeHtml(worst.severity)}</span></strong>: <a href="#h-findings">${escapeHtml(worst.cause)}</a> at ${nameHtml(worst.subject)}.`
    : `<strong class="${yet ? 'warning' : 'well'}">Nothing is full${yet ? ' yet' : ''}.</strong>`;
  const first = firstOf(outlooks);
  if (!first) return sick;
  const who = 'consumer' in first ? first.consumer : `${first.resource} of ${layerName(look, first.layer)}`;
  return `${sick} The first to be full: ${nameHtml(who)}.`;
}

/** Of several that end at about the same time the one that writes: its name is the one that people know. */
function firstOf(outlooks: readonly Outlook[]): Outlook | undefined {
  const [first] = outlooks;
  const writer = outlooks.find((one) => 'consumer' in one);
  return writer && first && writer.seconds <= first.seconds * 1.25 ? writer : first;
}

/** What ends within a week is to be seen to, though nothing is full yet. */
function isSoon(outlooks: readonly Outlook[]): boolean {
  return outlooks.some(({ seconds }) => seconds < 7 * 86400);
}

function troublesOf({ look, problem, historyProblem, interval }: State, now: number): string[] {
  const age = look ? now - look.at : undefined;
  return [
    ...(problem ? [`The last look failed: ${problem}`] : []),
    ...(historyProblem ? [`No history is written: ${historyProblem}`] : []),
    ...(age !== undefined && age > 3 * interval + 60 ? ['What is shown is old.'] : []),
  ];
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
  ['applies', 'What is being done about it'],
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
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>ullage: ${escapeHtml(view.state.look?.host.hostname ?? 'host')}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><a class="skip" href="#main">to the stack</a><header><h1>ullage</h1><span id="when" class="dim">${parts['when'] ?? ''}</span>${live ? '<span id="live" class="dim">connecting</span>' : ''}</header><main id="main"><div class="top"><p id="summary" aria-live="polite">${parts['summary'] ?? ''}</p> <span id="soon">${parts['soon'] ?? ''}</span></div><p id="work" aria-live="polite">${parts['work'] ?? ''}</p><div id="trouble">${parts['trouble'] ?? ''}</div>
${sections}</main>${live ? `<script>${SCRIPT}</script>` : ''}</body></html>
`;
}

/** The policy of the live page: its own style and script by hash, events from its own origin, nothing else. */
export const LIVE_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
