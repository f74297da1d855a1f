import { expect, test } from 'vitest';
import { findmnt } from '../../src/probes/findmnt.ts';
import { pasted, ran } from './scan.ts';

test('JSON with sizes and children', () => {
  const body = JSON.stringify({
    filesystems: [
      {
        target: '/',
        source: '/dev/sda3[/@]',
        fstype: 'btrfs',
        options: 'rw,relatime',
        size: 100,
        used: 60,
        avail: 40,
        'use%': '60%',
        uuid: 'u-1',
        children: [{ target: '/run', source: 'tmpfs', fstype: 'tmpfs', options: 'rw', size: null }],
      },
    ],
  });
  expect(ran(findmnt, 'mount', ['findmnt', '-J', '-b'], body)).toEqual([
    { source: '/dev/sda3', root: '/@', target: '/', fstype: 'btrfs', options: ['rw', 'relatime'], uuid: 'u-1' },
    { source: 'tmpfs', target: '/run', fstype: 'tmpfs', options: ['rw'] },
  ]);
  expect(ran(findmnt, 'df', ['findmnt', '-J', '-b'], body)).toEqual([
    { filesystem: '/dev/sda3[/@]', type: 'btrfs', mountpoint: '/', size: 100, used: 60, available: 40, usePercent: 60 },
  ]);
});

test('a tree', () => {
  const text =
    'TARGET                SOURCE    FSTYPE  OPTIONS\n/                     /dev/vda  ext4    rw,relatime\n├─/proc               proc      proc    rw,nosuid\n│ └─/proc/sys/fs/x    none      binfmt_misc rw';
  expect(pasted(findmnt, 'mount', text).map((mount) => mount.target)).toEqual(['/', '/proc', '/proc/sys/fs/x']);
});
