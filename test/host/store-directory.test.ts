import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeDirectory } from '../../src/host/store-directory.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-store-'));
  mkdirSync(join(home, 'root/image/overlay2'), { recursive: true });
  mkdirSync(join(home, 'outside'));
  writeFileSync(join(home, 'outside/secret'), 'not in the store');
  writeFileSync(join(home, 'root/image/overlay2/repositories.json'), '{"a":1}');
  writeFileSync(join(home, 'root/empty'), '');
  symlinkSync('../outside', join(home, 'root/away'));
  symlinkSync('../outside/secret', join(home, 'root/link'));
  symlinkSync('root', join(home, 'operators-own'));
  execFileSync('mkfifo', [join(home, 'root/pipe')]);
});
afterAll(() => rmSync(home, { recursive: true }));

test.each(['root', 'operators-own'])('files, names and sizes below %s', (name) => {
  const store = storeDirectory(join(home, name));
  expect(store.list('.').sort()).toEqual(['away', 'empty', 'image', 'link', 'pipe']);
  expect(store.list('image//./overlay2/')).toEqual(['repositories.json']);
  expect(store.read('image/overlay2/repositories.json', 7)?.toString()).toBe('{"a":1}');
  expect(store.sizeOf('image/overlay2/repositories.json')).toBe(7);
  expect(store.read('empty', 7)?.length).toBe(0);
  expect(store.directory('image')).toBe(join(home, name, 'image'));
});

test('neither links nor .. lead out, a pipe is no file, what is too long is not read', () => {
  const store = storeDirectory(join(home, 'root'));
  expect(store.read('image/overlay2/repositories.json', 6)).toBeUndefined();
  for (const path of [
    'link',
    'away/secret',
    '../outside/secret',
    'image/../link',
    'pipe',
    'image',
    'missing',
    'empty/x',
  ])
    expect([path, store.read(path, 100), store.sizeOf(path)]).toEqual([path, undefined, undefined]);
  for (const path of ['away', '..', 'image/..', 'empty', 'missing', 'pipe'])
    expect([path, store.list(path), store.directory(path)]).toEqual([path, [], undefined]);
});
