/** What should be told now, if it lasts. */
export interface Condition {
  /** one incident: the same key is the same trouble */
  key: string;
  /** name of the rule, as Alertmanager's `alertname` */
  rule: 'UllageFinding' | 'UllageExhaustion' | 'UllageNoLook' | 'UllageCare';
  severity: 'critical' | 'warning';
  subject: string;
  cause?: string;
  summary: string;
  headroom?: number;
  /** until nothing is left */
  seconds?: number;
  soonest?: number;
  latest?: number;
  /** the command that shows the cure */
  remedy?: string;
  /** seconds that it must hold before it is told */
  for: number;
}
