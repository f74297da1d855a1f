import { UllageError } from '../host/host.ts';
import {
  createLineFile,
  type LineFile,
  lineFilesIn,
  lineFilesMark,
  openLineFile,
  readLines,
} from '../host/journal-file.ts';
import { journalDirectories } from '../host/journal-place.ts';
import type { ProcessMark } from '../host/process-mark.ts';
import type { Argv, Plan } from './plan.ts';

/**
 * What happened, one JSON line each, on the disk before the next thing happens. Pairs of states:
 * `trying` before a step touches anything, `done` or `failed` behind it.
 */
export type JournalEvent =
  | { event: 'plan'; plan: Plan }
  /** who works on it from here on, as `ownName` calls him: whether he still lives can be asked */
  | { event: 'begun'; owner: string }
  | { event: 'trying'; step: string; undo?: boolean }
  | { event: 'command'; step: string; argv: Argv }
  | { event: 'started'; step: string; process: ProcessMark }
  | { event: 'ran'; step: string; exit: number | null; seconds: number; stderr?: string }
  /** of the program at work, 0 to 1 */
  | { event: 'progress'; step: string; fraction: number }
  | { event: 'done'; step: string; recognised?: boolean; values?: Record<string, string> }
  | { event: 'skipped'; step: string; why: string }
  | { event: 'failed'; step: string; why: string; undo?: boolean }
  | { event: 'undone'; step: string; why?: string }
  | { event: 'waiting'; step: string; for: string }
  | { event: 'resumed'; by: 'apply' | 'undo' }
  | { event: 'interrupted'; step: string }
  | { event: 'finished'; outcome: 'applied' | 'undone' };

export type JournalLine = JournalEvent & { at: string };

export interface Journal {
  readonly path: string;
  write(event: JournalEvent): void;
  close(): void;
}

/** A journal for a new apply. The plan is its first line. */
export function startJournal(directory: string, plan: Plan): Journal {
  const path = `${directory}/${plan.id}.jsonl`;
  let file: LineFile;
  try {
    file = createLineFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new UllageError('the journal cannot be written', path, (error as Error).message, { cause: error });
    throw new UllageError(
      'this plan was begun before',
      path,
      `ullage apply --resume ${plan.id} goes on; ullage journal ${plan.id} tells what was done; a new ullage plan starts afresh`,
    );
  }
  const journal = overFile(file);
  journal.write({ event: 'plan', plan });
  return journal;
}

/** The journal at `path`, to go on with. */
export function continueJournal(path: string): Journal {
  return overFile(openLineFile(path));
}

function overFile(file: LineFile): Journal {
  return {
    path: file.path,
    write(event) {
      try {
        file.append(JSON.stringify({ at: new Date().toISOString(), ...event }));
      } catch (error) {
        throw new UllageError(
          'the journal cannot be written, so nothing more is done',
          file.path,
          `${(error as Error).message}. Make room there, then: ullage apply --resume`,
          { cause: error },
        );
      }
    },
    close: () => file.close(),
  };
}

/** @throws UllageError where a line is not a journal's */
export function readJournal(path: string): JournalLine[] {
  let lines: string[];
  try {
    lines = readLines(path);
  } catch (error) {
    throw new UllageError('the journal cannot be read', path, (error as Error).message, { cause: error });
  }
  return lines.map((line, index) => {
    try {
      const value = JSON.parse(line) as JournalLine;
      if (typeof value.event !== 'string' || (index === 0) !== (value.event === 'plan')) throw new Error('no event');
      return value;
    } catch {
      throw new UllageError(
        'not a line of a journal',
        `${path}, line ${index + 1}`,
        'The file was changed by hand or its disk is failing; nothing is done by it',
      );
    }
  });
}

/** The same for as long as no journal was begun or written to: much cheaper than reading them. */
export function journalsMark(directories: readonly string[] = journalDirectories()): string {
  return directories.map(lineFilesMark).join('\n');
}

/** Journals of this machine, newest first; one whose plan was not yet written (killed at its first byte) is left out. */
export function findJournals(directories: readonly string[] = journalDirectories()): string[] {
  return directories
    .flatMap(lineFilesIn)
    .filter((path) => readLines(path).length > 0)
    .map((path) => ({ path, at: readJournal(path)[0]?.at ?? '' }))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .map(({ path }) => path);
}
