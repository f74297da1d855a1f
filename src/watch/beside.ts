import type { Host } from '../host/host.ts';
import { ownerLives, processLives } from '../host/process-mark.ts';
import { findJournals, journalsMark, readJournal } from '../plan/journal.ts';
import { type State, stateOf } from '../plan/state.ts';
import { noWayBack } from '../plan/undo.ts';
import type { UsageDocument } from '../usage/document.ts';

/** An apply as its journal tells, and who is at work on it now. */
export interface Applied extends State {
  /** the ullage that works on it lives */
  atWork: boolean;
  /** of programs that go on without it; only where it is not at work */
  left: readonly number[];
  /** it can be taken back */
  undoable: boolean;
}

/** The last measurement of who holds the space. */
export interface Measured {
  usage?: UsageDocument;
  /** why the last one gave nothing; what was measured before stays */
  problem?: string;
  /** one is under way */
  busy: boolean;
}

/** What is shown beside the looks: who holds the space, and the applies. */
export interface Beside {
  /** undefined where it is not to be measured */
  usage(): Measured | undefined;
  applies(): readonly Applied[];
  /** measures now */
  measured(): Promise<Measured>;
  close(): void;
}

/** Journals are looked at this often, ms, while somebody sees it: a running apply is to be seen moving. */
const JOURNALS = 1000;
/** And one at work is told anew so often, ms, though its journal says nothing. */
const MOVES = 2000;

/** Applies shown at most. */
const SHOWN = 3;

/** A scan of large stores takes its time. */
const SCAN_MS = 30 * 60_000;

export interface BesideOptions {
  host: Host;
  /** argv that prints `ullage usage --json`: a program of its own, so that a scan keeps no look waiting */
  scan: readonly string[];
  /** seconds between scans; absent: never */
  every?: number;
  /** somebody has the page open and is to be told */
  watched(): boolean;
  changed(what: 'usage' | 'applies'): void;
}

export function besideOf({ host, scan: argv, every, watched, changed }: BesideOptions): Beside {
  let usage: Measured | undefined = every === undefined ? undefined : { busy: true };
  let applies: Applied[] = [];
  let mark: string | undefined;
  let told: string | undefined;
  let toldAt = 0;
  let journals: NodeJS.Timeout | undefined;
  /** An apply that is killed writes nothing more: whether its process lives is asked as well. */
  const whole = () => `${journalsMark()}\n${applies.map((one) => JSON.stringify(workersOf(one))).join()}`;
  const lookAgain = () => {
    if (!watched()) {
      // nobody sees it: a timer costs more than all else that is done between looks
      clearInterval(journals);
      journals = undefined;
      return;
    }
    const is = whole();
    // of one at work the time that it takes goes on
    if (is === told && !(applies.some(({ atWork }) => atWork) && Date.now() - toldAt >= MOVES)) return;
    told = is;
    toldAt = Date.now();
    changed('applies');
  };
  const measure = async () => {
    usage = { ...usage, busy: true };
    const ran = await host.run(argv, { timeoutMs: SCAN_MS, maxBytes: 64 * 2 ** 20 });
    try {
      usage = { usage: JSON.parse(ran.stdout) as UsageDocument, busy: false };
    } catch {
      // no engine here, or not ours to read
      const said = ran.timedOut ? 'it did not end in time' : ran.stderr.trim().split('\n').join(' ').slice(0, 400);
      usage = { ...usage, busy: false, problem: said || `exit ${ran.exitCode ?? 'by signal'}` };
    }
    changed('usage');
  };
  const scan = every === undefined ? undefined : setInterval(() => void measure(), every * 1000);
  if (scan) void measure();
  return {
    usage: () => usage,
    applies() {
      journals ??= setInterval(lookAgain, JOURNALS);
      const is = journalsMark();
      if (is !== mark) applies = read();
      mark = is;
      applies = applies.map((one) => ({ ...one, ...workersOf(one) }));
      return applies;
    },
    async measured() {
      await measure();
      return usage ?? { busy: false };
    },
    close() {
      clearInterval(journals);
      clearInterval(scan);
    },
  };
}

function read(): Applied[] {
  try {
    // a damaged journal is told by `ullage journal`
    return findJournals(undefined, () => {})
      .slice(0, SHOWN)
      .map((path) => stateOf(readJournal(path)))
      .map((state) => ({ ...state, atWork: false, left: [], undoable: noWayBack(state) === undefined }));
  } catch {
    // one that was cut or went away since it was listed must not end the watch
    return [];
  }
}

/** Who works on it at this moment. On another host only that host could tell what is left there. */
function workersOf({ stands, owner, open, plan }: State): Pick<Applied, 'atWork' | 'left'> {
  const over = stands === 'applied' || stands === 'undone';
  const atWork = !over && owner !== undefined && ownerLives(owner);
  const left = over || atWork || plan.host.spec ? [] : open.filter(processLives).map(({ pid }) => pid);
  return { atWork, left };
}
