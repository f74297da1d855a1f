import { basename } from 'node:path';
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
import { type JournalEvent, type JournalLine, parseLine } from './journal-line.ts';
import type { Plan } from './plan.ts';

export type { JournalEvent, JournalLine } from './journal-line.ts';

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
      return parseLine(line, index === 0);
    } catch (error) {
      throw new UllageError(
        'not a line of a journal',
        `${path}, line ${index + 1}: ${(error as Error).message}`,
        'The file was changed by hand or its disk is failing; nothing is done by it',
        { cause: error },
      );
    }
  });
}

/** The same for as long as no journal was begun or written to: much cheaper than reading them. */
export function journalsMark(directories: readonly string[] = journalDirectories()): string {
  return directories.map(lineFilesMark).join('\n');
}

/**
 * Journals of this machine, newest first; one whose plan was not yet written (killed at its first byte) is left out.
 * @param damaged is told of one that cannot be read; without it that is an error
 */
export function findJournals(
  directories: readonly string[] = journalDirectories(),
  damaged?: (error: UllageError) => void,
): string[] {
  return directories
    .flatMap(lineFilesIn)
    .flatMap((path) => {
      try {
        const [first] = readJournal(path);
        return first ? [{ path, at: first.at }] : [];
      } catch (error) {
        if (!(error instanceof UllageError) || !damaged) throw error;
        damaged(error);
        return [];
      }
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .map(({ path }) => path);
}

/** The journal of the plan of that id, whatever the others are like; undefined: there is none. */
export function journalOf(id: string): string | undefined {
  return journalDirectories()
    .flatMap(lineFilesIn)
    .find((path) => path === id || basename(path) === `${id}.jsonl`);
}
