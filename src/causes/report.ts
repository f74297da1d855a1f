import type { Headroom, Layer } from '../stack/layer.ts';
import type { Finding } from './cause.ts';

/** What `doctor --json` and `explain --json` print. Sizes are bytes. */
export interface Report {
  version: 1;
  host: ReportHost;
  stack: Layer[];
  headroom: Headroom[];
  /** most decisive first */
  findings: Finding[];
  unknown: { what: string; why: string; run: string }[];
}

export interface ReportHost {
  hostname?: string;
  kernel?: string;
  os?: string;
  engines: { engine: string; version?: string; driver?: string; root?: string }[];
}
