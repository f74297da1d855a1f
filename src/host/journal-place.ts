import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UllageError } from './host.ts';
import { deviceOf, usableDirectory } from './journal-file.ts';

/** TMPFS_MAGIC, linux/magic.h */
const TMPFS = 0x01021994;
/** A journal of the longest plan is some 200 KiB. */
const ROOM = 1024 * 1024;

export interface JournalPlace {
  directory: string;
  /** in memory: lost when the machine is switched off */
  volatile: boolean;
}

/** Directories where journals are kept, best first. ULLAGE_STATE_DIR names another one, alone. */
export function journalDirectories(): string[] {
  const chosen = process.env['ULLAGE_STATE_DIR'];
  if (chosen) return [join(chosen, 'journal')];
  const own = join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'ullage/journal');
  if (process.getuid?.() !== 0) return [own];
  return ['/var/lib/ullage/journal', own, '/boot/ullage/journal', '/run/ullage/journal'];
}

/**
 * The first place that can be written, has room, and does not lie on what the plan treats.
 * @throws UllageError when there is none
 */
export function journalPlace(treats: readonly string[]): JournalPlace {
  const sick = new Set(treats.map(deviceOf).filter((device) => device !== undefined));
  const tried: string[] = [];
  const directories = journalDirectories();
  for (const anywhere of [false, true]) {
    for (const directory of directories) {
      const device = usableDirectory(directory);
      const why =
        device === undefined
          ? 'cannot be made'
          : !anywhere && sick.has(device)
            ? 'lies on what is treated'
            : writable(directory);
      if (why === undefined) return { directory, volatile: statfsSync(directory).type === TMPFS };
      tried.push(`${directory}: ${why}`);
    }
  }
  throw new UllageError(
    'no place for the journal',
    [...new Set(tried)].join('; '),
    'Name a directory on a disk with 1 MiB of room: ULLAGE_STATE_DIR=/path ullage apply …',
  );
}

/** Undefined when a megabyte can really be written there; statfs alone does not tell on btrfs. */
function writable(directory: string): string | undefined {
  const path = join(directory, `.room-${process.pid}`);
  try {
    const fd = openSync(path, 'wx', 0o600);
    try {
      writeSync(fd, new Uint8Array(ROOM));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(path, { force: true });
  }
}
