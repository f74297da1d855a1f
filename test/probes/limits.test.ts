import { describe, expect, it } from 'vitest';
import { cgroups } from '../../src/probes/cgroups.ts';
import type { Origin } from '../../src/probes/document.ts';
import { keyUsers } from '../../src/probes/key-users.ts';
import { limits } from '../../src/probes/limits.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import type { Probe } from '../../src/probes/probe.ts';
import { fc } from '../random-cases.ts';

const paste: Origin = { kind: 'paste' };
function read(probe: Probe, text: string, origin: Origin = paste): unknown[] {
  const doc = makeDocument(origin, text);
  return probe.recognises(doc) ? probe.scan(doc).map((one) => one.value) : [];
}

describe('limits', () => {
  it('reads sysctl, grep and single files', () => {
    const eight = { name: 'fs.inotify.max_user_watches', value: 8192 };
    expect(read(limits, 'fs.inotify.max_user_watches = 8192')).toEqual([eight]);
    expect(read(limits, '/proc/sys/fs/inotify/max_user_watches:8192')).toEqual([eight]);
    expect(read(limits, '8192\n', { kind: 'read', path: '/proc/sys/fs/inotify/max_user_watches' })).toEqual([eight]);
    expect(read(limits, '8192\n', { kind: 'run', argv: ['cat', '/proc/sys/fs/inotify/max_user_watches'] })).toEqual([
      eight,
    ]);
    expect(read(limits, '$ cat /proc/sys/fs/inotify/max_user_watches\n8192')).toEqual([eight]);
    expect(read(limits, 'the limit max_user_watches is 8192 here')).toEqual([eight]);
  });
  it('splits kernel.sem and pairs the pty counts', () => {
    expect(read(limits, 'kernel.sem = 250\t32000\t32\t128')).toEqual([
      { name: 'kernel.sem.semmsl', value: 250 },
      { name: 'kernel.sem.semmns', value: 32000 },
      { name: 'kernel.sem.semopm', value: 32 },
      { name: 'kernel.sem.semmni', value: 128 },
    ]);
    expect(read(limits, '/proc/sys/kernel/pty/max:4096\n/proc/sys/kernel/pty/nr:4000')).toContainEqual({
      name: 'kernel.pty.max',
      value: 4096,
      used: 4000,
    });
  });
  it('counts mounts of a namespace against a limit that was not seen', () => {
    const mounts = { name: 'fs.mount-max', value: 100000, used: 2, assumed: true };
    expect(
      read(limits, '22 1 0:21 / /proc rw - proc proc rw\n23 1 0:22 / /sys rw - sysfs sysfs rw\n', {
        kind: 'read',
        path: '/proc/812/mountinfo',
      }),
    ).toEqual([{ ...mounts, scope: 'mount namespace of pid 812' }]);
    expect(read(limits, '2 /proc/812/mounts')).toEqual([{ ...mounts, scope: 'mount namespace of pid 812' }]);
    expect(read(limits, '# wc -l < /proc/self/mountinfo\n2')).toEqual([
      { ...mounts, scope: 'mount namespace of self' },
    ]);
  });
  it('counts System V objects', () => {
    const sem =
      '       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n         0          0   600         17   999   999   999   999          0          0\n         0          1   600         17   999   999   999   999          0          0\n';
    expect(read(limits, sem, { kind: 'read', path: '/proc/sysvipc/sem' })).toEqual([
      { name: 'kernel.sem.semmni', used: 2 },
      { name: 'kernel.sem.semmns', used: 34 },
    ]);
  });
  it('takes nothing from prose and unknown settings', () => {
    expect(read(limits, 'I set kernel.printk = 4 and the keys are 5')).toEqual([]);
  });
});

describe('cgroups', () => {
  it('reads /proc/cgroups whole and one row of it, also with one space between columns', () => {
    expect(
      read(cgroups, '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t3\t12\t1\nmemory\t5\t65000\t0\n'),
    ).toEqual([
      { name: 'cpuset', hierarchy: 3, cgroups: 12, enabled: true },
      { name: 'memory', hierarchy: 5, cgroups: 65000, enabled: false },
    ]);
    expect(read(cgroups, 'It says\nmemory 5 21984 1\nwhat now')).toEqual([
      { name: 'memory', hierarchy: 5, cgroups: 21984, enabled: true },
    ]);
  });
  it('reads cgroup.stat', () => {
    expect(read(cgroups, 'nr_descendants 210\nnr_dying_descendants 4021\n')).toEqual([{ live: 210, dying: 4021 }]);
  });
});

describe('keyUsers', () => {
  it('reads rows and leaves other colons alone', () => {
    expect(
      read(
        keyUsers,
        '    0:    89 88/88 82/1000000 1620/25000000\n54321:   200 200/200 200/200 1885/20000\nnote: 1 2/3\n',
      ),
    ).toEqual([
      { uid: 0, keys: 82, maxKeys: 1000000, bytes: 1620, maxBytes: 25000000 },
      { uid: 54321, keys: 200, maxKeys: 200, bytes: 1885, maxBytes: 20000 },
    ]);
  });
});

it('never throws and never gives a number that is none', () => {
  const parts = [
    'kernel.sem = ',
    '/proc/sys/fs/mount-max:',
    'memory ',
    '1 ',
    '99999999999999999999 ',
    '0: 1 1/1 1/1 1/1',
    '\n',
    '\t',
    'nr_descendants ',
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string())), (pieces) => {
      for (const probe of [limits, cgroups, keyUsers]) {
        for (const value of read(probe, pieces.join('')))
          for (const number of Object.values(value as object))
            if (typeof number === 'number') expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
      }
    }),
  );
});
