import type { Fact, Facts } from '../../probes/fact.ts';
import type { KernelEventName, MentionTerm, MessageId } from '../../probes/facts/text.ts';

export function mentions(facts: Facts, ...terms: MentionTerm[]): Fact<'mention'>[] {
  return facts.all('mention', (mention) => terms.includes(mention.term));
}

export function mentioned(facts: Facts, ...terms: MentionTerm[]): boolean {
  return facts.has('mention', (mention) => terms.includes(mention.term));
}

export function messages(facts: Facts, ...ids: MessageId[]): Fact<'message'>[] {
  return facts.all('message', (message) => ids.includes(message.id));
}

export function kernel(facts: Facts, ...names: KernelEventName[]): Fact<'kernel-event'>[] {
  return facts.all('kernel-event', (event) => names.includes(event.event));
}

export function numberIn(fact: Fact<'message'>, name: string): number | undefined {
  const value = fact.value.params[name];
  const number = typeof value === 'string' ? Number(value) : value;
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}

/** Docker's devicemapper driver is what the story is about: by its own output, a path, or a word. */
export function dockerOnDeviceMapper(facts: Facts): boolean {
  return (
    facts.has('docker-dm') ||
    facts.has('engine', (engine) => engine.driver === 'devicemapper') ||
    facts.has('symptom', (symptom) => /\/devicemapper\//.test(`${symptom.path ?? ''} ${symptom.message}`)) ||
    facts.has('docker-dm-device') ||
    facts.has('dm-table', (table) => /^docker-/.test(table.name)) ||
    mentioned(facts, 'devicemapper', 'loop-lvm', 'direct-lvm') ||
    facts.has('message', (message) => message.id.startsWith('docker-dm-') || message.id === 'docker-thin-pool-min-free')
  );
}

/** A thin pool of any owner stands below. */
export function onThin(facts: Facts): boolean {
  return (
    dockerOnDeviceMapper(facts) ||
    facts.has('dm-status', (status) => status.target === 'thin-pool' || status.target === 'thin') ||
    facts.has('dm-table', (table) => table.target === 'thin-pool' || table.target === 'thin') ||
    facts.has('lv', (lv) => /^[tV]/.test(lv.attr ?? '')) ||
    mentioned(facts, 'thin-pool')
  );
}

const PSEUDO = /^(tmpfs|devtmpfs|squashfs|overlay|udev|shm|none|efivarfs|iso9660|ramfs)$/;

/** df rows of real file systems. */
export function realFileSystems(facts: Facts): Fact<'df'>[] {
  return facts.all('df', (row) => !PSEUDO.test(row.type ?? '') && !PSEUDO.test(row.filesystem) && row.size > 0);
}

/** Nothing left to write: no bytes available, or so few that df prints 100 %. */
export function isFull(row: { size: number; available: number; usePercent?: number }): boolean {
  return row.size > 0 && (row.available === 0 || ((row.usePercent ?? 0) >= 100 && row.available < row.size * 0.01));
}

/** ext4 complained about I/O or went read-only; the events in order. */
export function ext4Trouble(facts: Facts): Fact<'kernel-event'>[] {
  return kernel(facts, 'ext4-bio-nospc', 'ext4-bio-error', 'ext4-remount-ro', 'ext4-journal-abort');
}

/**
 * ext4 reports I/O errors, df lists the types of the mounted file systems, and none is ext4:
 * the ext4 that complains is one inside a container, on a device df does not show.
 */
export function hiddenExt4(facts: Facts): boolean {
  const rows = realFileSystems(facts);
  return (
    rows.length > 0 &&
    rows.every((row) => row.value.type !== undefined && !/^ext[234]$/.test(row.value.type)) &&
    ext4Trouble(facts).length > 0
  );
}

/** A typed command as words without the program: `dmsetup create NAME …` gives `['create', 'NAME', …]`. */
export function argumentsOf(fact: Fact<'command'>): string[] {
  const { program, words } = fact.value;
  return words[0] === program ? words.slice(1) : words;
}

export interface ThinLine {
  sectors: number;
  pool: string;
  deviceId: number;
  fact: Fact<'command'> | Fact<'dm-table'>;
}

/** Tables of thin volumes, printed by dmsetup or typed into it, in the order of the story. */
export function thinLines(facts: Facts): ThinLine[] {
  const lines: ThinLine[] = [];
  for (const fact of facts.all('dm-table')) {
    const thin = fact.value.thin;
    if (thin !== undefined) lines.push({ sectors: fact.value.length, pool: thin.pool, deviceId: thin.deviceId, fact });
  }
  for (const fact of facts.all('command')) {
    const match = /\b0 +(\d{1,15}) +thin +(\S{1,200}) +(\d{1,8})\b/.exec(fact.quote);
    if (match) lines.push({ sectors: Number(match[1]), pool: match[2] ?? '', deviceId: Number(match[3]), fact });
  }
  return lines.sort((a, b) => a.fact.order - b.fact.order);
}

/** One thin volume that the story makes larger: same pool and device id, more sectors. */
export function grownVolume(facts: Facts): { before: ThinLine; after: ThinLine } | undefined {
  const smallest = new Map<string, ThinLine>();
  for (const line of thinLines(facts)) {
    const key = `${line.pool} ${line.deviceId}`;
    const before = smallest.get(key);
    if (before !== undefined && before.sectors < line.sectors) return { before, after: line };
    if (before === undefined || line.sectors < before.sectors) smallest.set(key, line);
  }
  return undefined;
}
