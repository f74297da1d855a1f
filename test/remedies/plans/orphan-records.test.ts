import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholeRecords } from '../../../src/remedies/plans/orphan-records.ts';

let root = '';
const at = (...path: string[]) => join(root, 'image/overlay2/layerdb', ...path);
const put = (path: string, text: string) => {
  mkdirSync(join(at(path), '..'), { recursive: true });
  writeFileSync(at(path), text);
};
const HEX = 'ab'.repeat(32);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ullage-records-'));
  put(`sha256/${HEX}/cache-id`, HEX);
  put(`sha256/${HEX}/diff`, `sha256:${HEX}`);
  put(`sha256/${'cd'.repeat(32)}/cache-id`, 'k3jd9'.repeat(5));
  put(`mounts/${HEX}/mount-id`, HEX);
  put(`mounts/${HEX}/init-id`, `${HEX}-init`);
  mkdirSync(at(`sha256/${HEX}-1a2b-removing`), { recursive: true });
  mkdirSync(at('tmp/write-set-1'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The questions are asked for real. */
function look(): void {
  const work = wholeRecords(root, 'overlay2');
  for (let next = work.next(); !next.done; ) {
    const [program = '', ...args] = next.value.run;
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    next = work.next({ exitCode: status ?? 1, stdout, stderr, durationMs: 0 });
  }
}

test('whole records pass, one that is being removed and a pull at work among them', () => {
  expect(look).not.toThrow();
});

test.each<[string, () => void, string]>([
  ['zeroed', () => put(`sha256/${HEX}/cache-id`, '\0'.repeat(64)), `${HEX}/cache-id`],
  ['empty', () => put(`mounts/${HEX}/mount-id`, ''), 'mount-id'],
  ['cut', () => put(`mounts/${HEX}/init-id`, HEX.slice(9)), 'init-id'],
  ['missing', () => rmSync(at(`sha256/${HEX}/cache-id`)), `${HEX}/cache-id`],
  ['moved elsewhere', () => symlinkSync('/srv', at('sha256', 'ef'.repeat(32))), 'ef'.repeat(32)],
  ['all gone', () => rmSync(at(), { recursive: true }), 'layerdb'],
])('a record that is %s: nothing is judged', (_, damage, named) => {
  damage();
  expect(look).toThrow(/which layers nobody owns cannot be told/);
  expect(look).toThrow(named);
});
