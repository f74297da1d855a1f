import type { Cause } from '../causes/cause.ts';
import type { Report } from '../causes/report.ts';
import { UllageError } from '../host/host.ts';
import { remedies } from '../remedies/index.ts';
import { print } from './print.ts';
import { whyLines } from './render/finding.ts';
import { quietLines, reportLines } from './render/report.ts';
import { styleFor } from './render/style.ts';

export { print } from './print.ts';

/** The options that doctor and explain share. */
export const SHOW_OPTIONS = {
  json: { type: 'boolean' },
  why: { type: 'string' },
  all: { type: 'boolean' },
  quiet: { type: 'boolean' },
  'no-color': { type: 'boolean' },
} as const;

export interface ShowValues {
  json?: boolean;
  why?: string;
  all?: boolean;
  quiet?: boolean;
  'no-color'?: boolean;
}

const HEALTHY = 'Nothing is full and nothing is about to be, as far as could be seen.';

/** Prints a report as asked: JSON, one line a finding, all about one finding, or for people. */
export async function show(
  report: Report,
  values: ShowValues,
  causes: readonly Cause[],
  command: string,
  nothing = HEALTHY,
): Promise<void> {
  if (values.json) return print([JSON.stringify(report, null, 2)]);
  if (values.quiet) return print(quietLines(report, values.all === true));
  const style = await styleFor(process.stdout, values['no-color'] === true);
  if (values.why === undefined)
    return print(reportLines(report, { style, remedies, all: values.all === true, command, nothing }));
  const id = values.why;
  if (!causes.some((cause) => cause.id === id))
    throw new UllageError('no such cause', `--why ${id}`, 'ullage causes lists them');
  const found = report.findings.filter((finding) => finding.cause === id);
  if (found.length === 0) {
    return print([
      `${id} was not found here.`,
      ...report.findings.slice(0, 5).map((finding) => `found: ${finding.cause} (${finding.confidence})`),
      `What it is: ullage explain ${id}`,
    ]);
  }
  return print(found.flatMap((finding) => [...whyLines(finding, remedies, style), '']).slice(0, -1));
}
