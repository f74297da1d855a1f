import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isKernelFile, readKernelFile } from '../../src/host/kernel-files.ts';

test('only what the kernel writes from memory is read by this process', () => {
  for (const path of ['/proc/self/mountinfo', '/proc/partitions', '/proc/sys/fs/file-nr', '/proc/sys/kernel/pty/nr'])
    expect(isKernelFile(path), path).toBe(true);
  const others = ['/proc/1/mountinfo', '/proc/sys/fs/../../../etc/passwd', '/etc/docker/daemon.json', '/proc/kmsg'];
  for (const path of others) expect(isKernelFile(path), path).toBe(false);
});

test('it is read whole, cut where it is to be, and its absence is told', () => {
  const whole = readKernelFile('/proc/sys/kernel/ostype', 1000);
  expect(whole).toEqual({ ok: true, content: readFileSync('/proc/sys/kernel/ostype', 'utf8') });
  expect(readKernelFile('/proc/sys/kernel/ostype', 3)).toEqual({ ok: true, content: 'Lin', truncated: true });
  expect(readKernelFile('/proc/sys/kernel/nothing', 3)).toMatchObject({ ok: false, reason: 'missing' });
});
