import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesHere } from '../../src/host/files-here.ts';
import { mountedTypes } from '../../src/host/mounted-types.ts';
import { ownGround } from '../../src/host/own-ground.ts';

/** No answer here depends on it. */
const LIMIT = 60_000;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-ground-'));
  mkdirSync(join(folder, 'far'));
  writeFileSync(join(folder, 'file'), 'text');
  writeFileSync(join(folder, 'far', 'file'), 'text');
  symlinkSync('file', join(folder, 'link'));
  symlinkSync(join(folder, 'far'), join(folder, 'away'));
  symlinkSync('loop', join(folder, 'loop'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (path: string, type: string) => `30 1 8:1 / ${path} rw - ${type} /dev/x rw\n`;

test('a file is asked here only when the way to it never leaves the root and what is in memory', async () => {
  const mounted = mountedTypes(line('/', 'ext4') + line(join(folder, 'far'), 'nfs4'));
  const at = async (path: string) => (await ownGround(path, mounted))?.path;
  expect(await at(join(folder, 'file'))).toBe(join(folder, 'file'));
  expect(await at(join(folder, 'link'))).toBe(join(folder, 'file'));
  expect(await at(`${folder}/./x/../file`).catch((error: NodeJS.ErrnoException) => error.code)).toBe('ENOENT');
  expect(await at(join(folder, 'far', 'file'))).toBeUndefined();
  expect(await at(join(folder, 'away', 'file'))).toBeUndefined();
  expect(await at(join(folder, 'loop'))).toBeUndefined();
  expect(await at('file')).toBeUndefined();
  // the root itself is the network's, or not known
  expect(await ownGround('/', mountedTypes(line('/', 'nfs4')))).toBeUndefined();
  expect(await ownGround('/', mountedTypes(''))).toBeUndefined();
  expect(await ownGround('/', mounted)).toEqual({ path: '/', types: ['ext4'] });
});

test('what is mounted where it lies is told', async () => {
  const mounted = mountedTypes(line('/', 'ext4') + line(join(folder, 'far'), 'tmpfs'));
  expect(await ownGround(join(folder, 'away', 'file'), mounted)).toEqual({
    path: join(folder, 'far', 'file'),
    types: ['tmpfs'],
  });
});

test('what is asked here is what the kernel says; the rest is left to others', async () => {
  const here = filesHere();
  expect(await here.statfs('/proc', LIMIT)).toBeUndefined();
  expect(await here.read('/proc/1/mountinfo', LIMIT, 100)).toBeUndefined();
  expect(await here.read('relative', LIMIT, 100)).toBeUndefined();
  const version = await here.read('/etc/os-release', LIMIT, 10_000);
  if (version) expect(version).toEqual({ ok: true, content: readFileSync('/etc/os-release', 'utf8') });
  const cut = await here.read('/etc/os-release', LIMIT, 4);
  if (cut)
    expect(cut).toEqual({ ok: true, content: readFileSync('/etc/os-release', 'utf8').slice(0, 4), truncated: true });
  const etc = await here.read('/etc', LIMIT, 10);
  if (etc) expect(etc).toMatchObject({ ok: false, reason: 'other' });
  const none = await here.read('/etc/no-such-file', LIMIT, 10);
  if (none) expect(none).toMatchObject({ ok: false, reason: 'missing' });
  const root = await here.statfs('/etc', LIMIT);
  if (root) expect(root).toMatchObject({ ok: true, value: { type: statfsSync('/').type } });
});
