import type { Condition } from './condition.ts';

/** A trouble from its first sign to its end. One message when it is told, one when it is over. */
export interface Incident {
  condition: Condition;
  /** seconds since 1970: first seen */
  since: number;
  /** when it was told; absent: it has not lasted long enough */
  toldAt?: number;
  /** when it was last seen */
  seenAt: number;
  /** the worst that was told: only worse is told again */
  toldSeverity?: Condition['severity'];
}

/** What the senders get. */
export interface Message {
  kind: 'firing' | 'resolved';
  incident: Incident;
}

/**
 * Seconds a told trouble must be gone before it counts as over (hysteresis): what flaps is one incident.
 */
export const CALM = 900;

/** A clock that was set back: what was seen later than `now` was seen now, else it would be waited for until then. */
function notAhead(incident: Incident, now: number): Incident {
  return { ...incident, since: Math.min(incident.since, now), seenAt: Math.min(incident.seenAt, now - 1) };
}

/** Folds what holds now into the incidents. @returns those that go on, and what is to be told */
export function advance(
  incidents: readonly Incident[],
  conditions: readonly Condition[],
  now: number,
  calm = CALM,
): { incidents: Incident[]; messages: Message[] } {
  const holding = new Map(conditions.map((condition) => [condition.key, condition]));
  const next: Incident[] = [];
  const messages: Message[] = [];
  for (const was of incidents) {
    const incident = notAhead(was, now);
    const condition = holding.get(incident.condition.key);
    if (condition) {
      holding.delete(condition.key);
      next.push({ ...incident, condition, seenAt: now });
    } else if (incident.toldAt === undefined) {
      // it was never told: nothing to take back
    } else if (now - incident.seenAt < calm) next.push(incident);
    else messages.push({ kind: 'resolved', incident });
  }
  for (const condition of holding.values()) next.push({ condition, since: now, seenAt: now });
  return {
    incidents: next.map((incident) => {
      const { condition, since, seenAt, toldSeverity } = incident;
      if (seenAt !== now || now - since < condition.for) return incident;
      const worse = toldSeverity === 'warning' && condition.severity === 'critical';
      if (toldSeverity !== undefined && !worse) return incident;
      const told = { ...incident, toldAt: now, toldSeverity: condition.severity };
      messages.push({ kind: 'firing', incident: told });
      return told;
    }),
    messages,
  };
}
