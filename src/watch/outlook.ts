import type { Resource } from '../stack/layer.ts';
import { type Forecast, forecast, HORIZONS } from './forecast/forecast.ts';
import type { Point } from './forecast/series.ts';
import type { History, Span } from './history/history.ts';
import { canRunOut, figuresOf, headroomSeries, type Look, resourceName, resourceSeries } from './look.ts';
import { type Recent, recentOf } from './recent.ts';

/** A forecast and whose it is: a consumer's headroom, or one resource of a layer. */
export type Outlook = Forecast & ({ consumer: string } | { layer: string; resource: string });

/** What was, as the forecasts need it: from the history, or from memory where there is none. */
export interface Memory {
  add(look: Look, missed: boolean): void;
  spans(series: string, from: number, now: number): Span[];
  /** when a series, of which `value` is left at `now`, will be at 0; made anew only where that can say something else */
  foresee(series: string, value: number, now: number): Forecast | undefined;
}

/** Figures kept in memory where the history cannot be written: a day of them. */
const KEPT = 1440;

/** Raw figures are read so far back, seconds; of the time before them 5 min low points. */
const RAW = 6 * 3600;
/** A forecast is made anew after so many seconds at the latest, and after a tenth of the time that it foresees. */
const FRESH = 300;
/** And at once when what is left has changed by this share. */
const STILL = 0.002;

interface Made {
  at: number;
  value: number;
  found: Forecast | undefined;
  /** seconds for which it is good; not the same for all, so that they are not all made in one look */
  good: number;
}

/** The history, and behind it what was seen while that could not be written. */
export function memoryOver(history: History | undefined): Memory {
  const own = new Map<string, Span[]>();
  const recent = new Map<string, Recent>();
  const made = new Map<string, Made>();
  const spans = (series: string, from: number, now: number): Span[] => [
    ...(history?.read(series, from, now) ?? []),
    ...(own.get(series)?.filter((span) => span.at >= from && span.at <= now) ?? []),
  ];
  const pointsOf = (series: string, now: number): Point[] => {
    let known = recent.get(series);
    if (!known) {
      const raw = spans(series, now - RAW, now);
      const first = raw[0]?.at ?? now;
      const older = spans(series, now - HORIZONS[0], now).filter((span) => span.at + 300 < first);
      known = recentOf([...older, ...raw].map((span) => ({ at: span.at, value: span.low })));
      recent.set(series, known);
    }
    return known.points().filter((point) => point.at >= now - HORIZONS[0]);
  };
  return {
    add(look, missed) {
      const figures = figuresOf(look);
      for (const [name, known] of recent) {
        const value = figures.get(name);
        const gone = value === undefined ? known.lastAt() < look.at - 86400 : !known.add(look.at, value);
        if (!gone) continue;
        recent.delete(name);
        made.delete(name);
      }
      if (!missed) return own.clear();
      for (const [name, value] of figures) {
        const list = own.get(name) ?? [];
        list.push({ at: look.at, low: value, high: value, value });
        if (list.length > KEPT) list.shift();
        own.set(name, list);
      }
      for (const name of own.keys()) if ((own.get(name)?.at(-1)?.at ?? 0) < look.at - 86400) own.delete(name);
    },
    spans,
    foresee(series, value, now) {
      const last = made.get(series);
      if (last && now >= last.at && now - last.at < last.good && Math.abs(value - last.value) <= STILL * last.value)
        return last.found && later(last.found, now - last.at);
      const found = forecast(pointsOf(series, now));
      const good = Math.min(FRESH - (made.size % 6) * 20, (found?.seconds ?? FRESH * 10) / 10);
      made.set(series, { at: now, value, found, good });
      return found;
    },
  };
}

/** The same forecast when `seconds` have gone by and nothing else was seen. */
function later(found: Forecast, seconds: number): Forecast {
  const left = (of: number) => Math.max(0, of - seconds);
  const { latest } = found;
  return {
    ...found,
    seconds: left(found.seconds),
    soonest: left(found.soonest),
    ...(latest === undefined ? {} : { latest: left(latest) }),
  };
}

/** With less unallocated than this on a device, btrfs can as well as not make a chunk any more. */
const NO_CHUNK = 16 * 2 ** 20;

/** It takes more from elsewhere when it is full: what is left in it now says nothing. */
function grows(resource: Resource, others: readonly Resource[]): boolean {
  if (resource.growable && resource.growable.by > 0) return true;
  if (resource.name !== 'data' && resource.name !== 'metadata') return false;
  return others.some((one) => one.name === 'unallocated' && (one.free ?? 0) > NO_CHUNK);
}

/** Every forecast that can be made, the soonest first. */
export function outlooksOf(look: Look, memory: Memory): Outlook[] {
  const outlooks: Outlook[] = [];
  for (const { consumer, bytes } of look.headroom) {
    if (bytes === undefined) continue;
    const found = memory.foresee(headroomSeries(consumer), bytes, look.at);
    if (found) outlooks.push({ ...found, consumer });
  }
  for (const layer of look.layers)
    for (const resource of layer.resources.filter((one) => canRunOut(one) && !grows(one, layer.resources))) {
      const name = resourceName(resource);
      const found = memory.foresee(resourceSeries('free', layer.id, name), resource.free ?? 0, look.at);
      if (found) outlooks.push({ ...found, layer: layer.id, resource: name });
    }
  return outlooks.sort((a, b) => a.seconds - b.seconds);
}
