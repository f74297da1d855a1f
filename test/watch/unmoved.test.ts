import { expect, test } from 'vitest';
import type { Host, Ran } from '../../src/host/host.ts';
import type { Look } from '../../src/watch/look.ts';
import { NO_PULSE, type Pulse, pulseOf } from '../../src/watch/pulse.ts';
import { unmoved, wholeEvery } from '../../src/watch/unmoved.ts';

const GIB = 2 ** 30;
const look = (change: Partial<Look> = {}): Look => ({
  at: 0,
  seconds: 1,
  host: { engines: [] },
  headroom: [],
  findings: [],
  layers: [
    {
      id: 'fs:/',
      kind: 'file-system',
      name: 'ext4',
      path: '/',
      resources: [{ name: 'bytes', unit: 'bytes', capacity: 100 * GIB, free: 50 * GIB }],
      on: [],
    },
  ],
  ...change,
});
const pulse = (free: number, files = 1000, shape = ''): Pulse => ({
  left: new Map([
    ['/ bytes', free],
    ['/ inodes', files],
  ]),
  shape,
  rooms: new Map(),
});
const pool = { id: 'pool:p', kind: 'thin-pool' as const, name: 'p', resources: [], on: [] };
const btrfs = {
  id: 'fs:/b',
  kind: 'file-system' as const,
  storage: 'btrfs',
  name: 'b',
  path: '/b',
  resources: [],
  on: [],
};

/** A machine that answers the pulse's questions. */
function machine(said: {
  dmsetup?: string;
  grep?: string;
  stat?: string;
  exitCode?: number;
  files?: Record<string, string>;
}): Host & { asked: string[] } {
  const asked: string[] = [];
  const ran = (stdout = ''): Ran => ({ exitCode: said.exitCode ?? 0, stdout, stderr: '', durationMs: 1 });
  const { files } = said;
  return {
    asked,
    label: 'a machine',
    async run([program = '', ...args]) {
      asked.push(program);
      if (program === 'stat') return ran(said.stat ?? `4096 100 50 50 10 5 ${args.at(-1)}\n`);
      return ran(program === 'dmsetup' ? said.dmsetup : said.grep);
    },
    statfs: async () => {
      throw new Error('a process that asks itself may hang');
    },
    read: async (path) => {
      const content = files?.[path];
      return content === undefined ? { ok: false, reason: 'missing', message: path } : { ok: true, content };
    },
    get: async () => ran(),
    close: async () => {},
  };
}

test('a look is spared only where nothing moved and nothing is nearly full', () => {
  expect(unmoved(look(), pulse(50 * GIB), pulse(50 * GIB - 4096))).toBe(true);
  expect(unmoved(look(), pulse(50 * GIB), pulse(49 * GIB))).toBe(false);
  expect(unmoved(look(), pulse(50 * GIB, 1000), pulse(50 * GIB, 900))).toBe(false);
  expect(unmoved(look(), pulse(50 * GIB), pulse(50 * GIB, 1000, 'a device more'))).toBe(false);
  expect(unmoved(look(), pulse(50 * GIB), NO_PULSE)).toBe(false);
  expect(unmoved(look(), NO_PULSE, NO_PULSE)).toBe(false);
  const full = { ...pool, resources: [{ name: 'data' as const, unit: 'bytes' as const, capacity: 100, free: 4 }] };
  expect(unmoved(look({ layers: [...look().layers, full] }), pulse(GIB), pulse(GIB))).toBe(false);
});

test('while a finding stands each second look is whole, else each sixtieth', () => {
  const finding = {
    cause: 'x',
    severity: 'warning' as const,
    confidence: 'likely' as const,
    subject: '/',
    evidence: [],
    explanation: '',
    remedies: [],
  };
  expect(wholeEvery(look())).toBe(60);
  expect(wholeEvery(look({ findings: [{ ...finding, severity: 'notice' }] }))).toBe(60);
  expect(wholeEvery(look({ findings: [finding] }))).toBe(2);
});

