import type { Cause, Draft, Finding, NextCheck } from './cause.ts';

const CONFIDENCE = { confirmed: 300, likely: 200, possible: 100 } as const;
// a likely outage comes before a confirmed notice; a confirmed one before everything
const SEVERITY = { critical: 150, warning: 60, notice: 0 } as const;

interface Ranked {
  finding: Finding;
  rank: number;
  explains: readonly string[];
}

/**
 * Drafts to findings, most decisive first. One finding for each cause and subject (the best
 * proven); what another finding explains stands right behind it and names it.
 */
export function rank(drafts: readonly { cause: Cause; draft: Draft }[]): Finding[] {
  const best = new Map<string, Ranked>();
  for (const { cause, draft } of drafts) {
    const finding = toFinding(cause, draft);
    const value =
      CONFIDENCE[finding.confidence] + SEVERITY[finding.severity] + Math.min(99, Math.max(0, draft.score ?? 50)) / 2;
    const key = `${finding.cause}\n${finding.subject}`;
    const known = best.get(key);
    if (!known || known.rank < value)
      best.set(key, { finding, rank: value, explains: draft.explains ?? cause.explains ?? [] });
  }
  const all = [...best.values()].sort(byRank);
  for (const root of all) {
    if (root.finding.confidence === 'possible' || root.finding.severity === 'notice') continue;
    for (const other of all) {
      if (other === root || other.finding.consequenceOf || !root.explains.includes(other.finding.cause)) continue;
      if (root.finding.consequenceOf === other.finding.cause) continue;
      other.finding.consequenceOf = root.finding.cause;
      other.rank = Math.min(other.rank, root.rank - 1);
    }
  }
  return all.sort(byRank).map(({ finding }) => finding);
}

function byRank(a: Ranked, b: Ranked): number {
  return (
    b.rank - a.rank ||
    (a.finding.cause < b.finding.cause
      ? -1
      : a.finding.cause > b.finding.cause
        ? 1
        : a.finding.subject < b.finding.subject
          ? -1
          : 1)
  );
}

function toFinding(cause: Cause, draft: Draft): Finding {
  const nextCheck = draft.nextCheck ?? (draft.confidence === 'confirmed' ? undefined : cause.nextCheck);
  return {
    cause: cause.id,
    severity: draft.severity ?? cause.severity,
    confidence: draft.confidence,
    subject: draft.subject,
    evidence: draft.evidence,
    explanation: draft.explanation,
    ...(nextCheck ? { nextCheck: aimed(nextCheck, draft.subject) } : {}),
    remedies: draft.remedies ?? cause.remedies,
  };
}

/** A cause's text asks about Docker's usual directory; of a finding about another place, that place is asked about. */
function aimed(check: NextCheck, subject: string): NextCheck {
  // a device is no path of df's or btrfs's, and what a shell would have to be told is left as it is
  if (!/^\/(?!dev\/)[\w./@:+-]*$/.test(subject)) return check;
  return { ...check, run: check.run.replace(/(?<=\s)\/var\/lib\/docker(?=\s|$)/, subject) };
}
