import {
  chmodSync,
  chownSync,
  mkdirSync,
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
import { beforeEach, expect, test } from 'vitest';
import { openOutputDirectory } from '../../src/host/output-directory.ts';

const isRoot = process.getuid?.() === 0;
const META = { mode: 0o644, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, atime: 1e9 + 0.5, mtime: 1e9 };
const BYTES = Buffer.from('bytes');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-output-'));
  return () => rmSync(folder, { recursive: true });
});

test.each([0o022, 0o077, 0o000])('small files have the mode, owner and times that are asked for: umask %o', (umask) => {
  const before = process.umask(umask);
  try {
    const out = openOutputDirectory(join(folder, 'out'), { resume: false });
    const owners = isRoot ? [META, { ...META, uid: 1234, gid: 77 }, { ...META, gid: 5 }] : [META];
    const wanted: Record<string, string> = {};
    for (const [i, owner] of owners.entries())
      for (const mode of [0o644, 0o755, 0o600, 0o640, 0o060, 0o000, 0o777, 0o4755, 0o2711, 0o1777, 0o6750]) {
        const name = `${i}-${mode.toString(8)}`;
        out.whole(Buffer.from(name), BYTES, { ...owner, mode });
        // without root nobody gets a set-id bit
        const kept = isRoot ? mode : mode & 0o1777;
        wanted[name] = `${kept.toString(8)} ${owner.uid}:${owner.gid} 1000000000500 1000000000000 5`;
      }
    out.leave(META);
    out.close();
    const found: Record<string, string> = {};
    for (const name of readdirSync(join(folder, 'out'))) {
      const { mode, uid, gid, atimeMs, mtimeMs, size } = statSync(join(folder, 'out', name));
      found[name] = `${(mode & 0o7777).toString(8)} ${uid}:${gid} ${atimeMs} ${mtimeMs} ${size}`;
    }
    expect(found).toEqual(wanted);
  } finally {
    process.umask(before);
  }
});

test.runIf(isRoot)(
  'a target whose group is passed on to what is made in it: owners are those that are asked for',
  () => {
    const path = join(folder, 'out');
    mkdirSync(path);
    chownSync(path, 0, 77);
    chmodSync(path, 0o2775);
    const out = openOutputDirectory(path, { resume: false });
    out.enter(Buffer.from('sub'));
    out.whole(Buffer.from('file'), BYTES, META);
    out.leave(META);
    out.whole(Buffer.from('other'), BYTES, { ...META, gid: 77 });
    out.leave(META);
    out.close();
    expect(statSync(join(path, 'sub/file')).gid).toBe(0);
    expect(statSync(join(path, 'other')).gid).toBe(77);
  },
);

test('a name that stands already, and a symlink in its place: neither is written to', () => {
  const path = join(folder, 'out');
  const out = openOutputDirectory(path, { resume: false });
  writeFileSync(join(folder, 'mine'), 'mine');
  writeFileSync(join(path, 'there'), 'there');
  symlinkSync(join(folder, 'mine'), join(path, 'link'));
  symlinkSync(join(folder, 'new'), join(path, 'dangling'));
  for (const name of ['there', 'link', 'dangling', '../new', '..', '.', '', 'a/b'])
    expect(() => out.whole(Buffer.from(name), BYTES, META)).toThrow(/cannot be written|not a name/);
  out.close();
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine');
  expect(readFileSync(join(path, 'there'), 'utf8')).toBe('there');
  expect(readdirSync(folder).sort()).toEqual(['mine', 'out']);
});

test('going on: one cut short is written again, a complete one is left', () => {
  const path = join(folder, 'out');
  mkdirSync(path);
  writeFileSync(join(path, 'short'), 'by');
  writeFileSync(join(path, 'late'), 'other');
  const begun = openOutputDirectory(path, { resume: true });
  begun.whole(Buffer.from('complete'), BYTES, META);
  begun.close();
  const { ino } = statSync(join(path, 'complete'));
  const out = openOutputDirectory(path, { resume: true });
  for (const name of ['short', 'late', 'complete']) out.whole(Buffer.from(name), BYTES, META);
  out.close();
  for (const name of ['short', 'late', 'complete']) expect(readFileSync(join(path, name), 'utf8')).toBe('bytes');
  expect(statSync(join(path, 'complete')).ino).toBe(ino);
  expect(readdirSync(path)).toHaveLength(3);
});

test('a target that is a file is not called left out: it says what would do', () => {
  const file = join(folder, 'disk.img');
  writeFileSync(file, 'x');
  for (const path of [file, join(file, 'out'), ''])
    expect(() => openOutputDirectory(path, { resume: false })).toThrow(
      /cannot be written: .*Give another place with --to/,
    );
  expect(readFileSync(file, 'utf8')).toBe('x');
});
