import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export function run(program: string, argv: readonly string[], cwd?: string): string {
  const ran = spawnSync(program, argv, { encoding: 'utf8', maxBuffer: 2 ** 28, ...(cwd ? { cwd } : {}) });
  if (ran.status !== 0) throw new Error(`${program} ${argv.join(' ')}: ${ran.stderr || ran.error}`);
  return ran.stdout;
}

/** Bytes that tell where in which file they belong, and pack well. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE((Math.imul(seed + 1, 2654435761) + (i >> 6)) >>> 0, i);
  return bytes;
}

export interface FillOptions {
  /** names in the largest directory */
  names: number;
  /** extents of the most fragmented file */
  pieces: number;
  reflink: boolean;
  /** bytes of the largest file; 5 MB */
  large?: number;
}

/** Fills a mounted XFS with every kind of entry this reader knows of. */
export function fillXfs(root: string, { names, pieces, reflink, large = 5_000_001 }: FillOptions): void {
  const at = (...parts: string[]): string => join(root, ...parts);
  directories(at, names);
  contents(at, pieces, reflink, large);
  special(at);
  attributes(root);
  times(at);
}

type At = (...parts: string[]) => string;

function directories(at: At, names: number): void {
  // shortform, block, leaf, node: by number and length of names
  for (const [name, count] of [
    ['short', 3],
    ['block', 40],
    ['leaf', 900],
    ['node', names],
  ] as const) {
    mkdirSync(at(name));
    for (let i = 0; i < count; i++) {
      const file = at(name, `entry-${i}-${'x'.repeat((i * 7) % 60)}`);
      if (i % 50 === 1) mkdirSync(file);
      else if (count > 100 && i > 20) linkOr(at(name, 'entry-0-'), file, i);
      else writeFileSync(file, `${name} ${i}\n`);
    }
  }
  // holes in data blocks, and whole blocks freed
  for (let i = 22; i < 600; i++) if (i % 50 !== 1) rmSync(at('leaf', `entry-${i}-${'x'.repeat((i * 7) % 60)}`));
  mkdirSync(at('empty'));
  mkdirSync(at('was-large'));
  for (let i = 0; i < 300; i++) writeFileSync(at('was-large', `passing-${i}`), '');
  for (let i = 0; i < 298; i++) rmSync(at('was-large', `passing-${i}`));
  mkdirSync(at('deep'));
  let deep = at('deep');
  for (let i = 0; i < 60; i++) {
    deep = join(deep, `d${i}`);
    mkdirSync(deep);
  }
  writeFileSync(join(deep, 'bottom'), 'bottom');
  mkdirSync(at('names'));
  const odd = [
    Buffer.from([0xff, 0xfe, 0x41]),
    Buffer.from(' spaces and\ttab'),
    Buffer.from('x'.repeat(255)),
    Buffer.from('…ünï'),
  ];
  for (const name of odd) writeFileSync(Buffer.concat([Buffer.from(`${at('names')}/`), name]), name);
}

/** Hard links cost no inode; every tenth name is a file of its own. */
function linkOr(first: string, file: string, i: number): void {
  if (i % 10 === 0) writeFileSync(file, `${i}`);
  else linkSync(first, file);
}

function contents(at: At, pieces: number, reflink: boolean, large: number): void {
  mkdirSync(at('files'));
  const file = (name: string): string => at('files', name);
  writeFileSync(file('nothing'), '');
  writeFileSync(file('one'), 'x');
  writeFileSync(file('large'), pattern(large, 1));
  sparse(file('few-pieces'), 9, 65536, 65536 * 3);
  sparse(file('pieces'), pieces, 512, 8192);
  const hole = openSync(file('hole'), 'w');
  ftruncateSync(hole, 2 ** 26 + 17);
  writeSync(hole, pattern(8192, 3), 0, 8192, 2 ** 25);
  closeSync(hole);
  run('xfs_io', ['-f', '-c', 'falloc 0 4m', '-c', 'pwrite -S 0x5a 1m 100k', file('preallocated')]);
  run('xfs_io', ['-f', '-c', 'pwrite -S 0x33 0 10k', '-c', 'falloc -k 0 2m', file('past-the-end')]);
  run('xfs_io', ['-f', '-c', 'pwrite -S 0x11 0 1m', '-c', 'fpunch 64k 256k', '-c', 'fzero 512k 64k', file('punched')]);
  if (!reflink) return;
  run('cp', ['--reflink=always', file('large'), file('copy')]);
  run('cp', ['--reflink=always', file('pieces'), file('pieces-copy')]);
  run('xfs_io', ['-c', 'pwrite -S 0x77 100k 4k', '-c', 'pwrite -S 0x78 150k 17', file('copy')]);
}

