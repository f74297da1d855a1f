import { expect, test } from 'vitest';
import { files } from '../../src/probes/files.ts';
import { pasted, ran } from './scan.ts';

const DATA = '/var/lib/docker/devicemapper/devicemapper';

test('ls -ls: the directory comes from the command', () => {
  const text =
    'total 2034540\n2031840 -rw------- 1 root root 2147483648 Nov 21 01:36 data\n   2700 -rw------- 1 root root   67108864 Nov 21 01:36 metadata\ndrwx------ 2 root root 4096 Nov 21 01:36 sub';
  const expected = [
    { path: `${DATA}/data`, size: 2147483648, allocated: 2031840 * 1024 },
    { path: `${DATA}/metadata`, size: 67108864, allocated: 2700 * 1024 },
  ];
  expect(ran(files, 'file', ['sh', '-c', `ls -ls ${DATA}/ 2>/dev/null; stat x`], text)).toEqual(expected);
  expect(pasted(files, 'file', `[root@db1 ~]# ls -ls ${DATA}\n${text}`)).toEqual(expected);
});

test('listings of several directories, translated words and dates, links, devices', () => {
  const text = `insgesamt 124418208
-rw------- 1 root root 127404218816 Sep 15 06:51 ab-json.log
/srv/a:
-rw-r--r--. 1 1000 1000 5 2024-01-02 10:31 b c
-rw-r--r-- 1 root root 1,5G 3. Okt 2023 big
lrwxrwxrwx 1 root root 7 Nov 21 01:54 link -> ../dm-5
crw------- 1 root root 10, 236 Nov 21 01:53 control`;
  expect(pasted(files, 'file', text)).toEqual([
    { path: 'ab-json.log', size: 127404218816 },
    { path: '/srv/a/b c', size: 5, uid: 1000 },
    { path: '/srv/a/big', size: 1.5 * 1024 ** 3, resolution: 1024 ** 3 / 20 },
  ]);
});

test('one number in front is an inode when the command says so; find -ls has both', () => {
  expect(pasted(files, 'file', '$ ls -li /srv/x\n131 -rw------- 1 root root 10 Nov 21 01:36 /srv/x')).toEqual([
    { path: '/srv/x', size: 10, inode: 131 },
  ]);
  expect(
    ran(
      files,
      'file',
      ['find', '/srv', '-ls'],
      '    11789     24 -rw-------   1 root     root        32768 Nov 21 01:51 /srv/pool.db',
    ),
  ).toEqual([{ path: '/srv/pool.db', size: 32768, allocated: 24576, inode: 11789 }]);
});

test('stat, and stat -c %b %B %s %n', () => {
  const text =
    '  File: ‘/srv/data’\n  Size: 2147483648	Blocks: 4191936    IO Block: 4096   regular file\nDevice: 254,0	Inode: 11805       Links: 1\n  File: /srv\n  Size: 4096 	Blocks: 8    IO Block: 4096   directory';
  expect(pasted(files, 'file', text)).toEqual([
    { path: '/srv/data', size: 2147483648, allocated: 4191936 * 512, inode: 11805 },
  ]);
  expect(ran(files, 'file', ['stat', '-c', '%b %B %s %n', '/srv/data'], '8 512 100 /srv/data')).toEqual([
    { path: '/srv/data', size: 100, allocated: 4096 },
  ]);
});
