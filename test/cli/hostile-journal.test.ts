import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run as journal } from '../../src/cli/journal.ts';
import { run as undo } from '../../src/cli/undo.ts';
import { startJournal } from '../../src/plan/journal.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { safeText } from '../../src/probes/clean.ts';
import { plan, step } from '../plan/machine.ts';

let directory: string;
let printed: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-state-'));
  mkdirSync(join(directory, 'journal'));
  vi.stubEnv('ULLAGE_STATE_DIR', directory);
  printed = '';
  const keep = (text: string | Uint8Array) => {
    printed += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

const begin = (part: Partial<Plan>, id = 'a') => {
  const begun = startJournal(join(directory, 'journal'), { ...plan(step(id, {})), ...part });
  begun.write({ event: 'trying', step: id });
  begun.write({ event: 'waiting', step: id, for: 'look \u001b[2Jat it' });
  begun.close();
};

test('no escape of a plan reaches the terminal by way of its journal', async () => {
  begin({ title: 'T\u001b]0;x\u0007', remedy: 'r\u001b[31m', on: '/x\u009b31m' }, 's\u001b[31m');
  await journal([]);
  await journal(['ullage-test01']);
  expect(printed).toMatch(/s waits: look at it/);
  expect(safeText(printed.replaceAll('\n', ''))).toBe(printed.replaceAll('\n', ''));
});

test('one damaged journal is named, and the others can be listed, shown and undone by name', async () => {
  begin({});
  writeFileSync(join(directory, 'journal/ullage-broken.jsonl'), '{"at":"now","event":"plan","plan":{}}\n');
  expect(await journal([])).toBe(3);
  expect(printed).toMatch(/^ullage-test01 .*waiting/m);
  expect(printed).toMatch(/not a line of a journal: .*ullage-broken\.jsonl, line 1: plan\.version/);
  expect(await journal(['ullage-test01'])).toBe(0);
  // which one is meant is not guessed
  await expect(undo([])).rejects.toThrow(/ullage-broken.*name the plan/);
  // named, it comes as far as the question
  await expect(undo(['ullage-test01'])).rejects.toThrow(/nobody to ask/);
});
