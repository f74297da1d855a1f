import { dmsetup } from '../tools/dmsetup.ts';
import type { Document } from './document.ts';
import type { Facts } from './fact.ts';
import type { Ask } from './probe.ts';
import { argvOf, rows } from './undress.ts';

/** Does this host use device-mapper at all? Its tools take seconds on some hosts and need root, so they are asked only then. */
export function hasDeviceMapper(known: Facts): boolean {
  return (
    known.has(
      'block',
      (one) => /^(?:lvm|dm|crypt|mpath|raid\d*-dm)$/.test(one.type) || /^dm-\d/.test(one.kname ?? one.name),
    ) ||
    known.has('mount', (one) => /^\/dev\/(?:mapper\/|dm-\d)/.test(one.source)) ||
    usesThinPool(known)
  );
}

/** An engine lives on a thin pool, so LVM and dmsetup matter even where no device is mapped now. */
export function usesThinPool(known: Facts): boolean {
  return (
    known.has('docker-dm') ||
    known.has('engine', (one) => one.driver === 'devicemapper' || one.driver === 'devmapper') ||
    known.has('process', (one) => one.args.some((word) => /devicemapper|dm\.thinpooldev/.test(word)))
  );
}

export function dmAsk(verb: keyof typeof dmsetup, what: string): Ask {
  // --noflush came with dmsetup 1.02.75 (2012): older ones are asked without it
  return {
    kind: 'run',
    argv: dmsetup[verb](),
    timeoutMs: 5000,
    optional: true,
    what,
    ...(verb === 'status' ? { or: { kind: 'run', argv: dmsetup.statusFlushing(), timeoutMs: 5000 } as const } : {}),
  };
}

/** One line of `dmsetup table` or `status`: `[name: ]start length target args…`. Sectors of 512 bytes. */
export interface DmLine {
  n: number;
  name: string;
  start: number;
  length: number;
  target: string;
  args: string[];
  verb: 'table' | 'status';
}

/** Targets of drivers/md whose rows are told from prose by name alone. */
const TARGETS =
  'thin-pool|thin|linear|striped|snapshot-origin|snapshot-merge|snapshot|crypt|raid|mirror|multipath|cache|writecache|era|integrity|verity|vdo|zero|error|delay|flakey';
const LINE = new RegExp(
  `^\\s{0,12}(?:(\\S{1,255}):\\s{1,4})?(\\d{1,15})\\s{1,4}(\\d{1,15})\\s{1,4}(${TARGETS})(?:\\s(.{0,2000}))?$`,
);
/** Short words that prose also has after two numbers */
const PLAIN_WORDS = /^(?:cache|zero|error|delay|raid|mirror|era|snapshot|linear)$/;

export function mayHoldDmLines(text: string): boolean {
  return /\d (?:thin|linear|striped|snapshot|crypt|raid|mirror|multipath|cache|writecache|era|integrity|verity|vdo|zero|error)/.test(
    text,
  );
}

/**
 * Rows of both verbs. The name is missing when one device was asked for (`dmsetup table NAME`):
 * then the command above, or the run's argv, gives it.
 */
export function dmLines(doc: Document): DmLine[] {
  const argv = argvOf(doc).join(' ');
  const asked = commandIn(argv);
  let name = asked?.name ?? '';
  let verb = asked?.verb;
  const result: DmLine[] = [];
  for (const { n, text } of rows(doc)) {
    const command = commandIn(text);
    if (command) {
      name = command.name;
      verb = command.verb;
      continue;
    }
    const row = LINE.exec(text);
    const target = row?.[4] ?? '';
    if (!row) continue;
    const args = (row[5] ?? '').split(/\s+/).filter((word) => word !== '');
    if (!row[1] && verb === undefined && (PLAIN_WORDS.test(target) || args.length < 2)) continue;
    if (PLAIN_WORDS.test(target) && verb === undefined && args.length > 0 && !args.some(isDevice)) continue;
    const numbers = [Number(row[2]), Number(row[3])] as const;
    if (!numbers.every(Number.isSafeInteger)) continue;
    result.push({
      n,
      name: row[1] ?? name,
      start: numbers[0],
      length: numbers[1],
      target,
      args,
      verb: verbOf(target, args, verb),
    });
  }
  return result;
}

function commandIn(text: string): { verb: 'table' | 'status'; name: string } | undefined {
  const match = /dmsetup(?:\s+-\S+){0,6}\s+(table|status)\b((?:\s+[^\s|;&]+){0,12})/.exec(text);
  if (!match) return undefined;
  const name = (match[2] ?? '').split(/\s+/).find((word) => word !== '' && !word.startsWith('-'));
  return { verb: match[1] === 'table' ? 'table' : 'status', name: name?.replace(/^\/dev\/mapper\//, '') ?? '' };
}

/** Tables name devices (`253:2`, `/dev/sda`); a status never does in its first words. */
function verbOf(target: string, args: readonly string[], verb: 'table' | 'status' | undefined): 'table' | 'status' {
  if (target === 'zero' || target === 'error') return verb ?? 'table';
  if (target === 'thin-pool' || target === 'thin' || target === 'linear' || target.startsWith('snapshot'))
    return isDevice(args[0] ?? '') ? 'table' : 'status';
  return verb ?? (args.some(isDevice) ? 'table' : 'status');
}

function isDevice(word: string): boolean {
  return /^\d{1,4}:\d{1,8}$/.test(word) || word.startsWith('/dev/');
}
