import type { Host, Ran } from '../host/host.ts';
import { maskArgv, maskOutput } from '../host/mask.ts';
import type { Document } from './document.ts';
import type { Facts } from './fact.ts';
import { joinBtrfsSysfs } from './join-btrfs.ts';
import { makeDocument } from './make-document.ts';
import type { Ask, Probe } from './probe.ts';
import { addDocument, recognise, sourceLabel } from './recognise.ts';
import { targetDocument } from './target.ts';

/** What could not be looked at: what stays unknown, why, and what to run to find out. */
export interface Unknown {
  what: string;
  why: string;
  run: string;
}

export interface Collected {
  facts: Facts;
  documents: Document[];
  unknown: Unknown[];
}

export interface CollectOptions {
  /** also ask what is expensive on the host */
  deep?: boolean;
  /** questions running at the same time */
  width?: number;
  /** all of it, in milliseconds; what has not answered by then is unknown. Given more, each question has more too */
  deadlineMs?: number;
  /** paths the operator asked about: their file systems are looked at too */
  targets?: readonly string[];
}

const USUAL_DEADLINE_MS = 60_000;

/**
 * Asks a live machine everything the probes want to know, in rounds: answers of one round let
 * probes ask about what was found (a mount point, a daemon's socket, a pool). A question that
 * hangs costs its own time limit, never the others'.
 */
export async function collect(host: Host, probes: readonly Probe[], options: CollectOptions = {}): Promise<Collected> {
  const deadlineMs = options.deadlineMs ?? USUAL_DEADLINE_MS;
  const clock = { end: Date.now() + deadlineMs, patience: Math.max(1, deadlineMs / USUAL_DEADLINE_MS) };
  const asked = new Set<string>();
  const documents: Document[] = [];
  const unknown: Unknown[] = [];
  for (const path of options.targets ?? []) documents.push(targetDocument(path));
  const facts = factsOfHost(documents, probes);
  for (let round = 0; round < 6; round++) {
    const asks: Ask[] = [];
    for (const probe of probes) {
      for (const ask of probe.asks?.(facts) ?? []) {
        const key = askKey(ask);
        if (asked.has(key) || (ask.deep && !options.deep)) continue;
        asked.add(key);
        asks.push(ask);
      }
    }
    if (asks.length === 0) break;
    const answers = await inParallel(asks, options.width ?? 6, (ask) => answer(host, ask, clock));
    for (const { documents: given, problem } of answers) {
      documents.push(...given);
      for (const document of given) addDocument(facts, document, probes);
      if (problem && !unknown.some((one) => one.what === problem.what && one.why === problem.why))
        unknown.push(problem);
    }
  }
  unknown.sort((a, b) => (a.what < b.what ? -1 : 1));
  return { facts: factsOfHost(documents, probes), documents, unknown };
}

/**
 * The facts of a machine's documents, in an order that does not depend on which answer came
 * first: the same machine read locally, over ssh and from its capture gives the same report.
 */
export function factsOfHost(documents: readonly Document[], probes: readonly Probe[]): Facts {
  const labelled = documents.map((document) => ({ document, label: sourceLabel(document.origin) }));
  labelled.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  return joinBtrfsSysfs(
    recognise(
      labelled.map(({ document }) => document),
      probes,
    ),
  );
}

interface Answer {
  /** what every way of asking printed, failed ones too: a capture of this look holds the same */
  documents: Document[];
  problem?: Unknown;
}

/** When all must be over, and how many times its usual limit each question has: a slow host is given more. */
interface Clock {
  end: number;
  patience: number;
}

async function answer(host: Host, ask: Ask, clock: Clock): Promise<Answer> {
  const left = clock.end - Date.now();
  if (left <= 0) return { documents: [], problem: problemOf(ask, 'there was no time left to ask') };
  const timeoutMs = Math.min((ask.timeoutMs ?? 10_000) * clock.patience, left);
  const first = await answerOnce(host, ask, timeoutMs);
  const documents = first.document ? [first.document] : [];
  // an alternative replaces an answer that is missing; a time-out is not asked again in other words
  if (first.problem && ask.or && !first.hung) {
    const second = await answer(
      host,
      { ...ask.or, what: ask.or.what ?? ask.what ?? askKey(ask), optional: false },
      clock,
    );
    documents.push(...second.documents);
    if (!second.problem) return { documents };
  }
  return { documents, ...visible(ask, first.problem, first.absent) };
}

