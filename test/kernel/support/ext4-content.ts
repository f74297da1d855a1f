import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Fills a directory with one of everything a file system can hold. What this one cannot (long
 * attributes, extents that were never written) is left out.
 */
export function fillWithEverything(root: string): void {
  const at = (...names: string[]): string => join(root, ...names);
  const try_ = (argv: readonly string[]): void => void spawnSync(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
  mkdirSync(at('many'));
  for (let i = 0; i < 3000; i++) writeFileSync(at('many', `file-with-a-rather-long-name-${i}`), '');
  mkdirSync(at('deep/er/and/deeper'), { recursive: true });
  writeFileSync(at('random'), randomBytes(5_000_000));
  sparse(at('sparse'), [1000, 50_000]);
  sparse(
    at('scattered'),
    Array.from({ length: 300 }, (_, i) => i * 2),
  );
  try_(['fallocate', '-l', '1M', at('unwritten')]);
  if (spawnSync('test', ['-e', at('unwritten')]).status === 0)
    try_(['dd', 'if=/dev/urandom', `of=${at('unwritten')}`, 'bs=4k', 'seek=7', 'count=1', 'conv=notrunc']);
  for (const length of [1, 59, 60, 61, 200, 1000]) symlinkSync('t'.repeat(length), at(`symlink-${length}`));
  symlinkSync('/etc/passwd', at('absolute'));
  linkSync(at('random'), at('deep', 'hard'));
  for (const [name, ...rest] of [
    ['char', 'c', '1', '3'],
    ['block', 'b', '259', '300000'],
    ['fifo', 'p'],
  ] as const)
    try_(['mknod', at(name), ...rest]);
  writeFileSync(at('tiny'), 'tiny');
  writeFileSync(at('inline'), 'x'.repeat(130));
  mkdirSync(at('small'));
  for (let i = 0; i < 12; i++) writeFileSync(at('small', `entry-${i}`), '');
  chmodSync(at('tiny'), 0o4755);
  execFileSync('chown', ['70000:80000', at('tiny')]);
  execFileSync('touch', ['-d', '1950-01-02', at('tiny')]);
  execFileSync('touch', ['-d', '2030-05-06 07:08:09.123456789', at('inline')]);
  lutimesSync(at('absolute'), 12_345, 67_890);
  const attributes = [
    ['user.a', 'hello', 'random'],
    ['user.long', 'v'.repeat(500), 'random'],
    ['user.huge', 'h'.repeat(20_000), 'sparse'],
    ['trusted.overlay.opaque', 'y', 'small'],
    ['security.capability', '0x0100000200200000000000000000000000000000', 'tiny'],
    ['user.empty', '', 'tiny'],
  ] as const;
  for (const [name, value, file] of attributes) try_(['setfattr', '-h', '-n', name, '-v', value, at(file)]);
  try_(['setfacl', '-m', 'u:1000:rw,g:5:r', at('tiny')]);
  try_(['setfacl', '-d', '-m', 'u:7:rwx', at('small')]);
  const odd = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x01, 0x0a, 0x1b, 0x5b, 0x32])]);
  writeFileSync(odd, 'a name that is no text');
}

/** A file of 4 KiB blocks at these places, holes between. */
function sparse(path: string, blocks: readonly number[]): void {
  const fd = openSync(path, 'w');
  for (const block of blocks) writeSync(fd, randomBytes(4096), 0, 4096, block * 4096);
  ftruncateSync(fd, ((blocks.at(-1) ?? 0) + 10) * 4096 + 17);
  closeSync(fd);
}

/** A little of everything, in some 300 KiB that pack well. */
export function fillSmall(root: string): void {
  const at = (...names: string[]): string => join(root, ...names);
  const try_ = (argv: readonly string[]): void => void spawnSync(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
  mkdirSync(at('many'));
  for (let i = 0; i < 150; i++) writeFileSync(at('many', `file-with-a-rather-long-name-${i}`), `${i}`);
  mkdirSync(at('deep/er/and/deeper'), { recursive: true });
  writeFileSync(at('large'), 'large '.repeat(40_000));
  writeFileSync(at('deep', 'tiny'), 'tiny');
  writeFileSync(at('inline'), 'x'.repeat(90));
  const fd = openSync(at('scattered'), 'w');
  for (let i = 0; i < 60; i++) writeSync(fd, Buffer.alloc(1024, i), 0, 1024, i * 3 * 1024);
  closeSync(fd);
  for (const length of [5, 59, 60, 200]) symlinkSync('t'.repeat(length), at(`symlink-${length}`));
  linkSync(at('large'), at('deep', 'hard'));
  try_(['mknod', at('char'), 'c', '1', '3']);
  try_(['mkfifo', at('fifo')]);
  chmodSync(at('inline'), 0o4755);
  execFileSync('chown', ['70000:80000', at('inline')]);
  for (const [name, value, file] of [
    ['user.a', 'hello', 'large'],
    ['user.long', 'v'.repeat(400), 'large'],
    ['user.huge', 'h'.repeat(3000), 'deep/tiny'],
    ['trusted.overlay.opaque', 'y', 'deep'],
  ] as const)
    try_(['setfattr', '-h', '-n', name, '-v', value, at(file)]);
  try_(['setfacl', '-m', 'u:1000:rw,g:5:r', at('large')]);
}
