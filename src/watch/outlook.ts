import type { Resource } from '../stack/layer.ts';
import { type Forecast, forecast, HORIZONS } from './forecast/forecast.ts';
import type { Point } from './forecast/series.ts';
import type { History, Span } from './history/history.ts';
import { canRunOut, figuresOf, headroomSeries, type Look, resourceName, resourceSeries } from './look.ts';

/** A forecast and whose it is: a consumer's headroom, or one resource of a layer. */
export type Outlook = Forecast & ({ consumer: string } | { layer: string; resource: string });

/** What was, as the forecasts need it: from the history, or from memory where there is none. */
export interface Memory {
  add(look: Look, missed: boolean): void;
  spans(series: string, from: number, now: number): Span[];
}

/** Figures kept in memory where the history cannot be written: a day of them. */
const KEPT = 1440;

/** The history, and behind it what was seen while that could not be written. */
export function memoryOver(history: History | undefined): Memory {
  const own = new Map<string, Span[]>();
  return {
    add(look, missed) {
      if (!missed) return own.clear();
      for (const [name, value] of figuresOf(look)) {
        const list = own.get(name) ?? [];
        list.push({ at: look.at, low: value, high: value, value });
        if (list.length > KEPT) list.shift();
        own.set(name, list);
      }
      for (const name of own.keys()) if ((own.get(name)?.at(-1)?.at ?? 0) < look.at - 86400) own.delete(name);
    },
    spans: (series, from, now) => [
      ...(history?.read(series, from, now) ?? []),
      ...(own.get(series)?.filter((span) => span.at >= from) ?? []),
    ],
  };
}

/** Two days of raw figures, and 5 min low points of the days before. */
function pointsOf(memory: Memory, series: string, now: number): Point[] {
  const recent = memory.spans(series, now - 2 * 86400, now);
  const first = recent[0]?.at ?? now;
  const older = memory.spans(series, now - HORIZONS[0], now).filter((span) => span.at + 300 < first);
  return [...older, ...recent].map((span) => ({ at: span.at, value: span.low }));
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
    const found = forecast(pointsOf(memory, headroomSeries(consumer), look.at));
    if (found) outlooks.push({ ...found, consumer });
  }
  for (const layer of look.layers)
    for (const resource of layer.resources.filter((one) => canRunOut(one) && !grows(one, layer.resources))) {
      const name = resourceName(resource);
      const found = forecast(pointsOf(memory, resourceSeries('free', layer.id, name), look.at));
      if (found) outlooks.push({ ...found, layer: layer.id, resource: name });
    }
  return outlooks.sort((a, b) => a.seconds - b.seconds);
}
