import type { Host } from '../host/host.ts';
import type { Look } from './look.ts';

/** What moves when storage fills, and what a full look is spared for while it stands still. */
export interface Pulse {
  /** what is left, by file system, pool or kind of chunk */
  left: ReadonlyMap<string, number>;
  /** modes, sizes and devices: anything else in it is a change */
  shape: string;
}

export const NO_PULSE: Pulse = { left: new Map(), shape: '' };

/** What is left may change by this share before it is looked at whole. */
const SHARE = 0.001;
/** Of what is counted for the whole machine (open files, threads, terminals), by this share of all that may be. */
const LIMIT_SHARE = 0.02;
const LIMIT = 'limit ';
/** With less than this share left nothing is spared. */
const CLOSE = 0.05;

const ASK_MS = 5000;

/**
 * `stat -f`, one program for all file systems of the stack: were it the process at work, one that hangs would hang with it.
 * One more where there is device mapper's storage, one where there is btrfs: both fill without statfs showing it.
 */
export async function pulseOf(host: Host, look: Look): Promise<Pulse> {
  const left = new Map<string, number>();
  let shape = '';
  const paths = look.layers.flatMap(({ kind, path }) => (kind === 'file-system' && path !== undefined ? [path] : []));
  if (paths.length > 0) {
    const ran = await host.run(['stat', '-f', '-c', STAT_FIELDS, '--', ...paths], { timeoutMs: ASK_MS });
    // one that hangs keeps the others from being told: then it is looked at whole
    shape += ran.timedOut || ran.stdout === '' ? `stat ${performance.now()}\n` : readStat(ran.stdout, left);
  }
  for (const path of ['/proc/self/mountinfo', '/proc/partitions']) {
    const got = await host.read(path, { timeoutMs: ASK_MS });
    if (got.ok) shape += got.content;
  }
  await readLimits(host, left);
  if (look.layers.some((layer) => MAPPED.includes(layer.kind))) {
    const ran = await host.run(['dmsetup', 'status', '--noflush'], { timeoutMs: ASK_MS });
    shape += ran.exitCode === 0 ? readMapper(ran.stdout, left) : `dmsetup ${performance.now()}\n`;
  }
  if (look.layers.some((layer) => layer.kind === 'file-system' && layer.storage === 'btrfs')) {
    const files = ['--include=bytes_used', '--include=disk_total'];
    const ran = await host.run(['grep', '-r', '', ...files, '/sys/fs/btrfs'], { timeoutMs: ASK_MS });
    readChunks(ran.stdout, left);
  }
  return { left, shape };
}

/** Block size, blocks, blocks free to everyone, inodes free, path (stat(1) of coreutils and busybox). */
const STAT_FIELDS = '%s %b %a %d %n';

/** @returns the shape: sizes */
function readStat(text: string, left: Map<string, number>): string {
  let shape = '';
  for (const [, size, blocks, free, inodes, path] of text.matchAll(/^(\d+) (\d+) (\d+) (\d+) (.+)$/gm)) {
    left.set(`${path} bytes`, Number(free) * Number(size));
    left.set(`${path} inodes`, Number(inodes));
    shape += `${path} ${Number(blocks) * Number(size)}\n`;
  }
  return shape;
}

/** What is left of limits of the whole machine that cost nothing to read (proc(5), Documentation/admin-guide/sysctl). */
async function readLimits(host: Host, left: Map<string, number>): Promise<void> {
  const numbers = async (path: string): Promise<number[]> => {
    const got = await host.read(path, { timeoutMs: ASK_MS });
    return got.ok ? (got.content.match(/\d+(?:\.\d+)?/g) ?? []).map(Number) : [];
  };
  const put = (name: string, used: number | undefined, most: number | undefined) => {
    if (used !== undefined && most !== undefined && most > 0) left.set(`${LIMIT}${name}`, (most - used) / most);
  };
  const [open, , mostOpen] = await numbers('/proc/sys/fs/file-nr');
  put('open files', open, mostOpen);
  // load averages of 1, 5 and 15 min, then running/all threads
  const [, , , , threads] = await numbers('/proc/loadavg');
  put('threads', threads, (await numbers('/proc/sys/kernel/pid_max'))[0]);
  put('terminals', (await numbers('/proc/sys/kernel/pty/nr'))[0], (await numbers('/proc/sys/kernel/pty/max'))[0]);
}

const MAPPED: readonly string[] = ['thin-pool', 'thin-volume', 'logical-volume', 'volume-group', 'device-mapper'];

/**
 * `dmsetup status`: `NAME: START LENGTH TARGET …` (Documentation/admin-guide/device-mapper/thin-provisioning.rst).
 * @returns the shape: each device with what is no count in its line
 */
function readMapper(text: string, left: Map<string, number>): string {
  const lines = text.split('\n').map((line) => {
    const pool = /^(.+?): (\d+ \d+ thin-pool) \d+ (\d+)\/(\d+) (\d+)\/(\d+) (.*)$/.exec(line);
    if (pool) {
      const [, name = '', size, usedMetadata, metadata, used, blocks, mode] = pool;
      left.set(`${name} metadata`, Number(metadata) - Number(usedMetadata));
      left.set(`${name} data`, Number(blocks) - Number(used));
      return `${name}: ${size} ${metadata} ${blocks} ${mode}`;
    }
    const thin = /^(.+?): (\d+ (\d+) thin) (\d+) \S+$/.exec(line);
    if (!thin) return line;
    const [, name = '', size, length, mapped] = thin;
    left.set(name, Number(length) - Number(mapped));
    return `${name}: ${size}`;
  });
  return `${lines.sort().join('\n')}\n`;
}

/** `/sys/fs/btrfs/UUID/allocation/KIND/…/disk_total:1234`: what is used and taken of each kind of chunk. */
function readChunks(text: string, left: Map<string, number>): void {
  for (const [, name = '', value] of text.matchAll(/^\/sys\/fs\/btrfs\/(\S+):(\d+)$/gm))
    left.set(`btrfs ${name}`, Number(value));
}

/**
 * Whether nothing moved since the last whole look. Never where something is nearly full. What cannot be seen
 * to move so (limits of processes, settings) is seen at the next whole look.
 */
export function unmoved(look: Look, before: Pulse, now: Pulse): boolean {
  if (before.left.size === 0 || now.left.size !== before.left.size || now.shape !== before.shape) return false;
  for (const layer of look.layers)
    for (const { capacity, free } of layer.resources)
      if (capacity !== undefined && free !== undefined && free < CLOSE * capacity && layer.storage !== 'btrfs')
        return false;
  for (const [name, then] of before.left) {
    const is = now.left.get(name);
    const may = name.startsWith(LIMIT) ? LIMIT_SHARE : SHARE * then;
    if (is === undefined || Math.abs(is - then) > may) return false;
  }
  return true;
}

/**
 * Periods after which a look is whole in every case. While a finding stands it is to be seen to go within two; else
 * there remain limits that show in no file system.
 */
export function wholeEvery({ findings }: Pick<Look, 'findings'>): number {
  return findings.some((one) => one.severity !== 'notice' && one.confidence !== 'possible') ? 2 : 60;
}
