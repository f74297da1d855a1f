import type { Host } from '../host/host.ts';
import { findJournals, journalsMark, readJournal } from '../plan/journal.ts';
import { type State, stateOf } from '../plan/state.ts';
import type { UsageDocument } from '../usage/document.ts';

/** What is shown beside the looks: who holds the space, and the applies. */
export interface Beside {
  usage(): UsageDocument | undefined;
  applies(): readonly State[];
  /** measures now; undefined where that is not possible */
  measured(): Promise<UsageDocument | undefined>;
  close(): void;
}

/** Journals are looked at this often, ms, while somebody sees it: a running apply is to be seen moving. */
const JOURNALS = 2000;

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
  changed(): void;
}

export function besideOf({ host, scan: argv, every, watched, changed }: BesideOptions): Beside {
  let usage: UsageDocument | undefined;
  let applies: State[] = [];
  let mark: string | undefined;
  let told: string | undefined;
  let journals: NodeJS.Timeout | undefined;
  const lookAgain = () => {
    if (!watched()) {
      // nobody sees it: a timer costs more than all else that is done between looks
      clearInterval(journals);
      journals = undefined;
      return;
    }
    const is = journalsMark();
    if (is === told) return;
    told = is;
    changed();
  };
  const measure = async () => {
    const ran = await host.run(argv, { timeoutMs: SCAN_MS, maxBytes: 64 * 2 ** 20 });
    try {
      usage = JSON.parse(ran.stdout) as UsageDocument;
      changed();
    } catch {
      // no engine here, or not ours to read: the page says that it was not measured
    }
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
      return applies;
    },
    async measured() {
      await measure();
      return usage;
    },
    close() {
      clearInterval(journals);
      clearInterval(scan);
    },
  };
}

function read(): State[] {
  try {
    return findJournals()
      .slice(0, 3)
      .map((path) => stateOf(readJournal(path)));
  } catch {
    // a damaged journal is told by `ullage journal`; it must not end the watch
    return [];
  }
}
