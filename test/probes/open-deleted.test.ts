import { expect, test } from 'vitest';
import { openDeleted } from '../../src/probes/open-deleted.ts';
import { pasted, ran } from './scan.ts';

test('lsof rows, with a thread, with links, without', () => {
  const text = `COMMAND       PID     TID     USER   FD      TYPE             DEVICE   SIZE/OFF       NODE NAME
dockerd   3011874 3300122     root   86u      REG              253,3 9863291904    2107301 /ssd/docker/tmp/Blob1 (deleted)
java         4242              app    7w      REG                8,1       1024        123 /var/log/app log.txt (deleted)
java         4242              app    8w      REG                8,1       1024        123 /var/log/open.txt
java         4242              app  DEL      REG                8,1                   123 /usr/lib/old.so
postgres      99            postgres   9u     REG               0,5       4096         55 /SYSV00000000 (deleted)
nginx         17             root    3u      CHR                1,3        0t0          6 /dev/null`;
  expect(pasted(openDeleted, 'open-deleted', text)).toEqual([
    { program: 'dockerd', pid: 3011874, fd: '86u', path: '/ssd/docker/tmp/Blob1', size: 9863291904 },
    { program: 'java', pid: 4242, fd: '7w', path: '/var/log/app log.txt', size: 1024 },
  ]);
  const links =
    'COMMAND PID USER FD TYPE DEVICE SIZE/OFF NLINK NODE NAME\njava 5 app 1w REG 8,1 77 0 9 /var/log/a\njava 5 app 2w REG 8,1 77 1 9 /var/log/b';
  expect(ran(openDeleted, 'open-deleted', ['lsof', '+L1'], links)).toEqual([
    { program: 'java', pid: 5, fd: '1w', path: '/var/log/a', size: 77 },
  ]);
});

test('BusyBox prints four fields and no heading', () => {
  expect(
    pasted(
      openDeleted,
      'open-deleted',
      '$ kubectl exec app-0 -- lsof +L1\n1\t/usr/bin/app\t10\t/data/wal/0001\n1\t/usr/bin/app\t1\t/dev/null',
    ),
  ).toEqual([{ program: '/usr/bin/app', pid: 1, fd: '10', path: '/data/wal/0001' }]);
  expect(
    pasted(
      openDeleted,
      'open-deleted',
      '$ lsof\n1\t/usr/bin/app\t10\t/data/wal/0001\n1\t/usr/bin/app\t11\t/data/x (deleted)',
    ),
  ).toEqual([{ program: '/usr/bin/app', pid: 1, fd: '11', path: '/data/x' }]);
});

test('links of /proc/PID/fd', () => {
  expect(
    pasted(
      openDeleted,
      'open-deleted',
      '# ls -l /proc/812/fd\nl-wx------ 1 root root 64 Sep  1 10:00 5 -> /var/log/big.log (deleted)\nlrwx------ 1 root root 64 Sep  1 10:00 6 -> /memfd:x (deleted)\nlrwx------ 1 root root 64 Sep  1 10:00 7 -> /data/y',
    ),
  ).toEqual([{ path: '/var/log/big.log', fd: '5', pid: 812 }]);
  expect(
    ran(
      openDeleted,
      'open-deleted',
      ['find', '/proc', '-ls'],
      '  12  0 l-wx------   1 root     root           64 Nov 21 01:51 /proc/7/fd/3 -> /a\\ b (deleted)',
    ),
  ).toMatchObject([{ pid: 7, fd: '3' }]);
});
