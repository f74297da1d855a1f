import { expect, test } from 'vitest';
import { dfInodes } from '../../src/probes/df-inodes.ts';
import { pasted, ran } from './scan.ts';

test('df -i, with the rows of file systems that have no inode limit', () => {
  const text = 'Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sdb3 0 0 0 - /\n/dev/sda1 6144 6144 0 100% /srv';
  expect(ran(dfInodes, 'df-inodes', ['df', '-i'], text)).toEqual([
    { filesystem: '/dev/sdb3', inodes: 0, used: 0, free: 0, mountpoint: '/' },
    { filesystem: '/dev/sda1', inodes: 6144, used: 6144, free: 0, usePercent: 100, mountpoint: '/srv' },
  ]);
});

test.each([
  ['Inodes Used Available Use% (BusyBox)', 'Filesystem              Inodes      Used Available Use% Mounted on'],
  ['German', 'Dateisystem             Inodes IBenutzt   IFrei IUse% Eingehängt auf'],
  ['French', 'Sys. de fichiers        Inœuds IUtil.  ILibre IUti% Monté sur'],
  ['Japanese', 'ファイルシス            Iノード  I使用   I残り I使用% マウント位置'],
  ['Chinese', '文件系统                Inode  已用(I)  可用(I) 已用(I)% 挂载点'],
  ['Spanish', 'S.ficheros              Nodos-i NUsados NLibres NUso% Montado en'],
])('a header of %s', (_, header) => {
  expect(pasted(dfInodes, 'df-inodes', `${header}\n/dev/vda2 1026000 984102 41898 96% /data`)).toEqual([
    { filesystem: '/dev/vda2', inodes: 1026000, used: 984102, free: 41898, usePercent: 96, mountpoint: '/data' },
  ]);
});

test('macOS and --output print inodes behind the blocks', () => {
  const mac =
    'Filesystem     512-blocks     Used  Available Capacity iused      ifree %iused  Mounted on\n/dev/disk3s1 1000000 20000 900000     3%  575614 424385    57%   /\n/dev/disk1s1  932 288 640 32% 1990210 9223372036852785597    0%   /x';
  expect(pasted(dfInodes, 'df-inodes', mac)).toEqual([
    { filesystem: '/dev/disk3s1', inodes: 999999, used: 575614, free: 424385, usePercent: 57, mountpoint: '/' },
  ]);
  const output =
    'Filesystem     Type  1B-blocks     Used      Avail Use% Inodes IUsed IFree IUse% Mounted on\n/dev/loop1     ext4 2072354816 17276928 1930928128   1%   6144  3239  2905   53% /mnt';
  expect(pasted(dfInodes, 'df-inodes', output)).toEqual([
    {
      filesystem: '/dev/loop1',
      type: 'ext4',
      inodes: 6144,
      used: 3239,
      free: 2905,
      usePercent: 53,
      mountpoint: '/mnt',
    },
  ]);
});

test('without a header only the command tells inodes from blocks', () => {
  expect(pasted(dfInodes, 'df-inodes', '# df -i /\n/dev/sda1 6144 3239 2905 53% /')).toHaveLength(1);
  expect(pasted(dfInodes, 'df-inodes', '/dev/sda1 6144 3239 2905 53% /')).toEqual([]);
  expect(
    pasted(
      dfInodes,
      'df-inodes',
      '# df -ih /\nFilesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 3.0M 116 3.0M 1% /',
    )[0]?.inodes,
  ).toBe(3 * 1024 ** 2);
});
