import { randomBytes } from 'node:crypto';
import type { Finding, Scene } from '../causes/cause.ts';
import { diagnose, sceneOf } from '../causes/diagnose.ts';
import { causes } from '../causes/index.ts';
import type { CaptureHost } from '../host/capture.ts';
import { type Host, UllageError } from '../host/host.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { collect } from '../probes/collect.ts';
import { factsOfCapture } from '../probes/from-capture.ts';
import { probes } from '../probes/index.ts';
import { remedies } from '../remedies/index.ts';
import { plannedId } from '../remedies/planned-id.ts';
import { planned } from '../remedies/plans/index.ts';
import type { PlannedRemedy } from '../remedies/plans/planned.ts';
import { settingsFault } from '../remedies/plans/settings.ts';
import type { Remedy } from '../remedies/remedy.ts';

export interface PlanOrder {
  remedy?: string;
  on?: string;
  settings: ReadonlyMap<string, string>;
  /** `ssh://…` */
  spec?: string;
  timeoutMs: number;
  /** the host is this capture: it knows only what it was asked when it was made */
  capture?: CaptureHost;
}

/** Looks at the host, chooses what is to be cured, and lets the remedy plan it. */
export async function planFor(host: Host, order: PlanOrder): Promise<Plan> {
  const targets = order.on?.startsWith('/') ? [order.on] : [];
  const { capture } = order;
  const { facts, unknown } = capture
    ? factsOfCapture(capture.entries(), probes, targets, capture.manifest.unknown)
    : await collect(host, probes, { deadlineMs: order.timeoutMs, targets });
  const report = diagnose(facts, causes, 'host', unknown);
  const scene = sceneOf(facts, 'host');
  if (order.remedy !== undefined) {
    const { id, finding } = named(order.remedy, report.findings, order.on);
    return planOf(host, id, finding, scene, order);
  }
  const { cures, passedOver } = bestCures(report.findings, order.on);
  const refused: string[] = [];
  for (const { id, finding } of cures) {
    try {
      return await planOf(host, id, finding, scene, order);
    } catch (error) {
      // the only one: its own words, with what to do
      if (!(error instanceof UllageError) || (cures.length === 1 && passedOver.length === 0)) throw error;
      refused.push(`${id}: ${error.what} (${error.where})`);
    }
  }
  const first = cures[0]?.finding;
  throw new UllageError(
    'no cure of what was found can be planned here',
    [...passedOver.map(cured), `${first?.cause} (${first?.subject}): ${refused.join(' — ')}`].join('; '),
    'ullage plan REMEDY plans one by name',
  );
}

async function planOf(
  host: Host,
  id: string,
  finding: Finding | undefined,
  scene: Scene,
  order: PlanOrder,
): Promise<Plan> {
  const remedy = await load(id);
  const fault = settingsFault(remedy.settings, order.settings);
  if (fault) throw new UllageError('a setting is wrong', `ullage plan ${id}`, fault);
  const on = order.on ?? finding?.subject;
  const draft = (from: Host) =>
    draftPlan(from, remedy, scene, { ...order, ...(on === undefined ? {} : { on }) }, finding);
  if (order.capture === undefined) return draft(host);
  const { planFromCapture } = await import('./plan-from-capture.ts');
  return planFromCapture(host, draft);
}

async function draftPlan(
  host: Host,
  remedy: PlannedRemedy,
  scene: Scene,
  order: PlanOrder,
  finding: Finding | undefined,
): Promise<Plan> {
  const id = `ullage-${randomBytes(3).toString('hex')}`;
  const drafting = remedy.draft({
    scene,
    settings: order.settings,
    id,
    ...(finding ? { finding } : {}),
    ...(order.on === undefined ? {} : { on: order.on }),
  });
  return makePlan(drafting, {
    host,
    id,
    remedy: remedy.id,
    title: remedies.find((one) => one.id === remedy.id)?.title ?? remedy.id,
    finding: finding ? { cause: finding.cause, subject: finding.subject, confidence: finding.confidence } : null,
    ...(order.spec ? { spec: order.spec } : {}),
  });
}

/** @throws UllageError with those that can be planned */
export async function load(id: string): Promise<PlannedRemedy> {
  const remedy = planned.get(id);
  if (remedy) return remedy();
  const text = remedies.some((one) => one.id === id);
  throw new UllageError(
    text ? 'that remedy cannot be planned, it is done by hand' : 'no such remedy',
    id,
    text ? `docs/remedies/${id}.md tells how` : 'ullage remedies lists them',
  );
}

/** What plans the remedy of that id: itself, or the one that its text names. */
export function plannerOf(id: string): string | undefined {
  const remedy = remedies.find((one) => one.id === id);
  return remedy && plannedId(remedy);
}

/** A remedy that is a procedure for people alone; undefined: it can be planned, or there is none of that name. */
export function byHand(id: string): Remedy | undefined {
  return plannerOf(id) === undefined ? remedies.find((remedy) => remedy.id === id) : undefined;
}

interface Chosen {
  id: string;
  finding?: Finding;
}

const cured = ({ cause, subject, confidence, remedies: list }: Finding): string =>
  `${cause} (${subject}${confidence === 'possible' ? ', only possible' : ''}): ${list.join(', ') || 'no remedy'}`;

/** What may cure the first finding that anything cures, the best first. @throws UllageError when nothing does */
function bestCures(
  findings: readonly Finding[],
  on: string | undefined,
): { cures: Chosen[]; passedOver: readonly Finding[] } {
  const there = findings.filter((finding) => on === undefined || concerns(finding, on));
  const sure = there.filter((finding) => finding.confidence !== 'possible');
  for (const [index, finding] of sure.entries()) {
    // what deletes data is planned only when it is asked for by name
    const ids = finding.remedies
      .flatMap((id) => plannerOf(id) ?? [])
      .filter((id) => remedies.find((remedy) => remedy.id === id)?.risk !== 'destructive');
    if (ids.length > 0)
      return { cures: [...new Set(ids)].map((id) => ({ id, finding })), passedOver: sure.slice(0, index) };
  }
  const first = there[0];
  if (!first)
    throw new UllageError(
      'there is nothing to cure',
      on ?? 'this host',
      'ullage doctor finds nothing wrong; ullage plan REMEDY plans one by name',
    );
  throw new UllageError(
    'no cure of what was found is planned by itself',
    cured(first),
    `ullage doctor --why ${first.cause} tells how it is done by hand; ullage plan REMEDY plans one by name`,
  );
}

function named(remedy: string, findings: readonly Finding[], on: string | undefined): Chosen {
  const id = plannerOf(remedy) ?? remedy;
  const finding = findings.find(
    (one) => one.remedies.some((cure) => plannerOf(cure) === id) && (on === undefined || concerns(one, on)),
  );
  return { id, ...(finding ? { finding } : {}) };
}

function concerns(finding: Finding, on: string): boolean {
  return (
    finding.subject === on || finding.subject.includes(on) || finding.evidence.some((one) => one.quote.includes(on))
  );
}
