/** Widths in seconds, and how long each is kept. Raw figures for two days, then 5 min, then 1 h. */
export const TIERS = [
  { table: 'raw', width: 0, kept: 2 * 86400 },
  { table: 'five', width: 300, kept: 14 * 86400 },
  { table: 'hour', width: 3600, kept: 400 * 86400 },
] as const;

/** Bytes that the file may grow to at most; the oldest goes first. */
export const MOST_BYTES = 192 * 2 ** 20;
/** Series that are kept; what comes beyond is not. A host with 200 containers has some 300. */
export const MOST_SERIES = 1000;

export const PAGE = 4096;

/** Keyed by series first: a chart reads one stretch of the file. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS raw (series INTEGER, at INTEGER, value REAL NOT NULL, PRIMARY KEY (series, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS five (series INTEGER, at INTEGER, low REAL NOT NULL, high REAL NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (series, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hour (series INTEGER, at INTEGER, low REAL NOT NULL, high REAL NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (series, at)) WITHOUT ROWID;
`;
