import { expect, test } from 'vitest';
import { deletedOpenScan } from '../../src/probes/deleted-open-scan.ts';
import { known, ran } from './scan.ts';

test('a file held by two processes once; memory is no file', () => {
  const [ask] = deletedOpenScan.asks?.(known()) ?? [];
  expect(ask?.deep).toBe(true);
  const text = `/proc/8/fd/3 /var/log/app.log (deleted)
/proc/9/fd/4 /var/log/app.log (deleted)
/proc/9/fd/7 /memfd:x (deleted)
2048 512 9999999 65024 77 /proc/8/fd/3
2048 512 9999999 65024 77 /proc/9/fd/4
8 512 4096 1 5 /proc/9/fd/7`;
  expect(ran(deletedOpenScan, 'open-deleted', ask?.kind === 'run' ? ask.argv : [], text)).toEqual([
    { pid: 8, fd: '3', path: '/var/log/app.log', size: 1_048_576, device: '254:0' },
  ]);
});

test('asked without --deep where a disk runs out, and only there', () => {
  const row = { filesystem: '/dev/sda1', size: 1000, used: 960, available: 40, mountpoint: '/' };
  const deep = (...facts: Parameters<typeof known>) => deletedOpenScan.asks?.(known(...facts))[0]?.deep;
  expect(deep(['df', row])).toBe(false);
  expect(deep(['df', { ...row, available: 60 }])).toBe(true);
  expect(deep(['df', { ...row, type: 'squashfs', available: 0 }])).toBe(true);
  expect(deep(['df', { ...row, inContainer: true }])).toBe(true);
  const room = { path: '/', type: 0xef53, blockSize: 4096, blocks: 1000, bfree: 90, bavail: 40, files: 0, ffree: 0 };
  expect(deep(['statfs', room])).toBe(false);
  expect(deep(['statfs', { ...room, bavail: 60 }])).toBe(true);
  expect(deep(['statfs', { ...room, type: 0x73717368, bavail: 0 }])).toBe(true);
});
