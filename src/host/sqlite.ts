import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UllageError } from './host.ts';

/** What is used of `node:sqlite` (Node 22.13 and later); @photostructure/sqlite has the same for older ones. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export interface SqliteStatement {
  run(...values: (number | string)[]): unknown;
  all(...values: (number | string)[]): unknown[];
  get(...values: (number | string)[]): unknown;
}

type Constructor = new (path: string) => SqliteDatabase;

/** What is made of a database that was opened. */
export interface Opening<T> {
  /** throws where the file is not ours: nothing was written to it */
  ours(database: SqliteDatabase): void;
  /** `gone`: the file was taken away or replaced since; what is written to it then is lost with the process */
  ready(database: SqliteDatabase, gone: () => boolean): T;
}

/** Opens a database file in WAL mode, its directory made (0700). @throws UllageError whatever is wrong with it */
export async function openSqlite<T>(path: string, { ours, ready }: Opening<T>): Promise<T> {
  const Database = await constructorOf();
  let database: SqliteDatabase | undefined;
  try {
    // SQLite takes it for a database that is gone when it is closed
    if (path === '') throw new Error('it has no name');
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    database = new Database(path);
    database.exec('PRAGMA busy_timeout = 2000');
    ours(database);
    // before WAL, which writes the first page: later it is not heeded (sqlite.org/pragma.html#pragma_auto_vacuum)
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    // WAL: a reader never waits for the writer. NORMAL: a killed process loses nothing, a power cut the last samples
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const mark = markOf(path);
    return ready(database, () => markOf(path) !== mark);
  } catch (error) {
    database?.close();
    throw new UllageError('the history cannot be opened', path, sqliteMessage(error), { cause: error });
  }
}

/** Which file stands there; undefined: none that could be asked. */
function markOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** What SQLite says, for people. */
export function sqliteMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /database or disk is full/.test(text) ? 'no space left on its disk, or its size limit is reached' : text;
}

async function constructorOf(): Promise<Constructor> {
  const builtIn: string = 'node:sqlite';
  try {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > 22 || (major === 22 && minor >= 13))
      return ((await import(builtIn)) as { DatabaseSync: Constructor }).DatabaseSync;
    const module: unknown = await import('@photostructure/sqlite');
    return (module as { DatabaseSync: Constructor }).DatabaseSync;
  } catch (error) {
    throw new UllageError(
      'there is no SQLite for the history',
      `Node ${process.versions.node}`,
      'Use Node 22.13 or later, or install ullage with npm',
      { cause: error },
    );
  }
}
