import { expect, test } from 'vitest';
import { mountinfo } from '../../src/probes/mountinfo.ts';
import { file, pasted } from './scan.ts';

test('mountinfo of a process: escapes, optional fields, whose namespace it is', () => {
  const text = `24 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
55 27 0:4 net:[4026532289] /run/docker/netns/ab rw shared:9 - nsfs nsfs rw
60 24 0:39 /@docker /srv/a\\040b rw,noatime - btrfs /dev/sdb3 rw,subvol=/@docker`;
  expect(file(mountinfo, 'mount', '/proc/812/mountinfo', text)).toEqual([
    {
      source: '/dev/vda',
      target: '/',
      fstype: 'ext4',
      options: ['rw', 'relatime'],
      superOptions: ['rw', 'discard'],
      majmin: '254:0',
      root: '/',
      mountId: 24,
      parentId: 1,
      pid: 812,
    },
    {
      source: 'nsfs',
      target: '/run/docker/netns/ab',
      fstype: 'nsfs',
      options: ['rw'],
      superOptions: ['rw'],
      majmin: '0:4',
      root: 'net:[4026532289]',
      mountId: 55,
      parentId: 27,
      pid: 812,
    },
    {
      source: '/dev/sdb3',
      target: '/srv/a b',
      fstype: 'btrfs',
      options: ['rw', 'noatime'],
      superOptions: ['rw', 'subvol=/@docker'],
      majmin: '0:39',
      root: '/@docker',
      mountId: 60,
      parentId: 24,
      pid: 812,
    },
  ]);
  expect(file(mountinfo, 'mount', '/proc/self/mountinfo', text)[0]).not.toHaveProperty('pid');
});

test('/proc/mounts, mount -l, macOS; the process is named by the command', () => {
  const text = `# cat /proc/23121/mounts|grep mnt
/dev/mapper/docker-pool /home/docker/devicemapper/mnt/ab xfs rw,relatime,nouuid 0 0
# nsenter -t 77 -m mount -l|grep mnt
/dev/dm-5 on /home/docker/mnt/cd type xfs (rw,relatime,nouuid) [label]
$ mount
/dev/disk1s1 on / (apfs, local, journaled)`;
  expect(pasted(mountinfo, 'mount', text)).toEqual([
    {
      source: '/dev/mapper/docker-pool',
      target: '/home/docker/devicemapper/mnt/ab',
      fstype: 'xfs',
      options: ['rw', 'relatime', 'nouuid'],
      pid: 23121,
    },
    {
      source: '/dev/dm-5',
      target: '/home/docker/mnt/cd',
      fstype: 'xfs',
      options: ['rw', 'relatime', 'nouuid'],
      pid: 77,
    },
    { source: '/dev/disk1s1', target: '/', fstype: 'apfs', options: ['apfs', 'local', 'journaled'].slice(1) },
  ]);
});

test('no mounts: fstab, prose', () => {
  expect(
    pasted(
      mountinfo,
      'mount',
      'UUID=ab / ext4 defaults 0 1\n/dev/sda1 /boot ext4 rw 1 2\nI put the disk on /data (it was free, I think)',
    ),
  ).toEqual([]);
});
