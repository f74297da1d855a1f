/**
 * The capture: what a machine answered, as a directory or one `.tar.gz` / `.tar.zst`.
 * `manifest.json` holds this; each `stdout`, `stderr`, `content` names a file beside it.
 * Captures are also made by hand and by older versions: entries are recognised by what
 * they are, never matched by exact argv.
 */
export interface CaptureManifest {
  version: 1;
  host: { hostname: string; kernel?: string; [field: string]: unknown };
  /** ISO 8601 text, or seconds since 1970 */
  startedAt: string | number;
  /** free text of whoever made it */
  note?: string;
  /** what could not be looked at, as the report of the same look says it */
  unknown?: { what: string; why: string; run: string }[];
  entries: CaptureEntry[];
}

export type CaptureEntry = RunEntry | ReadEntry | StatfsEntry;

export interface RunEntry {
  kind: 'run';
  argv: string[];
  exitCode?: number | null;
  /** file name beside the manifest */
  stdout?: string;
  stderr?: string;
  durationMs?: number;
  timedOut?: boolean;
  notFound?: boolean;
  /** the output was cut at a size limit */
  truncated?: boolean;
}

export interface ReadEntry {
  kind: 'read';
  path: string;
  /** file name beside the manifest; absent when the file could not be read */
  content?: string;
  /** why there is no content */
  error?: 'missing' | 'denied' | 'timeout' | 'other';
  durationMs?: number;
  truncated?: boolean;
}

export interface StatfsEntry {
  kind: 'statfs';
  path: string;
  /** file name beside the manifest: JSON of StatfsValue (host.ts) */
  content?: string;
  error?: 'missing' | 'denied' | 'timeout' | 'other';
  durationMs?: number;
}

/** A manifest without what it lists. */
export type CaptureHead = Omit<CaptureManifest, 'entries'>;

/** An entry with the texts that its file names stand for. */
export interface LoadedEntry {
  entry: CaptureEntry;
  /** of a run; '' when nothing was printed or kept */
  stdout: string;
  stderr: string;
  /** of a read or statfs; absent when there is none */
  content?: string;
  /** what is wrong with the entry's files: missing, cut, not readable */
  note?: string;
}
