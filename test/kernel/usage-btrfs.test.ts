import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { UsageDocument } from '../../src/usage/document.ts';
import { kernelSuite } from './ready.ts';
import { type BtrfsOnLoops, makeBtrfs, must, qgroups } from './support/loops.ts';

/** The layers of a Docker host: bases, snapshots of snapshots, some of their files written again, linked, emptied. */
function fill(mount: string, snapshots: number, seed = 1): void {
  let state = seed * 2654435761;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random(256)));
  const text = Buffer.from('all work and no play '.repeat(8000));
  const root = join(mount, 'docker', 'btrfs', 'subvolumes');
  mkdirSync(root, { recursive: true });
  must('btrfs', '-q', 'subvolume', 'create', join(root, 'base'));
  for (let i = 0; i < 400; i++)
    writeFileSync(
      join(root, 'base', `file${i}`),
      i % 3 === 0 ? bytes(random(1500)) : i % 3 === 1 ? text.subarray(0, random(90_000)) : bytes(random(20_000)),
    );
  const names = ['base'];
  for (let i = 0; i < snapshots; i++) {
    const name = `layer${i}`;
    const at = join(root, name);
    must('btrfs', '-q', 'subvolume', 'snapshot', join(root, names[random(names.length)] ?? 'base'), at);
    names.push(name);
    for (let k = 0; k < 3; k++) writeFileSync(join(at, `new${random(1000)}`), bytes(random(k === 0 ? 120_000 : 3000)));
    for (let k = 0; k < 5; k++) {
      const fd = openSync(join(at, `file${random(400)}`), 'r+');
      writeSync(fd, 'changed', random(3000));
      closeSync(fd);
    }
    if (i % 4 === 0) must('cp', '--reflink=always', join(at, `file${1 + 3 * random(100)}`), join(at, `linked${i}`));
    if (i % 5 === 0) must('fallocate', '-l', '65536', join(at, 'reserved'));
    if (i % 7 === 0) appendFileSync(join(at, 'file1'), text.subarray(0, 5000));
  }
}

const run = (...paths: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'test/kernel/support/ullage.ts', 'usage', '--json', ...paths], {
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  });

const usage = (...paths: string[]): UsageDocument => {
  const done = run(...paths);
  expect(done.stderr).toBe('');
  expect([done.status, done.signal, done.error]).toEqual([0, null, undefined]);
  return JSON.parse(done.stdout) as UsageDocument;
};

const figures = (document: UsageDocument) =>
  new Map(
    document.items
      .filter(({ kind }) => kind === 'subvolume')
      .map(({ id, onDisk, exclusive }) => [id, { referenced: onDisk, exclusive }]),
  );

