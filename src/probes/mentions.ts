import type { Document, Line } from './document.ts';
import { type Found, found } from './fact.ts';
import { CIRCUMSTANCE_TERMS } from './mentions/circumstances.ts';
import { DRIVER_TERMS } from './mentions/drivers.ts';
import { ENGINE_TERMS } from './mentions/engines.ts';
import type { MentionRule } from './mentions/rule.ts';
import { proseLines } from './paste/prose.ts';
import type { Probe } from './probe.ts';

/** Names count wherever they stand; circumstances where a person speaks of them. */
const NAMES: readonly MentionRule[] = [...ENGINE_TERMS, ...DRIVER_TERMS];

/** People say what it is about early; beyond this a paste is a log. UTF-16 units. */
const READ = 128 * 1024;
/** Places of one term looked at before giving up: each of them may be denied. */
const PLACES = 6;

/** Words in the prose of a paste that say which engine, driver, platform and circumstance. */
export const mentions: Probe = {
  id: 'mentions',
  readsTalk: true,
  title: 'what a pasted text speaks of: engines, drivers, platforms, circumstances',
  recognises: (doc) => doc.origin.kind === 'paste' && doc.text !== '',
  scan,
};

function scan(doc: Document): Found[] {
  const isProse = proseLines(doc.lines);
  const all = flow(doc.lines, () => true);
  const prose = flow(doc.lines, (i) => isProse[i] === true);
  const facts: Found[] = [];
  for (const rule of NAMES) add(rule, place(rule, rule.pattern, all), all);
  for (const rule of CIRCUMSTANCE_TERMS) {
    const said = place(rule, rule.pattern, prose);
    const shown = rule.output ? place(rule, rule.output, all) : undefined;
    add(
      rule,
      Math.min(said ?? Infinity, shown ?? Infinity),
      said === undefined || (shown ?? Infinity) < said ? all : prose,
    );
  }
  return facts;

  function add(rule: MentionRule, at: number | undefined, flowed: Flow): void {
    if (at === undefined || at === Infinity) return;
    const line = doc.lines[lineAt(flowed.starts, at)];
    if (line) facts.push(found('mention', { term: rule.term }, line.n, line.text.trim().slice(0, 400)));
  }
}

/** The first place where the term stands and is not denied. */
function place(rule: MentionRule, pattern: RegExp, { text }: Flow): number | undefined {
  if (!rule.words.some((word) => text.includes(word))) return undefined;
  let from = 0;
  for (let i = 0; i < PLACES; i++) {
    const match = pattern.exec(from === 0 ? text : text.slice(from));
    if (!match) return undefined;
    const at = from + match.index;
    if (rule.negative || !isDenied(text.slice(Math.max(0, at - 48), at))) return at;
    from = at + Math.max(1, match[0].length);
  }
  return undefined;
}

function isDenied(before: string): boolean {
  return DENIAL.test(before) && DENIED.test(before);
}

/** The words that {@link DENIED} is about. */
const DENIAL = /not|n't|never|with|no longer|instead|rather|nor|kein|nicht|pas|sans|sin|sem|não|[不没沒]/;
/** `not a …`, `is not related to …`, `without …`, `kein …`, directly before the term. */
const DENIED =
  /(?:\b(?:is|are|was|were|do|does|did|have|has|am)(?: not|n't)|\bnot|\bnever|\bwithout|\bno longer|\binstead of|\brather than|\bneither|\bnor|\bkein(?:e|en|er)?|\bnicht|\bpas (?:de|d'|un|une)|\bsans|\bsin|\bsem|\bnão(?: é| usa)?|не|不是|没有|沒有)\s(?:(?:a|an|the|any|related to|using|use|on|due to|about|caused by|because of|my|our|ein|eine|das|der|die|le|la|un|una|um|uma)\s){0,3}$/;

function runOn(lower: string, next: string): boolean {
  return /[\p{L},]$/u.test(lower) && /^\p{Ll}/u.test(next);
}

interface Flow {
  text: string;
  /** where each line begins */
  starts: number[];
}

/**
 * The lines that are wanted, in lower case; a sentence broken over lines (as mail does) is on
 * one line. An offset still tells the line.
 */
function flow(lines: readonly Line[], wanted: (index: number) => boolean): Flow {
  const starts: number[] = [];
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; i < lines.length && length < READ; i++) {
    const given = lines[i]?.text ?? '';
    const lower = given !== '' && wanted(i) ? given.slice(0, READ).toLowerCase() : '';
    starts.push(length);
    const next = lines[i + 1]?.text ?? '';
    const runsOn =
      lower.length > 30 && /[a-z,\u0080-\uffff]$/.test(lower) && /^[a-z\u0080-\uffff]/.test(next) && runOn(lower, next);
    parts.push(lower, runsOn ? ' ' : '\n');
    length += lower.length + 1;
  }
  return { text: parts.join(''), starts };
}

/** Index of the line that offset `at` lies in. */
function lineAt(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
