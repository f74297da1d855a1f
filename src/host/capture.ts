import { basename } from 'node:path';
import { type CaptureFiles, openCaptureFiles } from './capture-files.ts';
import type { CaptureEntry, CaptureManifest, LoadedEntry } from './capture-format.ts';
import { isStatfs } from './file-answers.ts';
import { type FileRead, type Host, type Ran, UllageError } from './host.ts';
import { parseManifest } from './manifest.ts';
import { maskArgv, maskOutput } from './mask.ts';

/** All texts of one capture together. */
const MAX_TOTAL = 512 * 1024 * 1024;

/** A capture as a host: it answers what it was asked when it was made, and knows nothing else. */
export interface CaptureHost extends Host {
  readonly manifest: CaptureManifest;
  /** every entry with its texts, secrets masked whoever made the capture */
  entries(): readonly LoadedEntry[];
}

/**
 * Opens a capture: a directory or a `.tar`, `.tar.gz`, `.tar.zst`. An UllageError names file,
 * place and reason when it cannot be read. Missing texts are no error: the entry has a note.
 */
export async function captureHost(path: string): Promise<CaptureHost> {
  const files = await openCaptureFiles(path);
  const manifest = parseManifest(files.manifest, files.manifestName);
  const entries: LoadedEntry[] = [];
  let total = 0;
  for (const entry of manifest.entries) {
    const loaded = await load(entry, files);
    total += loaded.stdout.length + loaded.stderr.length + (loaded.content?.length ?? 0);
    if (total > MAX_TOTAL)
      throw new UllageError(
        'not a capture that can be read',
        `${path}: its texts are larger than ${MAX_TOTAL / 1024 / 1024} MiB`,
        'Leave out the largest entries.',
      );
    entries.push(loaded);
  }
  return { ...replay(entries), label: `capture ${basename(path)}`, manifest, entries: () => entries };
}

async function load(entry: CaptureEntry, files: CaptureFiles): Promise<LoadedEntry> {
  const notes: string[] = [];
  const text = async (name: string | undefined) => {
    if (name === undefined) return undefined;
    const got = await files.text(name);
    if ('missing' in got) notes.push(got.missing);
    else if (got.note) notes.push(got.note);
    return 'missing' in got ? undefined : got.text;
  };
  const note = () => (notes.length === 0 ? {} : { note: notes.join('; ') });
  if (entry.kind === 'run') {
    const stdout = maskOutput(entry, (await text(entry.stdout)) ?? '');
    const stderr = maskOutput(entry, (await text(entry.stderr)) ?? '');
    return { entry: { ...entry, argv: maskArgv(entry.argv) }, stdout, stderr, ...note() };
  }
  const content = await text(entry.content);
  if (entry.kind === 'statfs' && content !== undefined && statfsOf(content) === undefined) {
    notes.push(`${entry.content} holds no statfs numbers`);
    return { entry, stdout: '', stderr: '', ...note() };
  }
  return {
    entry,
    stdout: '',
    stderr: '',
    ...(content === undefined ? {} : { content: maskOutput(entry, content) }),
    ...note(),
  };
}

function statfsOf(content: string) {
  try {
    const value: unknown = JSON.parse(content);
    return isStatfs(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function replay(entries: readonly LoadedEntry[]): Omit<Host, 'label'> {
  const byKey = new Map<string, LoadedEntry>();
  for (const loaded of entries) {
    for (const key of keysOf(loaded.entry)) if (!byKey.has(key)) byKey.set(key, loaded);
  }
  const noSuchFile = (path: string): Extract<FileRead, { ok: false }> => ({
    ok: false,
    reason: 'missing',
    message: `${path}: not in this capture`,
  });
  const whyNot = (loaded: LoadedEntry | undefined, path: string): Extract<FileRead, { ok: false }> => {
    const entry = loaded?.entry;
    if (!entry || entry.kind === 'run') return noSuchFile(path);
    return {
      ok: false,
      reason: entry.error ?? 'other',
      message: `${path}: ${loaded.note ?? `${entry.error ?? 'not readable'} when the capture was made`}`,
    };
  };
  const ranOf = (loaded: LoadedEntry | undefined, what: string): Ran => {
    if (loaded?.entry.kind !== 'run')
      return { stdout: '', stderr: `${what}: not in this capture`, durationMs: 0, notFound: true };
    const { exitCode, durationMs, timedOut, notFound, truncated } = loaded.entry;
    return {
      ...(exitCode === undefined || exitCode === null ? {} : { exitCode }),
      stdout: loaded.stdout,
      stderr: loaded.stderr,
      durationMs: durationMs ?? 0,
      ...(timedOut ? { timedOut } : {}),
      ...(notFound ? { notFound } : {}),
      ...(truncated ? { truncated } : {}),
    };
  };
  return {
    run: async (argv) => ranOf(byKey.get(runKey(maskArgv(argv))), argv[0] ?? ''),
    get: async (socket, path) => ranOf(byKey.get(getKey(socket, path)), `GET ${path} on ${socket}`),
    async read(path) {
      const loaded = byKey.get(`read ${path}`);
      // a hand-made capture has `cat FILE`
      const content = loaded?.content ?? (loaded?.entry.kind === 'run' ? loaded.stdout : undefined);
      if (content === undefined) return whyNot(loaded, path);
      return {
        ok: true,
        content,
        ...(loaded?.entry.kind !== 'statfs' && loaded?.entry.truncated ? { truncated: true } : {}),
      };
    },
    async statfs(path) {
      const loaded = byKey.get(`statfs ${path}`);
      const value = loaded?.content === undefined ? undefined : statfsOf(loaded.content);
      return value ? { ok: true, value } : whyNot(loaded, path);
    },
    close: async () => {},
  };
}

/** The questions that an entry answers. */
function keysOf(entry: CaptureEntry): string[] {
  if (entry.kind !== 'run') return [`${entry.kind} ${entry.path}`];
  const keys = [runKey(entry.argv)];
  const program = basename(entry.argv[0] ?? '');
  if (program === 'cat' && entry.argv.length === 2 && entry.exitCode === 0) keys.push(`read ${entry.argv[1]}`);
  const socket = entry.argv[entry.argv.indexOf('--unix-socket') + 1];
  const url = entry.argv.find((word) => /^http:\/\/[^/]*\//.test(word));
  if (program === 'curl' && entry.argv.includes('--unix-socket') && socket && url)
    keys.push(getKey(socket, url.replace(/^http:\/\/[^/]*/, '')));
  return keys;
}

function runKey(argv: readonly string[]): string {
  return `run ${JSON.stringify([basename(argv[0] ?? ''), ...argv.slice(1)])}`;
}

function getKey(socket: string, path: string): string {
  return `get ${socket} ${path}`;
}