function sparse(path: string, pieces: number, length: number, step: number): void {
  const fd = openSync(path, 'w');
  const bytes = pattern(length, pieces);
  for (let i = 0; i < pieces; i++) {
    bytes.writeUInt32LE(i, 0);
    writeSync(fd, bytes, 0, length, i * step);
  }
  closeSync(fd);
}

function special(at: At): void {
  mkdirSync(at('special'));
  run('mknod', [at('special', 'null'), 'c', '1', '3']);
  run('mknod', [at('special', 'disk'), 'b', '259', '70000']);
  run('mknod', [at('special', 'pipe'), 'p']);
  symlinkSync('short', at('special', 'link-short'));
  symlinkSync('y'.repeat(150), at('special', 'link-inline'));
  symlinkSync(`/${'long/'.repeat(190)}`, at('special', 'link-remote'));
  symlinkSync('z'.repeat(1023), at('special', 'link-longest'));
  writeFileSync(at('special', 'modes'), '');
  run('chmod', ['6751', at('special', 'modes')]);
  run('chown', ['100000:4294967294', at('special', 'modes')]);
  writeFileSync(at('special', 'renamed'), 'r');
  renameSync(at('special', 'renamed'), at('special', 'renamed-to'));
}

/** In getfattr's own dump, so that values are not bound by the length of a command line. */
function attributes(root: string): void {
  mkdirSync(join(root, 'attributes'));
  const hex = (length: number, seed: number): string => `0x${pattern(length, seed).toString('hex')}`;
  const dump: string[] = [];
  const give = (name: string, lines: string[]): void => {
    writeFileSync(join(root, 'attributes', name), name);
    dump.push(`# file: attributes/${name}`, ...lines, '');
  };
  give('short', ['user.a="b"', 'user.none=0x', 'trusted.overlay.opaque="y"', `security.capability=0x${CAPABILITY}`]);
  give(
    'leaf',
    Array.from({ length: 30 }, (_, i) => `user.leaf-${i}=${hex(40, i)}`),
  );
  give(
    'node',
    Array.from({ length: 700 }, (_, i) => `user.node-${i}=${hex(60 + (i % 90), i)}`),
  );
  give('remote', [
    `user.remote=${hex(20_000, 5)}`,
    `trusted.remote=${hex(65_536, 6)}`,
    'user.small="s"',
    `user.third=${hex(4097, 7)}`,
  ]);
  give(
    'many-remote',
    Array.from({ length: 40 }, (_, i) => `user.r${i}=${hex(5000 + i * 100, i)}`),
  );
  writeFileSync(join(root, 'dump'), dump.join('\n'));
  run('setfattr', ['-h', '--restore=dump'], root);
  rmSync(join(root, 'dump'));
  mkdirSync(join(root, 'attributes', 'acl'));
  run('setfacl', ['-m', 'u:1000:rwx,g:2000:r-x,u:3000:---', 'attributes/short', 'attributes/acl'], root);
  run('setfacl', ['-d', '-m', 'u:1000:rwx,g::r-x', 'attributes/acl'], root);
  writeFileSync(join(root, 'attributes', 'acl', 'inherits'), 'i');
}

/** VFS_CAP_REVISION_2, cap_net_bind_service */
const CAPABILITY = '0100000200040000000000000000000000000000';

function times(at: At): void {
  mkdirSync(at('times'));
  for (const [name, seconds] of [
    ['epoch', 0],
    ['before', -1.25],
    ['1902', -2147483647],
    ['now', 1_700_000_000.123456],
  ] as const) {
    writeFileSync(at('times', name), name);
    utimesSync(at('times', name), seconds, seconds);
  }
  run('touch', ['-d', '2026-01-02 03:04:05.678901234 UTC', at('times', 'now')]);
  run('touch', ['-h', '-d', '@4102444800.5', at('special', 'link-short')]);
}
