import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const started = (words: string[], stdio: (number | 'pipe')[], before: string[] = []) =>
  spawnSync(process.execPath, ['--import', 'tsx', ...before, 'src/bin/ullage.ts', ...words], {
    encoding: 'utf8',
    stdio,
  });

test.skipIf(!existsSync('/dev/full'))('an answer that could not be written is no answer', () => {
  const full = openSync('/dev/full', 'w');
  const lost = started(['causes'], ['pipe', full, 'pipe']);
  expect(lost.stderr).toMatch(/^ullage: standard output cannot be written: ENOSPC/);
  expect(lost.status).toBe(3);
  closeSync(full);
});

test('an answer of which only the beginning found room is no answer', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ullage-short-')), 'causes.json');
  // RLIMIT_FSIZE cuts a write short as a full disk does: 128 blocks of 512 bytes in sh, of 1024 in bash
  const command = `trap '' XFSZ; ulimit -f 128; '${process.execPath}' --import tsx src/bin/ullage.ts causes --json > '${file}'`;
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  rmSync(dirname(file), { recursive: true });
  expect(stderr).toMatch(/^ullage: standard output cannot be written: EFBIG/m);
  expect(status).toBe(3);
});

/** Something is told on stderr while the answer is on its way. */
const telling = `data:text/javascript,${encodeURIComponent(`
  const { write } = process.stdout;
  process.stdout.write = (...words) => {
    process.stderr.write('told');
    setTimeout(() => write.apply(process.stdout, words), 50);
  };`)}`;

test.skipIf(!existsSync('/dev/full'))('what cannot be told beside the answer ends nothing', () => {
  const full = openSync('/dev/full', 'w');
  const { stdout, status } = started(['causes'], ['pipe', 'pipe', full], ['--import', telling]);
  closeSync(full);
  expect(stdout).toContain('btrfs-metadata-exhausted');
  expect(status).toBe(0);
});
