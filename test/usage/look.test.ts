import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookAtPaths } from '../../src/usage/look.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-look-'));
  chmodSync(home, 0o711);
  mkdirSync(join(home, 'closed/inside'), { recursive: true, mode: 0o700 });
  chmodSync(join(home, 'closed'), 0o700);
  writeFileSync(join(home, 'file'), 'x');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const said = (path: string) => lookAtPaths([join(home, path)], { now: Date.now() }).catch(String);

test('a path beyond a file is missing', async () => {
  expect(await said('file/in')).toMatch(/there is no such path.*file\/in/);
});

test.skipIf(process.geteuid?.() !== 0)('a path that may not be looked at is not called another thing', async () => {
  // nobody's: seteuid(2) is the whole process's, and is taken back
  process.seteuid?.(65534);
  try {
    expect(await said('closed/inside')).toMatch(/cannot be looked at.*inside.*Permission denied: run as root/s);
  } finally {
    process.seteuid?.(0);
  }
});
