import type { Finding } from '../../causes/cause.ts';
import { quoteWord } from '../../host/quote.ts';
import { remedies } from '../../remedies/index.ts';
import { plannedId } from '../../remedies/planned-id.ts';
import type { CareRun } from '../care/ledger.ts';
import type { State } from '../state.ts';
import type { Condition } from './condition.ts';
import { foreseenCause } from './foreseen-cause.ts';

export interface RuleSettings {
  /** warn when it is gone within this many seconds */
  warnWithin: number;
  criticalWithin: number;
  /** seconds a forecast must hold; a finding that is confirmed is told at once */
  for: number;
}

export const USUAL_RULES: RuleSettings = { warnWithin: 24 * 3600, criticalWithin: 4 * 3600, for: 600 };

/**
 * Conditions that hold now. One for each cause and subject that is nobody's consequence; a forecast is
 * told for the headroom of a consumer, once for those that end at the same resource of a layer, with the cause
 * that the doctor will find then.
 */
export function conditionsOf(state: State, settings: RuleSettings, failed: number): Condition[] {
  const { look } = state;
  if (failed >= 3)
    return [
      {
        key: 'no-look',
        rule: 'UllageNoLook',
        severity: 'warning',
        subject: 'ullage watch',
        summary: `The host could not be looked at: ${state.problem ?? 'no answer'}`,
        for: 0,
      },
    ];
  if (!look) return [];
  const conditions: Condition[] = (state.care ?? []).flatMap(ofCare);
  for (const finding of look.findings) {
    if (finding.severity === 'notice' || finding.confidence === 'possible' || finding.consequenceOf) continue;
    conditions.push(ofFinding(finding, state, settings));
  }
  const told = new Set<string>();
  for (const outlook of state.outlooks) {
    if (!('consumer' in outlook) || outlook.seconds > settings.warnWithin) continue;
    const headroom = look.headroom.find((one) => one.consumer === outlook.consumer);
    const { layer: stops, resource } = headroom?.stoppedBy ?? {};
    const end = `${stops ?? headroom?.layer ?? outlook.consumer}${resource === undefined ? '' : `\t${resource}`}`;
    const stopped = conditions.some((one) => one.rule === 'UllageFinding' && one.subject === outlook.consumer);
    if (told.has(end) || stopped) continue;
    told.add(end);
    const cause = headroom && foreseenCause(headroom, look.layers);
    const subjects = [outlook.consumer, look.layers.find((one) => one.id === stops)?.name];
    const curable = look.findings.filter((one) => subjects.includes(one.subject) && one.remedies.length > 0);
    const remedy = remedyFor(soonest(curable.find((one) => one.cause === cause) ?? curable[0]));
    conditions.push({
      key: `exhaustion\t${end}`,
      rule: 'UllageExhaustion',
      severity: outlook.seconds <= settings.criticalWithin ? 'critical' : 'warning',
      subject: outlook.consumer,
      ...(cause === undefined ? {} : { cause }),
      summary: `${outlook.consumer} will be full: ${headroom?.stoppedBy ? `${headroom.stoppedBy.resource} of ${headroom.stoppedBy.layer} ends first` : 'nothing will be left'}`,
      ...(headroom?.bytes === undefined ? {} : { headroom: headroom.bytes }),
      seconds: outlook.seconds,
      soonest: outlook.soonest,
      ...(outlook.latest === undefined ? {} : { latest: outlook.latest }),
      remedy: remedy ?? 'ullage doctor --all',
      for: settings.for,
    });
  }
  return conditions;
}

/** Before an end that is foreseen, the cure that takes minutes comes first: the lasting one takes a night. */
const SOONEST: readonly string[] = ['grow-loop-pool'];

function soonest(finding: Finding | undefined): Finding | undefined {
  if (!finding) return undefined;
  const quick = finding.remedies.filter((id) => SOONEST.includes(id));
  return { ...finding, remedies: [...quick, ...finding.remedies.filter((id) => !quick.includes(id))] };
}

/** A run of care that went wrong: told until one at the same place goes well. A limit that stopped it is no fault. */
function ofCare({ remedy, on, outcome, why, plan }: CareRun): Condition[] {
  if (outcome !== 'failed' && outcome !== 'refused') return [];
  return [
    {
      key: `care\t${remedy}\t${on}`,
      rule: 'UllageCare',
      severity: 'warning',
      subject: on,
      summary: `Care: ${remedy} ${outcome === 'failed' ? 'failed' : 'was not done'}: ${why ?? 'it did not say why'}`,
      remedy:
        outcome === 'failed' && plan !== undefined
          ? `ullage journal ${plan}`
          : `ullage plan ${remedy} --on ${quotedSubject(on)}`,
      for: 0,
    },
  ];
}

const quotedSubject = (subject: string): string => (/^[\w./:@+-]+$/.test(subject) ? subject : quoteWord(subject));

function ofFinding(finding: Finding, state: State, settings: RuleSettings): Condition {
  const headroom = state.look?.headroom.find((one) => one.consumer === finding.subject)?.bytes;
  const outlook = state.outlooks.find((one) => 'consumer' in one && one.consumer === finding.subject);
  const remedy = remedyFor(finding);
  return {
    key: `finding\t${finding.cause}\t${finding.subject}`,
    rule: 'UllageFinding',
    severity: finding.severity === 'critical' ? 'critical' : 'warning',
    subject: finding.subject,
    cause: finding.cause,
    summary: finding.explanation,
    ...(headroom === undefined ? {} : { headroom }),
    ...(outlook ? { seconds: outlook.seconds, soonest: outlook.soonest } : {}),
    ...(remedy ? { remedy } : {}),
    for: finding.confidence === 'confirmed' ? 0 : settings.for,
  };
}

/** What shows the cure: a plan, or where none is made by itself, what the doctor says. */
export function remedyFor(finding: Finding | undefined): string | undefined {
  if (!finding) return undefined;
  const { cause, subject } = finding;
  for (const id of finding.remedies) {
    const remedy = remedies.find((one) => one.id === id);
    const plan = remedy && plannedId(remedy);
    if (plan) return `ullage plan ${plan} --on ${quotedSubject(subject)}`;
  }
  return `ullage doctor --why ${cause}`;
}
