import type { Finding } from '../src/causes/cause.ts';
import { content } from './content.ts';
import type { Dockerd } from './dockerd.ts';
import { holds } from './expect.ts';
import type { Ground, Told } from './ground.ts';
import { broken as brokenPromises, type Healed, healBy, type Refused, refusals } from './heal.ts';
import type { Incident, Lab } from './incident.ts';
import { said } from './said.ts';

/** One row of the table. */
export interface Row {
  incident: string;
  ground: string;
  /** the real error's text */
  error: string;
  /** df's line for the path the operator looks at */
  df: string;
  /** first finding of the broken state: cause, confidence */
  doctor: string;
  /** headroom in bytes, broken and healed, where bytes are at stake */
  headroom?: { broken: number; healed: number };
  /** recorded files found unchanged */
  files: number;
  seconds: number;
  /** cures by ullage: what was promised and what came of it */
  heal?: Healed[];
  /** applies that refused because something had moved */
  refused?: Refused[];
  /** what was not as it must be; empty when all was */
  wrong: string[];
}

export type Stage = 'healthy' | 'broken' | 'healed';

export interface Watcher {
  say(line: string): void;
  /** called in each stage, before anything else is asked: where captures are made */
  at?(stage: Stage, lab: Lab): Promise<void>;
}

/**
 * The whole life of an incident. What doctor says wrong is collected, so that one run tells all; what
 * keeps the incident itself from being made ends the run, with what was learnt until then.
 */
export async function runIncident(
  incident: Incident,
  ground: Ground,
  watcher: Watcher,
  by: 'hand' | 'ullage' = 'hand',
): Promise<Row> {
  const started = performance.now();
  const lab = newLab(ground, watcher);
  const row: Row = {
    incident: incident.name,
    ground: ground.kind,
    error: '',
    df: '',
    doctor: '',
    files: 0,
    seconds: 0,
    wrong: [],
  };
  const check = (ok: boolean, what: string): void => {
    if (!ok) row.wrong.push(what);
  };
  try {
    // what this machine has of its own is not the incident's
    const before = ground.kind === 'kernel' ? complaints(await ground.doctor()) : new Set<string>();
    watcher.say('make');
    await incident.make(lab);
    await watcher.at?.('healthy', lab);
    const healthy = await ground.doctor();
    for (const complaint of complaints(healthy))
      check(before.has(complaint), `false alarm on the healthy host: ${complaint}`);
    watcher.say(`healthy: doctor ${healthy.status} in ${healthy.seconds.toFixed(1)} s`);

    row.error = oneLine(said(await incident.break(lab)));
    watcher.say(`broken: ${row.error}`);
    await incident.state(lab);
    await watcher.at?.('broken', lab);
    row.df = await dfLine(ground, incident.df ?? '/var/lib/docker');
    const broken = await ground.doctor();
    const first = broken.report.findings.find((finding) => !before.has(`${finding.cause} ${finding.subject}`));
    row.doctor = first ? `${first.cause}, ${first.confidence}` : 'nothing';
    watcher.say(`doctor ${broken.status} in ${broken.seconds.toFixed(1)} s: ${row.doctor} (${first?.subject ?? ''})`);
    check(
      first !== undefined && incident.causes.includes(first.cause),
      `doctor did not put ${incident.causes.join(' or ')} first`,
    );
    check(first?.confidence === 'confirmed', 'doctor was not sure');
    check(broken.status === (incident.status ?? 2), `doctor ended with ${broken.status}`);
    check(await fails(() => incident.works(lab)), 'what is said to be broken works');

    watcher.say('cure');
    if (by === 'hand') await incident.cure(lab);
    else {
      holds(incident.heal !== undefined, 'ullage has no cure for it');
      const cures = incident.heal.cures.filter((cure) => cure.ground === undefined || cure.ground === ground.kind);
      row.heal = await healBy(ground, cures, watcher.say);
      row.wrong.push(...brokenPromises(row.heal));
      await incident.heal.rescue?.(lab);
      await incident.heal.restart?.(lab);
    }
    await incident.works(lab);
    row.files = await lab.content.verify(lab.hasDocker() ? lab.docker : undefined, ground);
    await watcher.at?.('healed', lab);
    const healed = await ground.doctor();
    watcher.say(`healed: doctor ${healed.status}, ${row.files} files unchanged`);
    for (const finding of healed.report.findings)
      if (
        incident.causes.includes(finding.cause) &&
        finding.confidence === 'confirmed' &&
        !before.has(`${finding.cause} ${finding.subject}`)
      )
        check(false, `doctor still confirms ${finding.cause} of ${finding.subject} when healed`);
    for (const { cause, subject } of healed.report.findings.filter(isCritical))
      check(before.has(`${cause} ${subject}`), `doctor ended with ${healed.status} when healed: ${cause} ${subject}`);
    if (incident.consumer) {
      const room = { broken: headroom(broken, incident.consumer), healed: headroom(healed, incident.consumer) };
      row.headroom = room;
      check(room.healed > room.broken, `headroom did not grow: ${room.broken} before, ${room.healed} after`);
    }
    const drifts = incident.heal?.drifts;
    if (by === 'ullage' && drifts) row.refused = await refusals(lab, drifts, watcher.say);
  } catch (error) {
    row.wrong.push(error instanceof Error ? error.message : String(error));
  }
  row.seconds = (performance.now() - started) / 1000;
  return row;
}

export function newLab(ground: Ground, watcher: Watcher): Lab & { hasDocker(): boolean } {
  let docker: Dockerd | undefined;
  return {
    ground,
    content: content(),
    say: (line) => watcher.say(line),
    hasDocker: () => docker !== undefined,
    get docker() {
      if (!docker) throw new Error('this incident has no Docker daemon');
      return docker;
    },
    set docker(started) {
      docker = started;
    },
  };
}

/** What makes doctor end with 2. */
const isCritical = ({ severity, confidence }: Finding): boolean => severity === 'critical' && confidence !== 'possible';

/** What doctor holds against a host: warnings and worse, by cause and subject. */
function complaints(told: Told): Set<string> {
  const bad = told.report.findings.filter((finding) => finding.severity !== 'notice');
  return new Set(bad.map((finding) => `${finding.cause} ${finding.subject}`));
}

function headroom(told: Told, consumer: RegExp): number {
  const rooms = told.report.headroom.filter((room) => consumer.test(room.consumer));
  const bytes = rooms.flatMap((room) => (room.bytes === undefined ? [] : [room.bytes]));
  holds(
    bytes.length > 0,
    `no headroom known for ${consumer}: ${told.report.headroom.map((one) => one.consumer).join(', ')}`,
  );
  return Math.min(...bytes);
}

async function dfLine(ground: Ground, path: string): Promise<string> {
  const ran = await ground.run(['df', '-h', '--output=size,used,avail,pcent,target', path]);
  return oneLine(ran.stdout.split('\n')[1] ?? ran.stderr);
}

async function fails(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch {
    return true;
  }
}

const oneLine = (text: string): string => text.trim().split(/\s+/).join(' ');
