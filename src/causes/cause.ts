import type { Fact, Facts } from '../probes/fact.ts';
import type { Headroom, Stack } from '../stack/layer.ts';

export type Severity = 'critical' | 'warning' | 'notice';
export type Confidence = 'confirmed' | 'likely' | 'possible';

/** What a cause may look at: what was seen, and the stack built from it. */
export interface Scene {
  facts: Facts;
  stack: Stack;
  headroom: Headroom[];
  /**
   * `host`: a machine or a capture of one answered our questions, so what is absent was looked
   * for. `text`: a person pasted what they had: absence means nothing.
   */
  from: 'host' | 'text';
}

/** One proof. `quote` is the machine's own line. */
export interface Evidence {
  /** what it shows, in a few words: `every byte is given to chunks` */
  fact: string;
  /** where it stands: `btrfs filesystem show`, `/proc/cgroups`, `pasted text, line 14` */
  source: string;
  quote: string;
}

/** The one command that would settle what is not settled. */
export interface NextCheck {
  run: string;
  why: string;
}

export interface Finding {
  cause: string;
  severity: Severity;
  confidence: Confidence;
  /** what is full: a mount point, pool, container, user … */
  subject: string;
  evidence: Evidence[];
  /** for people, with this machine's own numbers */
  explanation: string;
  nextCheck?: NextCheck;
  /** ids of remedies, best first */
  remedies: string[];
  /** set when another finding explains this one: that cause's id */
  consequenceOf?: string;
  /** the text goes on and shows it mended, or something else happened later */
  later?: string;
}

/** What `find` returns: a finding without what the cause itself already says. */
export interface Draft {
  confidence: Confidence;
  /** defaults to the cause's */
  severity?: Severity;
  subject: string;
  evidence: Evidence[];
  /** specific, with numbers; one to three sentences */
  explanation: string;
  nextCheck?: NextCheck;
  remedies?: string[];
  /** 0..99, orders findings of equal confidence and severity; default 50. More direct proof = higher. */
  score?: number;
  /** ids of causes that are consequences of this very finding; defaults to the cause's */
  explains?: string[];
}

/**
 * One cause of exhaustion. `confirmed` needs a decisive line that shows the exhaustion itself, now;
 * a condition that only may lead there (latent), or circumstances that fit, are `likely` or `possible`.
 */
export interface Cause {
  /** id of reference/causes: kebab-case */
  id: string;
  /** one line: what is full or wrong */
  title: string;
  severity: Severity;
  /** A met every month, B regular on that configuration, C rare */
  prevalence: 'A' | 'B' | 'C';
  /** for people who never heard of it: what happens and why df does not show it; two to six sentences */
  about: string;
  /** how it is proven */
  confirm: string;
  /** causes that look the same, and what tells them apart */
  lookAlikes: { cause: string; tell: string }[];
  nextCheck: NextCheck;
  remedies: string[];
  prevention?: string;
  /** kernel file, man page, issue numbers */
  sources: string[];
  /** ids of causes that are mere consequences when this one is confirmed or likely on the same host */
  explains?: string[];
  find(scene: Scene): Draft[];
}

/** Evidence from a fact: the source's name with its line, and the line itself. */
export function evidence(fact: Fact, shows: string): Evidence {
  const at = fact.source.line === undefined ? '' : `, line ${fact.source.line}`;
  return { fact: shows, source: `${fact.source.label}${at}`, quote: fact.quote };
}