test('file systems cost one program; pools are seen to fill, to change mode and to grow, metadata chunks to fill', async () => {
  const plain = machine({});
  await pulseOf(plain, look());
  expect(plain.asked).toEqual(['stat']);

  const stack = look({ layers: [...look().layers, pool] });
  const status = (data: number, mode = 'rw', size = 1000, thin = 80) =>
    machine({
      dmsetup: `p-pool: 0 204800 thin-pool 7 12/4096 ${data}/${size} - ${mode} discard_passdown queue_if_no_space - 1024\nc1: 0 20971520 thin ${thin} 20971519\nroot: 0 8388608 linear \n`,
    });
  const before = await pulseOf(status(400), stack);
  expect(before.left.get('p-pool data')).toBe(600);
  expect(unmoved(stack, before, await pulseOf(status(400), stack))).toBe(true);
  expect(unmoved(stack, before, await pulseOf(status(402), stack))).toBe(false);
  expect(unmoved(stack, before, await pulseOf(status(400, 'out_of_data_space'), stack))).toBe(false);
  expect(unmoved(stack, before, await pulseOf(status(400, 'rw', 2000), stack))).toBe(false);
  expect(unmoved(stack, before, await pulseOf(status(400, 'rw', 1000, 80_000), stack))).toBe(false);
  // one that does not answer is looked at whole
  const silent = machine({ exitCode: 1 });
  expect(unmoved(stack, await pulseOf(silent, stack), await pulseOf(silent, stack))).toBe(false);

  const chunks = look({ layers: [btrfs] });
  const used = (bytes: number) =>
    machine({
      grep: `/sys/fs/btrfs/0a-1b/allocation/metadata/bytes_used:${bytes}\n/sys/fs/btrfs/0a-1b/allocation/metadata/disk_total:100000\n`,
    });
  const then = await pulseOf(used(50_000), chunks);
  expect(unmoved(chunks, then, await pulseOf(used(50_010), chunks))).toBe(true);
  expect(unmoved(chunks, then, await pulseOf(used(50_100), chunks))).toBe(false);
});

test('file systems are seen to fill, to grow, to hang; limits of the machine, devices and mounts to move', async () => {
  const usual = {
    '/proc/self/mountinfo': '22 1 254:0 / / rw - xfs /dev/vda rw\n',
    '/proc/partitions': ' 254 0 1000 vda\n',
    '/proc/sys/fs/file-nr': '1000\t0\t100000\n',
    '/proc/loadavg': '0.1 0.2 0.3 1/400 4711\n',
    '/proc/sys/kernel/pid_max': '32768\n',
    '/proc/sys/kernel/pty/nr': '3\n',
    '/proc/sys/kernel/pty/max': '4096\n',
    '/proc/sys/fs/mount-max': '1000\n',
  };
  const stands = async (stat: string, files: Record<string, string> = {}) =>
    pulseOf(machine({ stat, files: { ...usual, ...files } }), look());
  const before = await stands('4096 1000 500 500 9000 5000 /\n');
  expect(Object.fromEntries(before.left)).toMatchObject({ '/ bytes': 500 * 4096, '/ inodes': 5000 });
  const moved = async (stat: string, files?: Record<string, string>) =>
    !unmoved(look(), before, await stands(stat, files));
  expect(await moved('4096 1000 500 500 9000 5000 /\n')).toBe(false);
  expect(await moved('4096 1000 499 499 9000 5000 /\n')).toBe(true);
  expect(await moved('4096 1000 500 500 9000 4990 /\n')).toBe(true);
  expect(await moved('4096 1001 500 500 9000 5000 /\n')).toBe(true);
  expect(await moved('')).toBe(true);
  const same = '4096 1000 500 500 9000 5000 /\n';
  expect(await moved(same, { '/proc/sys/fs/file-nr': '1900\t0\t100000\n' })).toBe(false);
  expect(await moved(same, { '/proc/sys/fs/file-nr': '3100\t0\t100000\n' })).toBe(true);
  expect(await moved(same, { '/proc/loadavg': '9 9 9 7/430 4999\n' })).toBe(false);
  expect(await moved(same, { '/proc/loadavg': '0.1 0.2 0.3 1/1400 4999\n' })).toBe(true);
  expect(await moved(same, { '/proc/sys/kernel/pty/nr': '300\n' })).toBe(true);
  expect(await moved(same, { '/proc/partitions': ' 254 0 2000 vda\n' })).toBe(true);
  expect(await moved(same, { '/proc/self/mountinfo': '' })).toBe(true);
  // containers come and go; only that mounts become many is a change
  const overlays = (many: number) =>
    `${usual['/proc/self/mountinfo']}${'30 22 0:40 / /var/lib/x/merged rw - overlay overlay rw,lowerdir=/a\n'.repeat(many)}`;
  expect(await moved(same, { '/proc/self/mountinfo': overlays(3) })).toBe(false);
  expect(await moved(same, { '/proc/self/mountinfo': overlays(30) })).toBe(true);
});

test('a machine whose file systems hang is looked at whole each time', async () => {
  const hangs = machine({ stat: '', files: { '/proc/loadavg': '0 0 0 1/400 1\n', '/proc/sys/kernel/pid_max': '999' } });
  expect(unmoved(look(), await pulseOf(hangs, look()), await pulseOf(hangs, look()))).toBe(false);
});