function visible(ask: Ask, problem: Unknown | undefined, absent: boolean): { problem?: Unknown } {
  return problem && ask.what && !(absent && ask.optional) ? { problem } : {};
}

interface OneAnswer {
  document?: Document;
  problem?: Unknown;
  /** the host simply has no such thing */
  absent: boolean;
  hung?: boolean;
}

async function answerOnce(host: Host, ask: Ask, timeoutMs: number): Promise<OneAnswer> {
  if (ask.kind === 'read' || ask.kind === 'statfs') {
    const got =
      ask.kind === 'read' ? await host.read(ask.path, { timeoutMs }) : await host.statfs(ask.path, { timeoutMs });
    if (got.ok) {
      const text = 'content' in got ? got.content : JSON.stringify(got.value);
      return { document: makeDocument({ kind: ask.kind, path: ask.path }, maskOutput(ask, text)), absent: false };
    }
    return {
      problem: problemOf(ask, whyNot(got.reason, timeoutMs)),
      absent: got.reason === 'missing',
      hung: got.reason === 'timeout',
    };
  }
  const argv =
    ask.kind === 'run' ? ask.argv : ['curl', '-s', '--unix-socket', ask.socket, `http://localhost${ask.path}`];
  const ran =
    ask.kind === 'run' ? await host.run(ask.argv, { timeoutMs }) : await host.get(ask.socket, ask.path, { timeoutMs });
  const document = ran.notFound
    ? undefined
    : makeDocument(
        { kind: 'run', argv: maskArgv(argv) },
        maskOutput({ argv }, ran.stdout),
        maskOutput({ argv }, ran.stderr),
        ran.exitCode,
      );
  const why = runProblem(ran, timeoutMs);
  return {
    ...(document && (ran.stdout !== '' || ran.stderr !== '') ? { document } : {}),
    ...(why ? { problem: problemOf(ask, why.text) } : {}),
    absent: why?.absent ?? false,
    ...(ran.timedOut ? { hung: true } : {}),
  };
}

/** Why a run is no answer, or undefined when it is one. */
export function runProblem(ran: Ran, timeoutMs: number): { text: string; absent: boolean } | undefined {
  if (ran.timedOut) return { text: whyNot('timeout', timeoutMs), absent: false };
  if (ran.notFound) return { text: 'the program is not installed', absent: true };
  if (ran.exitCode === 0) return undefined;
  if (
    /permission denied|operation not permitted|must be (?:run as )?root|superuser|need to be root|not authori[sz]ed|EACCES/i.test(
      ran.stderr,
    )
  ) {
    return { text: 'needs root', absent: false };
  }
  const said = ran.stderr.trim().split('\n').at(-1) ?? '';
  return { text: said === '' ? `ended with status ${ran.exitCode ?? 'none'}` : said.slice(0, 160), absent: true };
}

function whyNot(reason: 'missing' | 'denied' | 'timeout' | 'other', timeoutMs: number): string {
  if (reason === 'denied') return 'needs root';
  if (reason === 'timeout')
    return `did not answer within ${Math.round(timeoutMs / 100) / 10} s (storage below it may hang)`;
  return reason === 'missing' ? 'does not exist' : 'could not be read';
}

function problemOf(ask: Ask, why: string): Unknown {
  return { what: ask.what ?? askKey(ask), why, run: askCommand(ask) };
}

function askCommand(ask: Ask): string {
  switch (ask.kind) {
    case 'run':
      return ask.argv.join(' ');
    case 'read':
      return `cat ${ask.path}`;
    case 'statfs':
      return `stat -f ${ask.path}`;
    case 'get':
      return `curl -s --unix-socket ${ask.socket} http://localhost${ask.path}`;
  }
}

function askKey(ask: Ask): string {
  return `${ask.kind} ${askCommand(ask)}`;
}

/** Runs `work` over items with at most `width` at a time; results are in the items' order. */
async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const lanes = Array.from({ length: Math.min(width, items.length) }, async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  });
  await Promise.all(lanes);
  return results;
}
