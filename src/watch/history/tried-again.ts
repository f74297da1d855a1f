import { UllageError } from '../../host/host.ts';
import type { History } from './history.ts';

/** Seconds of looks between two tries. */
const EVERY = 300;

/**
 * A history that could not be opened when the watch began, its disk full or not mounted yet: it is tried again while looks
 * are written, and says why it is not there until then.
 * @param open as `openHistory`
 * @param problem why it could not be opened
 */
export function triedAgain(open: () => Promise<History>, problem: string): History {
  let opened: History | undefined;
  let why = problem;
  let tried: number | undefined;
  let closed = false;
  const opening = (): void => {
    open().then(
      (history) => {
        if (closed || opened) history.close();
        else opened = history;
      },
      (error: unknown) => {
        if (!(error instanceof UllageError)) throw error;
        why = error.message;
      },
    );
  };
  return {
    write(at, figures) {
      if (opened) return opened.write(at, figures);
      tried ??= at;
      // negative: the clock was set back
      if (at - tried >= EVERY || at < tried) {
        tried = at;
        opening();
      }
      return why;
    },
    read: (name, from, now) => opened?.read(name, from, now) ?? [],
    names: () => opened?.names() ?? [],
    prune: (now) => opened?.prune(now),
    close() {
      closed = true;
      opened?.close();
    },
  };
}
