import { posix } from 'node:path';
import type { CaptureEntry, CaptureManifest } from './capture-format.ts';
import { UllageError } from './host.ts';

const MAX_ENTRIES = 100_000;
const REASONS = ['missing', 'denied', 'timeout', 'other'] as const;
const MAKE_ANOTHER = 'Make a new capture with ullage capture, or correct the file.';

type Fields = Record<string, unknown>;

/**
 * Text of a `manifest.json` to a manifest. What a careless hand leaves out is tolerated; what
 * contradicts the format is one UllageError that names the file, the place in it and the reason.
 */
export function parseManifest(text: string, where: string): CaptureManifest {
  const wrong = (place: string, why: string) =>
    new UllageError('not a capture that can be read', `${where}: ${place}: ${why}`, MAKE_ANOTHER);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw wrong('not JSON', (error as Error).message.slice(0, 200));
  }
  if (!isFields(value)) throw wrong('top', 'not an object');
  if (value['version'] !== 1) throw wrong('version', `${show(value['version'])}; this ullage reads version 1`);
  if (!Array.isArray(value['entries'])) throw wrong('entries', 'not a list');
  if (value['entries'].length > MAX_ENTRIES)
    throw wrong('entries', `${value['entries'].length} of them, more than ${MAX_ENTRIES}`);
  const host = isFields(value['host']) ? value['host'] : {};
  const startedAt = value['startedAt'] ?? '';
  if (typeof startedAt !== 'string' && !(typeof startedAt === 'number' && Number.isFinite(startedAt)))
    throw wrong('startedAt', `${show(startedAt)} is neither a time in ISO 8601 nor seconds since 1970`);
  const entries: CaptureEntry[] = [];
  for (const [index, entry] of value['entries'].entries()) {
    const read = parseEntry(entry, (field, why) => wrong(`entries[${index}]${field}`, why));
    if (read) entries.push(read);
  }
  return {
    version: 1,
    host: { ...host, hostname: typeof host['hostname'] === 'string' ? host['hostname'] : 'unknown' },
    startedAt,
    ...(typeof value['note'] === 'string' ? { note: value['note'] } : {}),
    ...(Array.isArray(value['unknown']) ? { unknown: value['unknown'].flatMap(parseUnknown) } : {}),
    entries,
  };
}

/** One thing that could not be looked at; what is not whole is left out. */
function parseUnknown(one: unknown): { what: string; why: string; run: string }[] {
  if (!isFields(one)) return [];
  const { what, why, run } = one;
  return typeof what === 'string' && typeof why === 'string' && typeof run === 'string' ? [{ what, why, run }] : [];
}

/** Undefined for a kind of a later version: the others are still worth reading. */
function parseEntry(entry: unknown, wrong: (field: string, why: string) => UllageError): CaptureEntry | undefined {
  if (!isFields(entry)) throw wrong('', 'not an object');
  const { kind } = entry;
  if (typeof kind !== 'string') throw wrong('.kind', `${show(kind)} is not a kind of entry`);
  const file = (field: string) => {
    const name = entry[field];
    if (name === undefined || name === null) return {};
    if (typeof name !== 'string') throw wrong(`.${field}`, `${show(name)} is not a file name`);
    return { [field]: safeName(name, (why) => wrong(`.${field}`, why)) };
  };
  const duration = entry['durationMs'];
  const common =
    typeof duration === 'number' && Number.isFinite(duration) && duration >= 0 ? { durationMs: duration } : {};
  const truncated = entry['truncated'] === true ? { truncated: true } : {};
  if (kind === 'run') {
    const argv = entry['argv'];
    if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === 'string'))
      throw wrong('.argv', `${show(argv)} is not a list of words`);
    const exit = entry['exitCode'];
    if (exit !== undefined && exit !== null && !(Number.isInteger(exit) && Math.abs(exit as number) <= 255))
      throw wrong('.exitCode', `${show(exit)} is not an exit status`);
    return {
      kind,
      argv: argv as string[],
      ...(exit === undefined ? {} : { exitCode: exit as number | null }),
      ...file('stdout'),
      ...file('stderr'),
      ...common,
      ...truncated,
      ...(entry['timedOut'] === true ? { timedOut: true } : {}),
      ...(entry['notFound'] === true ? { notFound: true } : {}),
    };
  }
  if (kind !== 'read' && kind !== 'statfs') return undefined;
  const { path } = entry;
  if (typeof path !== 'string' || path === '') throw wrong('.path', `${show(path)} is not a path`);
  const error = REASONS.find((reason) => reason === entry['error']);
  return {
    kind,
    path,
    ...file('content'),
    ...(error ? { error } : {}),
    ...common,
    ...(kind === 'read' ? truncated : {}),
  };
}

/** A name beside the manifest; one that leads elsewhere is refused, not followed. */
function safeName(name: string, wrong: (why: string) => UllageError): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a file name may not hold
  if (name === '' || name.length > 1024 || /[\u0000-\u001f\u007f]/.test(name))
    throw wrong(`${show(name)} is not a file name`);
  const plain = posix.normalize(name);
  if (posix.isAbsolute(plain) || plain === '..' || plain.startsWith('../'))
    throw wrong(`${show(name)} leads out of the capture`);
  return plain;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON, short, for a message. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
