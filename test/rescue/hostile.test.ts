import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { reportOfRescue } from '../../src/cli/render/rescue.ts';
import { FormatError } from '../../src/formats/format-error.ts';
import type { RescueReport } from '../../src/rescue/report.ts';
import { takeFiles } from '../../src/rescue/take-files.ts';
import { type Fake, fakeTree } from './fake-tree.ts';

let folder: string;
let outside: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-hostile-'));
  outside = join(folder, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'mine'), 'mine');
  return () => rmSync(folder, { recursive: true });
});

function take(nodes: Record<number, Fake>, to: string, more: { resume?: boolean } = {}): RescueReport {
  const tree = fakeTree(nodes);
  return takeFiles({ tree, top: 1 }, '/', { subject: 'hostile', source: 'fake' }, { ...target(to), ...more });
}

const target = (to: string) => ({ to: join(folder, to), force: false, resume: false });

/** Nothing was made or changed beside the target. */
function untouched(): void {
  expect(readdirSync(outside)).toEqual(['mine']);
  expect(readFileSync(join(outside, 'mine'), 'utf8')).toBe('mine');
}

test('names that are no names are left out', () => {
  const names = ['..', '.', '', 'a/b', '../outside/new', '/etc/new', 'nul\0'];
  const report = take(
    { 1: { kind: 'directory', entries: [...names.map((name, i): [string, number] => [name, i + 2]), ['good', 20]] } },
    'out',
  );
  expect(readdirSync(join(folder, 'out'))).toEqual(['good']);
  expect(report.lossCount).toBe(names.length);
  untouched();
});

test('a directory in the place of a symlink that was made: not followed', () => {
  const report = take(
    {
      1: {
        kind: 'directory',
        entries: [
          ['link', 2],
          ['link', 3],
          ['other', 4],
        ],
      },
      2: { kind: 'symlink', target: outside },
      3: {
        kind: 'directory',
        entries: [
          ['new', 5],
          ['mine', 5],
        ],
      },
      5: { kind: 'file', content: 'yours' },
    },
    'out',
  );
  expect(report.losses).toMatchObject([{ path: '/link', what: 'a name that stands twice in its directory' }]);
  untouched();
});

test('a symlink that stands in the target already, met when going on', () => {
  mkdirSync(join(folder, 'out'));
  symlinkSync(outside, join(folder, 'out/sub'));
  symlinkSync(join(outside, 'mine'), join(folder, 'out/file'));
  const report = take(
    {
      1: {
        kind: 'directory',
        entries: [
          ['sub', 2],
          ['file', 3],
        ],
      },
      2: { kind: 'directory', entries: [['new', 3]] },
      3: { kind: 'file', content: 'yours' },
    },
    'out',
    { resume: true },
  );
  expect(report.losses.map(({ path }) => path)).toEqual(['/sub', '/file']);
  untouched();
});

test('a hard link to a file that is not in the target, and one through a symlink', () => {
  const report = take(
    {
      1: {
        kind: 'directory',
        entries: [
          ['first', 2],
          ['second', 2],
        ],
      },
      2: { kind: 'file', content: 'both', nlink: 3 },
    },
    'out',
  );
  expect(report.lossCount).toBe(0);
  expect(statSync(join(folder, 'out/first')).ino).toBe(statSync(join(folder, 'out/second')).ino);
});

test('loops end, and devices are never made', () => {
  const report = take(
    {
      1: {
        kind: 'directory',
        entries: [
          ['sub', 2],
          ['disk', 4],
          ['null', 5],
          ['pipe', 6],
        ],
      },
      2: {
        kind: 'directory',
        entries: [
          ['again', 1],
          ['self', 2],
          ['down', 3],
        ],
      },
      3: { kind: 'directory', entries: [['up', 2]] },
      4: { kind: 'block' },
      5: { kind: 'char' },
      6: { kind: 'fifo' },
    },
    'out',
  );
  expect(report.losses.map(({ path }) => path)).toEqual(['/sub/again', '/sub/self', '/sub/down/up']);
  expect(report.leftOut).toEqual({ block: 1, char: 1, fifo: 1 });
  expect(readdirSync(join(folder, 'out'))).toEqual(['sub']);
});

test('a directory deeper than any path', () => {
  const nodes: Record<number, Fake> = {};
  for (let i = 1; i < 2200; i++) nodes[i] = { kind: 'directory', entries: [['d', i + 1]] };
  nodes[2200] = { kind: 'file', content: 'deep' };
  const report = take(nodes, 'out.tar');
  expect(report.losses).toMatchObject([{ what: 'directories more than 2048 deep' }]);
  rmSync(join(folder, 'out.tar'));
});

