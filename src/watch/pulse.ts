import type { Host } from '../host/host.ts';
import { countsInMemory, mountedTypes } from '../host/mounted-types.ts';
import type { Layer } from '../stack/layer.ts';
import { readChunks, readMapper } from './blocks-left.ts';
import { lastingMounts } from './lasting-mounts.ts';
import type { Look } from './look.ts';

/** What moves when storage fills, and what a full look is spared for while it stands still. */
export interface Pulse {
  /** what is left, by file system, pool or kind of chunk */
  left: ReadonlyMap<string, number>;
  /** modes, sizes and devices: anything else in it is a change */
  shape: string;
  /** file systems by mount point */
  rooms: ReadonlyMap<string, Room>;
}

/** A mounted file system as statfs(2) counts it. Bytes and inodes. */
export interface Room {
  /** as mounted; absent where several types are mounted on each other, or none is there */
  type?: string;
  size: number;
  /** f_bfree: with what is reserved for root */
  free: number;
  /** f_bavail */
  available: number;
  inodes: number;
  inodesFree: number;
}

export const NO_PULSE: Pulse = { left: new Map(), shape: '', rooms: new Map() };

/** Names in {@link Pulse} `left`. */
export const bytesOf = (path: string): string => `${path} bytes`;
export const inodesOf = (path: string): string => `${path} inodes`;
export const LIMIT = 'limit ';

const ASK_MS = 5000;

/**
 * File systems that count in memory are asked here; of the others `stat -f`, one program for all of them: were it the process
 * at work, one that hangs would hang with it. One more where there is device mapper's storage, one where there is btrfs:
 * both fill without statfs showing it.
 */
export async function pulseOf(host: Host, look: Look): Promise<Pulse> {
  const left = new Map<string, number>();
  const rooms = new Map<string, Room>();
  let shape = '';
  const mounts = await textOf(host, '/proc/self/mountinfo');
  if (mounts !== mountsText) {
    mountsText = mounts;
    mounted = mountedTypes(mounts);
    lasting = lastingMounts(mounts);
  }
  shape += lasting + (await textOf(host, '/proc/partitions'));
  shape += await readRooms(host, look.layers, rooms);
  for (const [path, room] of rooms) {
    left.set(bytesOf(path), room.available);
    left.set(inodesOf(path), room.inodesFree);
    shape += `${path} ${room.size}\n`;
  }
  await readLimits(host, left, mounts);
  if (look.layers.some((layer) => MAPPED.includes(layer.kind))) {
    const ran = await host.run(['dmsetup', 'status', '--noflush'], { timeoutMs: ASK_MS });
    shape += ran.exitCode === 0 ? readMapper(ran.stdout, left) : `dmsetup ${performance.now()}\n`;
  }
  if (look.layers.some((layer) => layer.kind === 'file-system' && layer.storage === 'btrfs')) {
    const files = ['--include=bytes_used', '--include=disk_total'];
    const ran = await host.run(['grep', '-r', '', ...files, '/sys/fs/btrfs'], { timeoutMs: ASK_MS });
    readChunks(ran.stdout, left);
  }
  return { left, shape, rooms };
}

async function textOf(host: Host, path: string): Promise<string> {
  const got = await host.read(path, { timeoutMs: ASK_MS });
  return got.ok ? got.content : '';
}

/** It is long on a host of many containers, and seldom another one. */
let mountsText = '';
let mounted = mountedTypes(mountsText);
let lasting = '';

/** @returns what makes this pulse another than each before it: a file system did not answer */
async function readRooms(host: Host, layers: readonly Layer[], rooms: Map<string, Room>): Promise<string> {
  let silent = '';
  const others: string[] = [];
  for (const { kind, path } of layers) {
    if (kind !== 'file-system' || path === undefined) continue;
    if (!countsInMemory(path, mounted)) {
      others.push(path);
      continue;
    }
    const got = await host.statfs(path, { timeoutMs: ASK_MS });
    if (!got.ok) silent += `statfs ${path} ${performance.now()}\n`;
    else {
      const { blockSize, blocks, bfree, bavail, files, ffree } = got.value;
      rooms.set(path, roomOf(path, [blockSize, blocks, bfree, bavail, files, ffree]));
    }
  }
  if (others.length === 0) return silent;
  const ran = await host.run(['stat', '-f', '-c', STAT_FIELDS, '--', ...others], { timeoutMs: ASK_MS });
  // one that hangs keeps the others from being told: then it is looked at whole
  if (ran.timedOut || ran.stdout === '') return `${silent}stat ${performance.now()}\n`;
  for (const [, numbers = '', path = ''] of ran.stdout.matchAll(/^(\d+(?: \d+){5}) (.+)$/gm))
    rooms.set(path, roomOf(path, numbers.split(' ').map(Number)));
  return silent;
}

/** Block size, blocks, free, free to everyone, inodes, of these free, path (stat(1) of coreutils and busybox). */
const STAT_FIELDS = '%s %b %f %a %c %d %n';

function roomOf(path: string, numbers: readonly number[]): Room {
  const [block = 0, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = numbers;
  const [type, ...more] = mounted.get(path) ?? [];
  return {
    ...(type === undefined || more.some((other) => other !== type) ? {} : { type }),
    size: blocks * block,
    free: free * block,
    available: available * block,
    inodes,
    inodesFree,
  };
}

/** What is left of limits of the whole machine that cost nothing to read (proc(5), Documentation/admin-guide/sysctl). */
async function readLimits(host: Host, left: Map<string, number>, mounts: string): Promise<void> {
  const numbers = async (path: string): Promise<number[]> => {
    return ((await textOf(host, path)).match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  };
  const put = (name: string, used: number | undefined, most: number | undefined) => {
    if (used !== undefined && most !== undefined && most > 0) left.set(`${LIMIT}${name}`, (most - used) / most);
  };
  const [open, , mostOpen] = await numbers('/proc/sys/fs/file-nr');
  put('open files', open, mostOpen);
  // load averages of 1, 5 and 15 min, then running/all threads
  const [, , , , threads] = await numbers('/proc/loadavg');
  put('threads', threads, (await numbers('/proc/sys/kernel/pid_max'))[0]);
  let lines = 0;
  for (let at = mounts.indexOf('\n'); at !== -1; at = mounts.indexOf('\n', at + 1)) lines++;
  put('mounts', lines, (await numbers('/proc/sys/fs/mount-max'))[0]);
  put('terminals', (await numbers('/proc/sys/kernel/pty/nr'))[0], (await numbers('/proc/sys/kernel/pty/max'))[0]);
}

const MAPPED: readonly string[] = ['thin-pool', 'thin-volume', 'logical-volume', 'volume-group', 'device-mapper'];
