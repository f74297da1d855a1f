import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { textOf } from '../../src/host/tree-files.ts';

test('a file with no room in a text is no text, whatever was asked for', () => {
  const home = mkdtempSync(join(tmpdir(), 'ullage-long-'));
  try {
    const fd = openSync(join(home, 'layers.json'), 'w');
    ftruncateSync(fd, 600 * 2 ** 20);
    closeSync(fd);
    expect(textOf(join(home, 'layers.json'), 2 ** 30)).toBeUndefined();
  } finally {
    rmSync(home, { recursive: true });
  }
});
