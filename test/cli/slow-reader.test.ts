import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a reader that takes its time gets all of it: a pipe holds 64 KiB', () => {
  const command = `'${process.execPath}' --import tsx src/bin/ullage.ts causes --json | { sleep 3; cat; }`;
  const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stdout.length).toBeGreaterThan(65_536);
  expect(() => JSON.parse(stdout)).not.toThrow();
});
