import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { incidents } from '../../lab/incidents/index.ts';
import type { Row } from '../../lab/run.ts';
import { kernelSuite } from './ready.ts';

const needs = [
  'loop',
  'mkfs.ext4',
  'mkfs.btrfs',
  'dockerd',
  'docker',
  'containerd',
  'runc',
  'unshare',
  'setpriv',
  'perl',
];

/** The incidents of the kernel ground: the real daemon, the real error, doctor right and sure, healed whole. */
kernelSuite('incidents on this kernel', needs, () => {
  let rows: Row[] = [];
  let printed = '';

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'ullage-incidents-'));
    const file = join(folder, 'rows.json');
    const argv = ['--import', 'tsx', 'lab/main.ts', 'run', '--all', '--ground', 'kernel', '--json', file];
    const ran = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    printed = `${ran.stdout}\n${ran.stderr}`;
    rows = JSON.parse(readFileSync(file, 'utf8')) as Row[];
    rmSync(folder, { recursive: true, force: true });
  }, 20 * 60_000);

  test.each(incidents.filter((one) => one.grounds[0] === 'kernel'))('$name', ({ name }) => {
    const row = rows.find((one) => one.incident === name);
    expect(row?.wrong, printed).toEqual([]);
    expect(row?.error).not.toBe('');
    expect(row?.doctor).toMatch(/, confirmed$/);
    expect(row?.files).toBeGreaterThan(0);
  });
});