kernelSuite('usage of a btrfs equals its qgroups to the byte', ['loop', 'mkfs.btrfs', 'btrfs'], () => {
  let made: BtrfsOnLoops | undefined;
  afterEach(() => made?.remove());
  const make = (devices: number, mkfs: string[], options?: string): BtrfsOnLoops => {
    made = makeBtrfs(mkdtempSync(join(tmpdir(), 'ullage-usage-')), devices, mkfs, options);
    return made;
  };

  test.each<[string, number, string[], string?]>([
    ['single', 1, ['-dsingle', '-msingle']],
    ['DUP', 1, ['-dsingle', '-mdup']],
    ['RAID1', 2, ['-draid1', '-mraid1']],
    ['two devices, RAID0', 2, ['-draid0', '-mraid0']],
    ['zstd', 1, [], 'noatime,compress-force=zstd'],
    ['nodes of 4 KiB, RAID1C3, xxhash', 3, ['-draid1c3', '-mraid1c3', '-n', '4096', '--csum', 'xxhash']],
    ['nodes of 64 KiB, RAID10, blake2', 4, ['-draid10', '-mraid10', '-n', '65536', '--csum', 'blake2']],
    ['RAID5, sha256', 3, ['-draid5', '-mraid5', '--csum', 'sha256']],
    ['RAID6', 4, ['-draid6', '-mraid6']],
    ['mixed groups', 1, ['--mixed', '-n', '4096']],
  ])('%s', (_, devices, mkfs, options) => {
    const fs = make(devices, mkfs, options);
    fill(fs.mount, 30, devices);
    const told = qgroups(fs.mount);
    expect(told.size).toBe(32);
    const live = usage(fs.devices[0] ?? '');
    expect(figures(live)).toEqual(told);
    expect(live.warnings).toEqual([expect.stringContaining('last commit')]);
    fs.unmount();
    const offline = usage(...fs.images);
    expect(figures(offline)).toEqual(told);
    expect(offline.warnings).toEqual([]);
    expect(offline.items.find(({ name }) => name === 'base')?.path).toBe('/docker/btrfs/subvolumes/base');
  });

  test('740 subvolumes, some of them deleted while they are looked at', () => {
    const fs = make(1, []);
    fill(fs.mount, 738);
    const told = qgroups(fs.mount);
    expect(told.size).toBe(740);
    expect(figures(usage(fs.devices[0] ?? ''))).toEqual(told);
    // a subvolume that is deleted, and not yet gone, still holds what it shares
    const at = (i: number) => join(fs.mount, 'docker/btrfs/subvolumes', `layer${i}`);
    must('btrfs', '-q', 'subvolume', 'delete', ...[700, 701, 702, 703].map(at));
    must('btrfs', 'filesystem', 'sync', fs.mount);
    must('btrfs', 'subvolume', 'sync', fs.mount);
    const after = qgroups(fs.mount);
    for (const [id, one] of figures(usage(fs.devices[0] ?? ''))) expect([id, one]).toEqual([id, after.get(id)]);
  });

  test('a file system that is written to all the time gives one consistent state', async () => {
    const fs = make(1, [], 'noatime,commit=1');
    fill(fs.mount, 40);
    const writer = spawnWriter(join(fs.mount, 'docker/btrfs/subvolumes/base'));
    try {
      for (let i = 0; i < 5; i++) {
        const { warnings, totals } = usage(fs.devices[0] ?? '');
        expect(warnings.filter((one) => one.includes('could not be read'))).toEqual([]);
        expect(totals.onDisk).toBeGreaterThan(1_000_000);
      }
    } finally {
      writer.kill();
    }
  });

  test('as a directory it says which subvolumes are not in its figures', () => {
    const fs = make(1, []);
    expect(usage(fs.mount).warnings).toEqual([]);
    mkdirSync(join(fs.mount, 'deep'));
    for (const name of ['one', 'deep/two']) must('btrfs', '-q', 'subvolume', 'create', join(fs.mount, name));
    expect(usage(fs.mount).warnings).toEqual([
      expect.stringMatching(/^1 subvolume is not counted, .*\/one: .* ullage usage \/dev\//),
      expect.stringMatching(/^1 entry could not be read, .*deep\/two \(EXDEV: /),
    ]);
  });

  test('a mirror that rotted, or is gone, is read from the good copy', () => {
    const fs = make(2, ['-draid1', '-mraid1']);
    fill(fs.mount, 30);
    const told = qgroups(fs.mount);
    fs.unmount();
    const [first = '', second = ''] = fs.images;
    const alone = usage(second);
    expect(figures(alone)).toEqual(told);
    expect(alone.warnings).toEqual([expect.stringContaining('device 1 was not given')]);
    rot(first);
    const healed = usage(first, second);
    expect(figures(healed)).toEqual(told);
    expect(healed.warnings).toEqual([expect.stringContaining('bad in one copy')]);
    // no good copy of any tree is left: an error, never a table of zeros
    const lost = run(first);
    expect([lost.status, lost.stdout]).toEqual([3, '']);
    expect(lost.stderr).toMatch(
      /^ullage: no tree of this btrfs can be read: checksum does not match: .*image0, byte \d+/,
    );
  });
});

/** Everything but the superblock and what stands before it is overwritten, a byte in each 4 KiB. */
function rot(image: string): void {
  const bytes = readFileSync(image);
  for (let at = 2 ** 20; at < bytes.length; at += 4096) bytes[at + 200] = (bytes[at + 200] as number) ^ 0xff;
  // the mirror of the superblock at 64 MiB says what it said
  writeFileSync(image, bytes);
}

function spawnWriter(directory: string) {
  return spawn(
    'sh',
    [
      '-c',
      'while :; do for i in 1 2 3 4 5 6 7 8; do date > "$1/churn$i"; rm -f "$1/file$((i * 7))"; done; sync -f "$1"; done',
      'sh',
      directory,
    ],
    { stdio: 'ignore' },
  );
}
