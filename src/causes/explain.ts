import { makeDocument } from '../probes/make-document.ts';
import type { Probe } from '../probes/probe.ts';
import { recognise } from '../probes/recognise.ts';
import type { Cause } from './cause.ts';
import { diagnose } from './diagnose.ts';
import type { Report } from './report.ts';

/** What a pasted text tells: the same causes as on a live host, from whatever lines are in it. */
export function explainText(text: string, probes: readonly Probe[], causes: readonly Cause[]): Report {
  return diagnose(recognise([makeDocument({ kind: 'paste' }, text)], probes), causes, 'text');
}
