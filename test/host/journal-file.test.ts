import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineFilesIn, lineFilesMark } from '../../src/host/journal-file.ts';

test('among journals only files are read: a pipe would be waited for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-journal-'));
  try {
    writeFileSync(join(folder, 'a.jsonl'), '');
    writeFileSync(join(folder, 'b.txt'), '');
    mkdirSync(join(folder, 'c.jsonl'));
    symlinkSync('/dev/zero', join(folder, 'd.jsonl'));
    execFileSync('mkfifo', [join(folder, 'e.jsonl')]);
    expect(lineFilesIn(folder)).toEqual([join(folder, 'a.jsonl')]);
    expect(lineFilesMark(folder).split('\n')).toHaveLength(1);
    expect(lineFilesIn(join(folder, 'a.jsonl'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
