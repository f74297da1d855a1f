import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listed, Listing } from './trees.ts';
import { pattern, run } from './xfs-fill.ts';
import { makeXfs } from './xfs-image.ts';

/**
 * A version 4 image, whose tree mkfs.xfs itself puts in from a prototype file, and attributes
 * xfs_db: for kernels that mount version 4 no longer.
 */
export function makeVersion4(
  folder: string,
  bytes: number,
  options: readonly string[] = [],
): { image: string; listing: Listing } {
  const content = join(folder, 'content');
  mkdirSync(content, { recursive: true });
  const listing: Listing = new Map();
  const lines: string[] = ['/dev/null', '0 0', 'd--755 0 0'];
  let files = 0;
  const put = (path: string, one: Partial<Listed>): void => {
    listing.set(path, {
      kind: 'file',
      mode: '644',
      owner: '0:0',
      size: 0,
      nlink: 1,
      atime: '',
      mtime: '',
      ctime: '',
      attributes: [],
      ...one,
    });
  };
  const file = (parent: string, name: string, data: Buffer, mode = '644', owner = '0:0'): void => {
    const source = join(content, `${files++}`);
    writeFileSync(source, data);
    lines.push(`${name} ---${mode} ${owner.replace(':', ' ')} ${source}`);
    put(`${parent}/${name}`, {
      mode,
      owner,
      size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    });
  };
  const directory = (parent: string, name: string, inside: (path: string) => void): void => {
    lines.push(`${name} d--750 7 8`);
    const path = `${parent}/${name}`;
    put(path, { kind: 'directory', mode: '750', owner: '7:8', nlink: 2 });
    inside(path);
    lines.push('$');
  };
  put('/', { kind: 'directory', mode: '755', nlink: 6 });
  file('', 'one', Buffer.from('one\n'), '600', '1000:100000');
  file('', 'large', pattern(300_001, 1));
  file('', 'empty', Buffer.alloc(0));
  for (const [name, count] of [
    ['short', 3],
    ['block', 30],
    ['leaf', 300],
    ['node', 1500],
  ] as const)
    directory('', name, (path) => {
      for (let i = 0; i < count; i++)
        file(path, `entry-${i}-${'x'.repeat((i * 7) % 60)}`, i < 5 ? Buffer.from(`${name} ${i}`) : Buffer.alloc(0));
    });
  for (const [name, target] of [
    ['link-short', 'short'],
    ['link-remote', 'z'.repeat(700)],
  ] as const) {
    lines.push(`${name} l--777 0 0 ${target}`);
    put(`/${name}`, { kind: 'symlink', mode: '777', size: target.length, target });
  }
  lines.push('null c--666 0 0 1 3', 'disk b--660 0 6 8 17', 'pipe p--600 0 0');
  put('/null', { kind: 'char', mode: '666', rdev: '1:3' });
  put('/disk', { kind: 'block', mode: '660', owner: '0:6', rdev: '8:17' });
  put('/pipe', { kind: 'fifo', mode: '600' });
  const proto = join(folder, 'proto');
  writeFileSync(proto, [...lines, '$', ''].join('\n'));
  const image = makeXfs(folder, 'version4', bytes, [
    '-m',
    'crc=0',
    '-n',
    'ftype=0',
    '-b',
    'size=1024',
    '-l',
    'size=3m',
    '-p',
    proto,
    ...options,
  ]);
  rmSync(content, { recursive: true });
  attributes(image, listing);
  return { image, listing };
}

/** attr_set fills a value of the length it is given with one byte: memset(…, 'v', …). */
function attributes(image: string, listing: Listing): void {
  const give = (
    path: string,
    sets: readonly (readonly [flag: string, prefix: string, name: string, length: number])[],
  ): void => {
    const one = listing.get(path);
    const found = run('xfs_db', ['-r', '-c', `path ${path}`, '-c', 'inode', image]);
    const inode = /inode number is (\d+)/.exec(found)?.[1];
    if (one === undefined || inode === undefined) throw new Error(`${path}: ${found}`);
    // xfs_db dies of many commands, and of a first value of 100 bytes
    for (let i = 0; i < sets.length; i += 10) {
      const commands = sets
        .slice(i, i + 10)
        .flatMap(([flag, , name, length]) => ['-c', `attr_set ${flag} -v ${length} ${name}`]);
      run('xfs_db', ['-x', '-c', `inode ${inode}`, ...commands, image]);
    }
    one.attributes = sets.map(([, prefix, name, length]) => `${prefix}.${name}=0x${'76'.repeat(length)}`).sort();
  };
  give('/one', [['-u', 'user', 'short', 5]]);
  give(
    '/empty',
    Array.from({ length: 20 }, (_, i) => ['-u', 'user', `leaf-${i}`, 30] as const),
  );
  give('/large', [
    ['-u', 'user', 'small', 9],
    ['-r', 'trusted', 'remote', 20_000],
    ['-s', 'security', 'longest', 60_000],
  ]);
  give(
    '/short',
    Array.from({ length: 150 }, (_, i) => ['-u', 'user', `node-${i}`, 5 + i] as const),
  );
}
