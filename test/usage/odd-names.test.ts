import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtPaths } from '../../src/usage/look.ts';
import { makeDocument } from '../../src/usage/make-document.ts';

test('names that are no UTF-8 are counted wherever they stand', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ullage-odd-'));
  try {
    const odd = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(`${home}/`), Buffer.from(bytes)]);
    mkdirSync(odd(0xff, 0x1b, 0x0a));
    writeFileSync(Buffer.concat([odd(0xff, 0x1b, 0x0a), Buffer.from('/inside')]), 'x'.repeat(50_000));
    writeFileSync(odd(0xfe, 0x2d), 'x'.repeat(20_000));
    // the readable form of the one is the name of another
    writeFileSync(odd(0xff), 'x'.repeat(1000));
    mkdirSync(join(home, '\ufffd'));
    writeFileSync(join(home, '\ufffd', 'plain'), 'x'.repeat(9000));
    const du = Number(execFileSync('du', ['-sx', '-B1', home], { encoding: 'utf8' }).split('\t')[0]);
    const { totals, warnings } = makeDocument(await lookAtPaths([home], { now: Date.now() }), 0);
    expect([totals.onDisk, totals.apparent, totals.files, warnings]).toEqual([du, 80_000, 4, []]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
