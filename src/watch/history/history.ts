import { openSqlite, type SqliteDatabase, type SqliteStatement, sqliteMessage } from '../../host/sqlite.ts';
import { MOST_BYTES, MOST_SERIES, PAGE, SCHEMA, TIERS } from './schema.ts';

/** A stretch of a series: the lowest, the highest and the last figure. `at` is seconds since 1970. */
export interface Span {
  at: number;
  low: number;
  high: number;
  value: number;
}

export interface History {
  /**
   * Writes one look in one transaction, roll-ups with it. @returns undefined, or why it could not be
   * written (its disk is full): then nothing of it was
   */
  write(at: number, figures: ReadonlyMap<string, number>): string | undefined;
  /** Spans from `from` to `now`, in order of time, of the finest tier that reaches so far back; none where they cannot be read. */
  read(name: string, from: number, now: number): Span[];
  names(): string[];
  /** drops what is past its time; called by `write` once an hour */
  prune(now: number): void;
  close(): void;
}

/** @throws UllageError when it cannot be opened */
export async function openHistory(path: string, mostBytes = MOST_BYTES): Promise<History> {
  return openSqlite(path, {
    ours,
    ready(database, gone) {
      database.exec(SCHEMA);
      database.exec(`PRAGMA max_page_count = ${Math.floor(mostBytes / PAGE)}`);
      return overDatabase(database, gone);
    },
  });
}

/** `--history` with the name of another program's database must not put tables into it. */
function ours(database: SqliteDatabase): void {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  if (tables.length > 0 && !tables.some(({ name }) => name === 'series'))
    throw new Error(`it is a database of another program (table ${tables[0]?.name}): choose another file`);
}

function overDatabase(database: SqliteDatabase, gone: () => boolean): History {
  const ids = new Map<string, number>();
  for (const row of database.prepare('SELECT id, name FROM series').all() as { id: number; name: string }[])
    ids.set(row.name, row.id);
  const put = {
    // another watch on the same file may have put it in since
    series: database.prepare(
      'INSERT INTO series (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id',
    ),
    raw: database.prepare('INSERT OR REPLACE INTO raw (series, at, value) VALUES (?, ?, ?)'),
    five: database.prepare(rollUp('five')),
    hour: database.prepare(rollUp('hour')),
  };
  const reads = new Map<string, SqliteStatement>(
    TIERS.map(({ table }) => [
      table,
      database.prepare(
        `SELECT at, ${table === 'raw' ? 'value AS low, value AS high' : 'low, high'}, value FROM ${table} WHERE series = ? AND at >= ? AND at <= ? ORDER BY at`,
      ),
    ]),
  );
  let pruned = 0;
  /** a page of the file is not what SQLite wrote: writing to it may do harm, and what is written may never be read */
  let damaged: string | undefined;
  const idOf = (name: string): number | undefined => {
    const known = ids.get(name);
    if (known !== undefined || ids.size >= MOST_SERIES) return known;
    const { id } = put.series.get(name) as { id: number };
    ids.set(name, id);
    return id;
  };
  const history: History = {
    write(at, figures) {
      if (damaged !== undefined) return damaged;
      if (gone()) return 'its file was taken away; start again for a new one';
      const before = new Set(ids.keys());
      try {
        // of a clock that was set back too
        if (Math.abs(at - pruned) >= 3600) history.prune(at);
        database.exec('BEGIN IMMEDIATE');
        for (const [name, value] of figures) {
          const id = idOf(name);
          if (id === undefined) continue;
          put.raw.run(id, at, value);
          put.five.run(id, at - (at % 300), value, value, value);
          put.hour.run(id, at - (at % 3600), value, value, value);
        }
        database.exec('COMMIT');
        return undefined;
      } catch (error) {
        quietly(() => database.exec('ROLLBACK'));
        for (const name of ids.keys()) if (!before.has(name)) ids.delete(name);
        return sqliteMessage(error);
      }
    },
    read(name, from, now) {
      const id = ids.get(name);
      if (id === undefined) return [];
      const tier = TIERS.find(({ kept }) => now - from <= kept) ?? TIERS[TIERS.length - 1];
      try {
        // what was written while the clock was wrong lies ahead: it is not the newest
        return (reads.get(tier?.table ?? 'hour')?.all(id, from, now) ?? []) as Span[];
      } catch (error) {
        const why = sqliteMessage(error);
        if (/malformed|not a database/.test(why)) damaged = `it is damaged (${why}); move it away and start again`;
        return [];
      }
    },
    names: () => [...ids.keys()],
    prune(now) {
      pruned = now;
      prune(database, ids, now);
    },
    close: () => database.close(),
  };
  return history;
}

function rollUp(table: 'five' | 'hour'): string {
  return `INSERT INTO ${table} (series, at, low, high, value) VALUES (?, ?, ?, ?, ?) ON CONFLICT (series, at) DO UPDATE
    SET low = min(low, excluded.low), high = max(high, excluded.high), value = excluded.value`;
}

function prune(database: SqliteDatabase, ids: Map<string, number>, now: number): void {
  const { max_page_count: most = 1 } = (database.prepare('PRAGMA max_page_count').get() ?? {}) as Record<
    string,
    number
  >;
  const { page_count: pages = 0 } = (database.prepare('PRAGMA page_count').get() ?? {}) as Record<string, number>;
  const { freelist_count: free = 0 } = (database.prepare('PRAGMA freelist_count').get() ?? {}) as Record<
    string,
    number
  >;
  // nearly at its limit: everything is kept for half as long. A file of an earlier version does not become smaller
  const share = pages - free > most * 0.9 ? 0.5 : 1;
  for (const { table, kept } of TIERS) {
    const drop = database.prepare(`DELETE FROM ${table} WHERE series = ? AND at < ?`);
    for (const id of ids.values()) drop.run(id, Math.floor(now - kept * share));
  }
  // a series that has nothing left (a container long gone) makes room for others
  database.exec('DELETE FROM series WHERE id NOT IN (SELECT DISTINCT series FROM hour)');
  const left = new Set(
    (database.prepare('SELECT name FROM series').all() as { name: string }[]).map((row) => row.name),
  );
  for (const name of ids.keys()) if (!left.has(name)) ids.delete(name);
  database.exec('PRAGMA incremental_vacuum');
}

function quietly(body: () => void): void {
  try {
    body();
  } catch {
    // no transaction was open
  }
}
