import type { AlertDocument } from '../src/watch/alerts/senders.ts';
import type { Lab } from './incident.ts';
import type { Background } from './process.ts';

/** A steady fill, and what ends by it. */
export interface Foreseen {
  /** before the watch is started: what must be so that the fill ends where it shall */
  ready(lab: Lab): Promise<void>;
  /** writes at a steady rate until nothing more can be written */
  fill(lab: Lab): Background;
  /** in the order they come */
  ends: readonly End[];
}

export interface End {
  /** whose headroom is foreseen: the `consumer` of the metrics */
  consumer: string;
  /** what the alert must name */
  cause: string;
  /** whether nothing is left for it now */
  reached(lab: Lab): Promise<boolean>;
  /** the real error, asserted; called once it is reached */
  error(lab: Lab, fill: Background): Promise<string>;
}

/** What `/metrics` foretold at one time. Times are seconds since 1970, by the clock of the machine. */
export interface Said {
  at: number;
  /** the look that it rests on */
  lookAt: number;
  /** seconds from that look on, by consumer */
  left: ReadonlyMap<string, number>;
}

/** Reads Prometheus' text format as `ullage watch` writes it; undefined before its first look. */
export function readMetrics(text: string, at: number): Said | undefined {
  const lookAt = /^ullage_look_timestamp_seconds (\S+)$/m.exec(text)?.[1];
  if (lookAt === undefined) return undefined;
  const left = new Map<string, number>();
  for (const [, consumer = '', value] of text.matchAll(/^ullage_exhaustion_seconds\{consumer="([^"]+)".*\} (\S+)$/gm))
    left.set(consumer, Number(value));
  return { at, lookAt: Number(lookAt), left };
}

/** What was said at half-way from `start` to `end`: seconds left then, and how far from the truth, as a share of it. */
export function atHalfWay(
  all: readonly Said[],
  consumer: string,
  start: number,
  end: number,
): { said?: number; left: number; off?: number } {
  const half = (start + end) / 2;
  const left = end - half;
  const last = all.findLast((one) => one.at <= half);
  const seconds = last?.left.get(consumer);
  if (last === undefined || seconds === undefined) return { left };
  const said = last.lookAt + seconds - half;
  return { said, left, off: said / left - 1 };
}

/** An alert, and when it came. */
export interface Told {
  at: number;
  alert: AlertDocument;
}

/** Lines of a time and the document that `--command` was given then. */
export function readTold(text: string): Told[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({
      at: Number(line.slice(0, line.indexOf(' '))),
      alert: JSON.parse(line.slice(line.indexOf(' '))) as AlertDocument,
    }));
}

/** The first warning of `cause` that tells the time left, in time. */
export const firstOf = (told: readonly Told[], { cause }: End, before: number): Told | undefined =>
  told.find(
    ({ at, alert }) =>
      at < before && alert.status === 'firing' && alert.rule === 'UllageExhaustion' && alert.cause === cause,
  );
