import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockedFiles } from '../../src/host/file-locks.ts';
import { DAEMON } from '../../src/usage/docker/drivers.ts';
import { settledBefore } from '../../src/usage/quiet-since.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-quiet-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a daemon under a name that is not known locks its database all the same', async () => {
  const file = join(home, 'metadata.db');
  writeFileSync(file, '');
  const quiet = settledBefore([file], DAEMON, Date.now());
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec sleep 60']);
  try {
    await new Promise((held) => holder.stdout.once('data', held));
    expect(settledBefore([file], DAEMON, Date.now())).toEqual({ why: expect.stringContaining(file) });
    // in a container, or of another user, nothing is said of whoever is quiet either
    if ('before' in quiet) expect(quiet.by).toBeUndefined();
  } finally {
    holder.kill();
  }
});

test('a file system that another machine may write to is never quiet', () => {
  const line = { device: '0:50', root: '/', source: 'server:/home', options: '' };
  for (const [type, quiet] of [
    ['nfs4', false],
    ['virtiofs', false],
    ['9p', false],
    ['fuse.sshfs', false],
    ['xfs', true],
  ] as const) {
    const said = settledBefore([join(home, 'layers.lock')], DAEMON, Date.now(), [{ ...line, point: '/', type }]);
    const why = 'why' in said ? said.why : '';
    expect([type, why.includes('another machine')]).toEqual([type, !quiet]);
  }
});

test('a lock that cannot be looked at may be held', () => {
  symlinkSync(join(home, 'ring'), join(home, 'ring'));
  expect(lockedFiles([join(home, 'ring'), join(home, 'none')], '')).toEqual([join(home, 'ring')]);
});
