import { expect, test } from 'vitest';
import { makeDocument } from '../../src/probes/make-document.ts';
import { statfs } from '../../src/probes/statfs.ts';
import { known, pasted } from './scan.ts';

const VALUE = { type: 0x58465342, blockSize: 4096, blocks: 1000, bfree: 500, bavail: 400, files: 64, ffree: 32 };

test('the kernel’s answer', () => {
  const doc = makeDocument({ kind: 'statfs', path: '/srv' }, JSON.stringify(VALUE));
  expect(statfs.recognises(doc)).toBe(true);
  expect(statfs.scan(doc)).toMatchObject([{ kind: 'statfs', value: { path: '/srv', ...VALUE } }]);
  for (const bad of [
    '',
    '{}',
    '[]',
    '{"blockSize":0,"blocks":1,"bfree":1,"bavail":1}',
    '{"blockSize":4096,"blocks":1e300,"bfree":1,"bavail":1}',
  ]) {
    expect(statfs.scan(makeDocument({ kind: 'statfs', path: '/srv' }, bad))).toEqual([]);
  }
});

test('stat -f', () => {
  const text = `  File: "/srv/a b"
    ID: 697467dcec65c290 Namelen: 255     Type: ext2/ext3
Block size: 4096       Fundamental block size: 4096
Blocks: Total: 505946     Free: 501728     Available: 471418
Inodes: Total: 6144       Free: 2905`;
  expect(pasted(statfs, 'statfs', text)).toEqual([
    {
      path: '/srv/a b',
      type: 0xef53,
      blockSize: 4096,
      blocks: 505946,
      bfree: 501728,
      bavail: 471418,
      files: 6144,
      ffree: 2905,
    },
  ]);
  expect(pasted(statfs, 'statfs', text.replace('ext2/ext3', 'UNKNOWN (0xdeadbeef)'))[0]?.type).toBe(0xdeadbeef);
});

test('asks about data roots, one mount for each file system, and the directories under loop files', () => {
  const mount = (target: string, fstype: string, majmin: string) =>
    ['mount', { source: 'x', target, fstype, options: [], majmin }] as const;
  const asks = statfs.asks?.(
    known(
      ['engine', { engine: 'docker', root: '/ssd/docker' }],
      [...mount('/data', 'xfs', '8:1')],
      [...mount('/data/bind', 'xfs', '8:1')],
      [...mount('/sys', 'sysfs', '0:5')],
      ['loop', { device: '/dev/loop0', backFile: '/pools/data.img' }],
      ['loop', { device: '/dev/loop1', backFile: '/gone/meta.img', deleted: true }],
    ),
  );
  const paths = asks?.map((ask) => (ask.kind === 'statfs' ? ask.path : ''));
  expect(paths).toEqual(expect.arrayContaining(['/', '/var/lib/docker', '/ssd/docker', '/data', '/pools']));
  for (const not of ['/data/bind', '/sys', '/gone']) expect(paths).not.toContain(not);
});

test('measures what only the daemon has mounted, through its root', () => {
  const mount = (majmin: string, source: string, target: string, pid?: number) =>
    ['mount', { source, target, fstype: 'xfs', options: [], majmin, ...(pid === undefined ? {} : { pid }) }] as const;
  const asks = statfs.asks?.(
    known(
      ['process', { pid: 153, program: 'dockerd', args: [] }],
      mount('8:1', '/dev/sda1', '/'),
      mount('8:1', '/dev/sda1', '/var/tmp', 153),
      mount('253:4', '/dev/mapper/docker-8:1-7-0a1b', '/var/lib/docker/devicemapper/mnt/0a1b', 153),
      mount('253:4', '/dev/mapper/docker-8:1-7-0a1b', '/', 612),
      mount('253:5', '/dev/mapper/other', '/other', 612),
      mount('0:44', 'tmpfs', '/tmp', 153),
    ),
  );
  const paths = asks?.map((ask) => (ask.kind === 'statfs' ? ask.path : '')).filter((path) => path.startsWith('/proc'));
  expect(paths).toEqual(['/proc/153/root/var/lib/docker/devicemapper/mnt/0a1b']);
});
