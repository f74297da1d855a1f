import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/host/replace-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-replace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is no regular file is never replaced: --textfile /dev/null leaves the device', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, join(folder, 'stdout'));
  for (const path of [pipe, join(folder, 'stdout'), folder])
    expect(() => replaceFile(path, 'text')).toThrow(/cannot write.*(?:no regular file|a directory)/);
  expect(statSync(pipe).isFIFO()).toBe(true);
  expect(lstatSync(join(folder, 'stdout')).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['pipe', 'stdout']);
});

test('a link stays, what it leads to is replaced; a link in the way of the new file is not written through', () => {
  const [file, link, other] = ['file', 'link', 'other'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(file, 'old');
  writeFileSync(other, 'of somebody else');
  symlinkSync(file, link);
  symlinkSync(other, `${file}.${process.pid}.tmp`);
  replaceFile(link, 'new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(readFileSync(other, 'utf8')).toBe('of somebody else');
  replaceFile(join(folder, 'first'), 'made');
  expect(readFileSync(join(folder, 'first'), 'utf8')).toBe('made');
});
