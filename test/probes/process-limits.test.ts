import { expect, test } from 'vitest';
import { processLimits } from '../../src/probes/process-limits.ts';
import { processes } from '../../src/probes/processes.ts';
import { find } from '../../src/tools/find.ts';
import { known, ran } from './scan.ts';

const WALK = `/proc/1/ns/mnt mnt:[4026531841]
/proc/310/fd/9 anon_inode:inotify
/proc/310/fd/12 anon_inode:inotify
/proc/310/ns/mnt mnt:[4026531841]
/proc/1480/fd/3 anon_inode:inotify
/proc/1480/ns/user user:[4026532297]
/proc/1480/ns/mnt mnt:[4026532298]
/proc/1502/ns/user user:[4026532297]
/proc/1502/ns/mnt mnt:[4026532298]
`;

test('one walk finds inotify instances and namespaces', () => {
  expect(ran(processLimits, 'inotify-instance', find.heldByProcesses(), WALK)).toEqual([
    { pid: 310, fd: 9 },
    { pid: 310, fd: 12 },
    { pid: 1480, fd: 3 },
  ]);
  expect(ran(processLimits, 'process-namespace', find.heldByProcesses(), WALK)).toContainEqual({
    pid: 1480,
    kind: 'user',
    id: 'user:[4026532297]',
  });
  // it is no list of daemons
  expect(ran(processes, 'process', find.heldByProcesses(), WALK)).toEqual([]);
});

test('only what was found is looked into: one process of each namespace', () => {
  const asks = processLimits.asks?.(
    known(
      ['limit', { name: 'fs.mount-max', value: 100_000 }],
      ['inotify-instance', { pid: 310, fd: 9 }],
      ['process-namespace', { pid: 1, kind: 'mnt', id: 'mnt:[4026531841]' }],
      ['process-namespace', { pid: 310, kind: 'mnt', id: 'mnt:[4026531841]' }],
      ['process-namespace', { pid: 1502, kind: 'user', id: 'user:[4026532297]' }],
      ['process-namespace', { pid: 1480, kind: 'user', id: 'user:[4026532297]' }],
    ),
  );
  expect(asks?.slice(1).map((ask) => (ask.kind === 'run' ? ask.argv.slice(2).join(' ') : ''))).toEqual([
    '^inotify  /proc/310/fdinfo/9',
    '-e ^Name: -e ^PPid: -e ^Uid: -e ^ *[0-9] /proc/310/status /proc/310/uid_map /proc/310/cgroup /proc/1480/status /proc/1480/uid_map /proc/1480/cgroup',
    '. /proc/1/mountinfo',
  ]);
});

test('where find knows no links, watches are read', () => {
  const asks = processLimits.asks?.(known(['limit', { name: 'fs.mount-max', value: 100_000 }]));
  expect(asks?.[1]).toMatchObject({ argv: find.inotifyByReading() });
  expect(ran(processLimits, 'inotify-instance', find.inotifyByReading(), '/proc/310/fdinfo/9\n')).toEqual([
    { pid: 310, fd: 9 },
  ]);
});

test('a thousand instances are asked about in words that ssh can carry', () => {
  const many = Array.from({ length: 9000 }, (_, fd) => ['inotify-instance', { pid: 4_000_000, fd }] as const);
  const asks = processLimits.asks?.(known(...many)) ?? [];
  const lengths = asks.map((ask) => (ask.kind === 'run' ? ask.argv.join(' ').length : 0));
  expect(asks).toHaveLength(1 + 5 + 1);
  expect(Math.max(...lengths)).toBeLessThan(32 * 1024);
});

test('watches of each instance', () => {
  const argv = ['grep', '-Hcs', '^inotify ', '/proc/310/fdinfo/9', '/proc/310/fdinfo/12'];
  expect(ran(processLimits, 'inotify-instance', argv, '/proc/310/fdinfo/9:8180\n/proc/310/fdinfo/12:0\n')).toEqual([
    { pid: 310, fd: 9, watches: 8180 },
    { pid: 310, fd: 12, watches: 0 },
  ]);
});

test('whose a process is', () => {
  const id = '0f5c4bd1a3e7'.repeat(6).slice(0, 64);
  const text = `/proc/310/status:Name:\tkubelet
/proc/310/status:PPid:\t1
/proc/310/status:Uid:\t0\t0\t0\t0
/proc/310/uid_map:         0          0 4294967295
/proc/310/cgroup:0::/system.slice/kubelet.service
/proc/1480/status:Name:\tmy app
/proc/1480/status:PPid:\t1460
/proc/1480/status:Uid:\t1000\t100999\t100999\t100999
/proc/1480/uid_map:         0       1000          1
/proc/1480/uid_map:         1     100000      65536
/proc/1480/cgroup:0::/user.slice/user-1000.slice/libpod-${id}.scope
`;
  expect(ran(processLimits, 'process-owner', ['grep', '-Hs', '-e', '^Name:'], text)).toEqual([
    { pid: 310, name: 'kubelet', parent: 1, uid: 0, userMap: [{ inside: 0, outside: 0, count: 4_294_967_295 }] },
    {
      pid: 1480,
      name: 'my app',
      parent: 1460,
      uid: 100_999,
      userMap: [
        { inside: 0, outside: 1000, count: 1 },
        { inside: 1, outside: 100_000, count: 65_536 },
      ],
      container: id,
    },
  ]);
});
