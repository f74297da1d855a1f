import type { Damage } from '../formats/format-error.ts';

/** One thing that did not come over, or not whole. */
export interface Loss {
  /** path in what was rescued; absent where it concerns more than one */
  path?: string;
  what: string;
  /** bytes of the source where it was seen */
  offset?: number;
}

/** What `ullage rescue` says when it is done; schema/rescue-report.schema.json. */
export interface RescueReport {
  version: 1;
  /** `container web`, `image shop/app:1.4` */
  subject: string;
  source: string;
  target: string;
  entries: number;
  /** bytes of content, holes not counted */
  bytes: number;
  /** files that could not be read whole, and directories with names missing: what is there may be wrong or zeros */
  losses: Loss[];
  /** how many losses there were in all; `losses` holds the first 10,000 */
  lossCount: number;
  /** things the target cannot hold, by kind */
  leftOut: Record<string, number>;
  /** full sentences: how current the source is, what was gone past, what to do with the result */
  notes: string[];
}

/** Told often: bytes so far, and of how many where that is known. */
export type OnProgress = (bytes: number, total: number | undefined) => void;

const MOST_LOSSES = 10_000;

/** Collects a report, and tells progress. */
export class Findings {
  readonly losses: Loss[] = [];
  readonly leftOut: Record<string, number> = {};
  readonly notes: string[] = [];
  lossCount = 0;
  entries = 0;
  bytes = 0;
  readonly #onProgress: OnProgress | undefined;
  readonly #total: number | undefined;

  /** @param total bytes of content to come, as far as it can be known beforehand */
  constructor(onProgress?: OnProgress, total?: number) {
    this.#onProgress = onProgress;
    this.#total = total;
  }

  tick(bytes: number): void {
    this.bytes += bytes;
    this.#onProgress?.(this.bytes, this.#total);
  }

  lose(loss: Loss): void {
    this.lossCount++;
    if (this.losses.length < MOST_LOSSES) this.losses.push(loss);
  }

  /** for what a reader tells of */
  damaged(path?: () => string): (damage: Damage) => void {
    return ({ what, lost, offset }) =>
      this.lose({
        ...(path === undefined ? {} : { path: path() }),
        what: lost === undefined ? what : `${what}: ${lost}`,
        ...(offset > 0 ? { offset } : {}),
      });
  }

  leave(kind: string): void {
    this.leftOut[kind] = (this.leftOut[kind] ?? 0) + 1;
  }

  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }

  report(subject: string, source: string, target: string): RescueReport {
    const { entries, bytes, losses, lossCount, leftOut, notes } = this;
    return { version: 1, subject, source, target, entries, bytes, losses, lossCount, leftOut, notes };
  }
}
