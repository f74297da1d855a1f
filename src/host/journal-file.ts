import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** An append-only file of lines; each line is on the disk when `append` returns. */
export interface LineFile {
  readonly path: string;
  /** @throws the system's error; then nothing, or an unfinished line, was written */
  append(line: string): void;
  close(): void;
}

/** @throws when the file exists already */
export function createLineFile(path: string): LineFile {
  const fd = openSync(path, 'wx', 0o600);
  syncDirectory(path);
  return lineFile(path, fd);
}

/** Opens one to go on; an unfinished last line (power was lost while it was written) is cut off. */
export function openLineFile(path: string): LineFile {
  const fd = openSync(path, 'r+');
  const text = readFileSync(path);
  const end = text.lastIndexOf(0x0a) + 1;
  if (end < text.length) ftruncateSync(fd, end);
  return lineFile(path, fd);
}

function lineFile(path: string, fd: number): LineFile {
  return {
    path,
    append(line) {
      const at = fstatSync(fd).size;
      const bytes = Buffer.from(`${line}\n`);
      try {
        let done = 0;
        while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
        fsyncSync(fd);
      } catch (error) {
        ftruncateSync(fd, at);
        throw error;
      }
    },
    close: () => closeSync(fd),
  };
}

/** Whole lines of the file. */
export function readLines(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}

/** Files in a directory that end in `.jsonl`, as paths; an absent directory has none. What is no file could hold up its reader for ever. */
export function lineFilesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((one) => one.isFile() && one.name.endsWith('.jsonl'))
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

/** Names, sizes and times of a directory's line files: the same for as long as none of them was written. */
export function lineFilesMark(directory: string): string {
  return lineFilesIn(directory)
    .map((path) => {
      const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      return `${path} ${size} ${mtimeMs}`;
    })
    .join('\n');
}

/** Makes the directory (0700). @returns the device it lies on, `undefined` where it cannot be made or written */
export function usableDirectory(directory: string): number | undefined {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return statSync(directory).dev;
  } catch {
    return undefined;
  }
}

/** The device (st_dev) a path lies on; undefined when it is not there. */
export function deviceOf(path: string): number | undefined {
  return existsSync(path) ? statSync(path).dev : undefined;
}

function syncDirectory(path: string): void {
  const fd = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
