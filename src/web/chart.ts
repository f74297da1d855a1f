import type { Span } from '../watch/history/history.ts';
import type { Outlook } from '../watch/outlook.ts';
import { bytes, clock, escapeHtml, fullIn, span } from './html.ts';

/** Seconds that a chart can show, by the name in its address. */
export const RANGES: Record<string, number> = {
  '1h': 3600,
  '6h': 6 * 3600,
  '1d': 86400,
  '7d': 7 * 86400,
  '30d': 30 * 86400,
  '1y': 365 * 86400,
};

const WIDTH = 1000;
const HEIGHT = 220;
/** Points drawn at most: a screen has no more columns. */
const COLUMNS = 360;

export interface ChartData {
  consumer: string;
  spans: readonly Span[];
  from: number;
  now: number;
  outlook?: Outlook;
}

/** What was left, with its low and high, and ahead of it the forecast with its band. */
export function chartHtml({ consumer, spans, from, now, outlook }: ChartData): string {
  const title = escapeHtml(consumer);
  const past = columns(spans, from, now);
  const start = Math.max(from, past[0]?.at ?? from);
  // of one moment, or of a clock that was set back, there is no way from then to now
  if (spans.length < 2 || start >= now)
    return `<figure class="chart"><figcaption>${title}</figcaption><p class="dim">Two looks are needed for a picture.</p></figure>`;
  const width = now - start;
  // as much ahead as is needed to see the end, at most as much as lies behind
  const ahead = outlook ? Math.max(width / 4, Math.min(width, outlook.seconds * 1.1)) : width / 12;
  const top = Math.max(1, ...past.map((one) => one.high)) * 1.05;
  const x = (at: number) => (((at - start) / (width + ahead)) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - (Math.max(0, value) / top) * HEIGHT).toFixed(1);
  const line = past.map((one, index) => `${index === 0 ? 'M' : 'L'}${x(one.at)} ${y(one.value)}`).join('');
  const band = `M${past.map((one) => `${x(one.at)} ${y(one.high)}`).join('L')}L${[...past]
    .reverse()
    .map((one) => `${x(one.at)} ${y(one.low)}`)
    .join('L')}Z`;
  const last = past.at(-1);
  const future = outlook && last ? futurePaths(outlook, last.value, now, ahead, x, y) : '';
  const said = outlook ? fullIn(outlook) : 'no end in sight';
  const label = `${consumer}: ${bytes(last?.value ?? 0)} left, ${said}. Least in this time ${bytes(Math.min(...past.map((one) => one.low)))}, most ${bytes(Math.max(...past.map((one) => one.high)))}.`;
  return `<figure class="chart"><figcaption>${title} <span class="dim">${bytes(last?.value ?? 0)} left, ${said}</span></figcaption><div class="plot"><div class="yaxis" aria-hidden="true"><span>${bytes(top)}</span><span>${bytes(top / 2)}</span><span>0</span></div><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}"><path class="grid" d="M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 1}H${WIDTH}"/><path class="band" d="${band}"/>${future}<path class="line" d="${line}"/><path class="now" d="M${x(now)} 0V${HEIGHT}"/></svg></div>${axisHtml(start, now, ahead)}</figure>`;
}

/** What stands where below the picture; how far the picture goes ahead is said only where something is foreseen there. */
function axisHtml(start: number, now: number, ahead: number): string {
  const share = ((now - start) / (now - start + ahead)) * 100;
  const end = share < 85 ? `<text x="100%" y="12" text-anchor="end">+${span(ahead)}</text>` : '';
  return `<svg class="xaxis" aria-hidden="true"><text x="0" y="12">${clock(start).slice(5, 16)}</text><text x="${share.toFixed(1)}%" y="12" text-anchor="end">now ${clock(now).slice(11, 16)}</text>${end}</svg>`;
}

function futurePaths(
  { seconds, soonest, latest }: Outlook,
  value: number,
  now: number,
  ahead: number,
  x: (at: number) => string,
  y: (value: number) => string,
): string {
  const at = (end: number): [number, number] =>
    end <= ahead ? [now + end, 0] : [now + ahead, Math.max(0, value * (1 - ahead / end))];
  const [soonAt, soonValue] = at(soonest);
  const [lateAt, lateValue] = at(latest ?? Number.POSITIVE_INFINITY);
  const [endAt, endValue] = at(seconds);
  const corner = soonest < ahead ? `L${x(now + Math.min(ahead, latest ?? ahead))} ${y(0)}` : '';
  return `<path class="ahead" d="M${x(now)} ${y(value)}L${x(soonAt)} ${y(soonValue)}${corner}L${x(lateAt)} ${y(lateValue)}Z"/><path class="foreseen" d="M${x(now)} ${y(value)}L${x(endAt)} ${y(endValue)}"/>`;
}

/** One span a column: the lowest, the highest and the last of what falls into it. */
function columns(spans: readonly Span[], from: number, now: number): Span[] {
  const width = Math.max(1, (now - Math.max(from, spans[0]?.at ?? from)) / COLUMNS);
  const list: Span[] = [];
  let column = -1;
  for (const one of spans) {
    const index = Math.floor((one.at - from) / width);
    const last = list.at(-1);
    if (index !== column || !last) {
      column = index;
      list.push({ ...one });
    } else {
      last.low = Math.min(last.low, one.low);
      last.high = Math.max(last.high, one.high);
      last.value = one.value;
      last.at = one.at;
    }
  }
  return list;
}
