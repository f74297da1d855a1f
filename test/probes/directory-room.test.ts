import { expect, test } from 'vitest';
import { directoryRoom } from '../../src/probes/directory-room.ts';
import { stat } from '../../src/tools/stat.ts';
import { known, ran } from './scan.ts';

const UPPER = '/var/lib/docker/overlay2/5c1a/diff';

test('asked of writable layers where project quotas are in force', () => {
  const container = ['container', { engine: 'docker', id: 'a'.repeat(64), driverData: { UpperDir: UPPER } }] as const;
  const mount = (option: string) =>
    ['mount', { source: '/dev/vdb', target: '/var/lib/docker', fstype: 'xfs', options: ['rw', option] }] as const;
  expect(directoryRoom.asks?.(known(container, mount('noquota')))).toEqual([]);
  expect(directoryRoom.asks?.(known(container, mount('prjquota')))).toMatchObject([{ argv: stat.room([UPPER]) }]);
});

test('size and rest of each directory', () => {
  const text = `4096 16384 0 ${UPPER}\n4096 521728 400000 /var/lib/docker/overlay2/a b/diff\nstat: cannot read\n`;
  expect(ran(directoryRoom, 'directory-room', stat.room([UPPER]), text)).toEqual([
    { path: UPPER, size: 64 * 2 ** 20, available: 0 },
    { path: '/var/lib/docker/overlay2/a b/diff', size: 521_728 * 4096, available: 400_000 * 4096 },
  ]);
  expect(ran(directoryRoom, 'directory-room', ['stat', '-f', '/'], text)).toEqual([]);
});
