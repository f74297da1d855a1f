import type { Fact } from '../../probes/fact.ts';
import type { Limit } from '../../probes/facts/limits.ts';
import type { MentionTerm } from '../../probes/facts/text.ts';
import type { Draft, Evidence, NextCheck, Scene } from '../cause.ts';
import { firstNearly, firstReached, fullestFirst, type KnownLimit, knownLimits } from './limits.ts';
import { show } from './messages.ts';
import { said, says } from './said.ts';

export interface LimitStory {
  /** sysctl names of the limit, e.g. `fs.inotify.max_user_watches` */
  limits: string[];
  /** messages and error lines that say it ran out */
  failed: readonly Fact[];
  /** what is counted, in the plural: `inotify watches` */
  what: string;
  subject: string;
  /** why it matters and what it is not; one sentence */
  meaning: string;
  /** what was counted elsewhere than where the limit stands */
  counted?: readonly KnownLimit[];
  /** how many are taken at once at least; with fewer left nothing works any more */
  needed?: number;
  /** counts are per user: without knowing whose a sum proves nothing */
  perUser?: boolean;
  /** 0..99 for a message without numbers; default 80 */
  score?: number;
  /** more proofs that belong to it */
  more?: readonly Evidence[];
  nextCheck?: NextCheck;
  /** words of prose that speak of it when no message was quoted */
  spokenOf?: readonly MentionTerm[];
}

/**
 * A kernel limit: used up (confirmed when it is known whose), named by a message (likely), or
 * nearly used up (a notice on a host that works).
 */
export function limitDrafts(scene: Scene, story: LimitStory): Draft[] {
  const limits = fullestFirst([...(story.counted ?? []), ...knownLimits(scene, ...story.limits)]);
  const full = firstReached(limits, story.needed);
  const failed = show(story.failed, 'the call was refused', 3);
  const extra = { ...(story.nextCheck ? { nextCheck: story.nextCheck } : {}) };
  if (full) {
    const { value } = full;
    const certain = value.assumed !== true && (story.perUser !== true || value.scope !== undefined);
    return [
      {
        confidence: certain ? 'confirmed' : 'likely',
        subject: value.scope ?? story.subject,
        evidence: [
          ...showUse(full, value.used === value.value ? `all ${value.value} are in use` : `${value.used} are in use`),
          ...failed,
          ...(story.more ?? []),
        ],
        explanation: `${value.used} ${story.what} are in use${value.scope ? ` by ${value.scope}` : ''}; the limit ${value.name} is ${value.value}. ${sentence(full.detail)}${story.meaning}`,
        ...extra,
        score: 92,
      },
    ];
  }
  const known = limits[0];
  if (failed.length > 0) {
    const limit = known
      ? ` The limit ${known.value.name} is ${known.value.value}${known.value.used === undefined ? '' : `, ${known.value.used} are in use`}.`
      : '';
    return [
      {
        confidence: 'likely',
        subject: story.subject,
        evidence: [...failed, ...(known ? show(known.facts, 'the limit') : []), ...(story.more ?? [])],
        explanation: `The kernel refused more ${story.what}.${limit} ${sentence(known?.detail)}${story.meaning}`,
        ...extra,
        score: story.score ?? 80,
      },
    ];
  }
  const near = firstNearly(limits);
  if (!near) return spoken(scene, story);
  const { value } = near;
  return [
    {
      confidence: 'possible',
      severity: 'notice',
      subject: value.scope ?? story.subject,
      evidence: showUse(near, 'less than a tenth is left'),
      explanation:
        `${value.used} of ${value.value} ${story.what} are in use${value.scope ? ` by ${value.scope}` : ''} (${value.name}). ${near.detail ?? ''}`.trimEnd(),
      ...extra,
      score: 30,
    },
  ];
}

/** The limit shows itself; what was counted one by one is shown by its largest part. */
function showUse(known: KnownLimit, shows: string): Evidence[] {
  return known.facts.flatMap((fact) => {
    const isLimit = fact.kind === 'limit' && (fact.value as Limit).used === undefined;
    const isPart = fact.kind === 'inotify-instance';
    return show([fact], isLimit ? 'the limit' : isPart ? 'the largest part' : shows);
  });
}

const sentence = (text: string | undefined): string => (text === undefined ? '' : `${text} `);

/** People name the thing without its message: weak, and only where something failed or is asked. */
function spoken(scene: Scene, story: LimitStory): Draft[] {
  const terms = story.spokenOf ?? [];
  if (scene.from === 'host' || !says(scene, ...terms)) return [];
  return [
    {
      confidence: 'possible',
      subject: story.subject,
      evidence: [...said(scene, ...terms), ...(story.more ?? [])],
      explanation: `The text speaks of it: there may be no more ${story.what} to give. ${story.meaning}`,
      ...(story.nextCheck ? { nextCheck: story.nextCheck } : {}),
      score: 58,
    },
  ];
}
