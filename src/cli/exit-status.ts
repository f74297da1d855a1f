import type { Report } from '../causes/report.ts';

/** The monitoring-plugin convention; this table stands in every help text. */
export const EXIT = { healthy: 0, warning: 1, critical: 2, unknown: 3 } as const;

export const EXIT_TABLE = 'Exit status: 0 healthy, 1 warning, 2 critical, 3 unknown or could not look.';

/**
 * The status of a report: the worst finding that is at least likely. What is only possible
 * warns when it would be critical. Nothing looked at is unknown, never healthy.
 */
export function exitStatus(report: Report, sawAnything: boolean): number {
  let status: number = EXIT.healthy;
  for (const { severity, confidence } of report.findings) {
    if (severity === 'critical') status = Math.max(status, confidence === 'possible' ? EXIT.warning : EXIT.critical);
    else if (severity === 'warning' && confidence !== 'possible') status = Math.max(status, EXIT.warning);
  }
  return status === EXIT.healthy && !sawAnything ? EXIT.unknown : status;
}