test('sizes that no disk holds: sparse in an archive, told in a directory', () => {
  const nodes: Record<number, Fake> = {
    1: {
      kind: 'directory',
      entries: [
        ['huge', 2],
        ['good', 3],
      ],
    },
    2: { kind: 'file', size: 2 ** 62 },
    3: { kind: 'file', content: 'good' },
  };
  expect(take(nodes, 'out.tar').lossCount).toBe(0);
  expect(statSync(join(folder, 'out.tar')).size).toBeLessThan(20_000);
  const report = take(nodes, 'out');
  expect(report.losses).toMatchObject([{ path: '/huge' }]);
  expect(readdirSync(join(folder, 'out'))).toEqual(['good']);
});

test('a file whose extents contradict themselves: it is told, what comes after it is there', () => {
  const tree = fakeTree({
    1: {
      kind: 'directory',
      entries: [
        ['bad', 2],
        ['huge', 3],
        ['good', 4],
      ],
    },
    2: { kind: 'file', size: 9 },
    3: { kind: 'file', size: 2 ** 50 },
    4: { kind: 'file', content: 'good' },
  });
  const { ranges } = tree;
  tree.ranges = function* (file) {
    if (file.inode === 4) yield* ranges(file);
    else {
      yield { kind: 'bytes', offset: 0, length: 4, bytes: Buffer.from('some') };
      throw new FormatError('extents contradict themselves', 'fake', 0);
    }
  };
  for (const to of ['out', 'out.tar']) {
    const report = takeFiles({ tree, top: 1 }, '/', { subject: 'hostile', source: 'fake' }, target(to));
    expect(report.losses.filter(({ what }) => /contradict/.test(what)).map(({ path }) => path)).toEqual([
      '/bad',
      '/huge',
    ]);
  }
  expect(readFileSync(join(folder, 'out/bad'), 'latin1')).toBe('some\0\0\0\0\0');
  expect(readFileSync(join(folder, 'out/good'), 'utf8')).toBe('good');
  const listed = execFileSync('tar', ['-tf', join(folder, 'out.tar')], { encoding: 'utf8' });
  expect(listed).toBe('./\nbad\nhuge\ngood\n');
});

test('control characters are in the names and not in what is printed', () => {
  const report = take(
    {
      1: {
        kind: 'directory',
        entries: [
          ['\u001b[2Jx', 2],
          ['a\u0007\nb', 3],
          ['..', 4],
        ],
      },
    },
    'out',
  );
  expect(readdirSync(join(folder, 'out'))).toHaveLength(2);
  const escapes = JSON.stringify(
    reportOfRescue({ ...report, losses: [{ path: '/\u001b[2Jx', what: '\u009b31m' }], lossCount: 1 }),
  );
  expect(escapes).not.toMatch(/\\u001b|\\u009b|\\u0007/);
});

test('what GNU tar makes of it: names, links, times, attributes, owners, holes', () => {
  const nodes: Record<number, Fake> = {
    1: {
      kind: 'directory',
      entries: [
        ['long'.repeat(60), 2],
        ['\xff\xfe bytes', 3],
        ['sparse', 4],
        ['late', 5],
        ['before', 6],
        ['abs', 7],
        ['owner', 8],
      ],
    },
    2: { kind: 'file', content: 'long' },
    3: { kind: 'file', content: 'bytes' },
    4: { kind: 'file', content: 'front', size: 5_000_001 },
    5: { kind: 'symlink', target: '/etc/'.repeat(40) },
    6: { kind: 'file', content: '', mtime: { seconds: -2, nanoseconds: 500_000_000 } },
    7: { kind: 'symlink', target: '/etc/passwd' },
    8: { kind: 'file', content: 'x', uid: 4_000_000_000, mode: 0o4711 },
  };
  take(nodes, 'out.tar');
  const listed = execFileSync('tar', ['--full-time', '--numeric-owner', '-tvf', join(folder, 'out.tar')], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  expect(listed).toContain('long'.repeat(60));
  expect(listed).toContain('\\377\\376 bytes');
  expect(listed).toMatch(/ 5000001 .* sparse\n/);
  expect(listed).toMatch(/-rws--x--x 4000000000\/0 /);
  mkdirSync(join(folder, 'x'));
  execFileSync('tar', ['-C', join(folder, 'x'), '--no-same-owner', '-xf', join(folder, 'out.tar')], {
    stdio: 'ignore',
  });
  expect(statSync(join(folder, 'x/before')).mtimeMs).toBe(-1500);
  const sparse = readFileSync(join(folder, 'x/sparse'));
  expect(sparse.length).toBe(5_000_001);
  expect(sparse.subarray(0, 6).toString('latin1')).toBe('front\0');
  expect(lstatSync(join(folder, 'x/sparse')).blocks * 512).toBeLessThan(200_000);
  expect(existsSync(join(folder, 'x', 'long'.repeat(60)))).toBe(true);
});
