import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { main } from '../../src/cli/main.ts';
import { probes } from '../../src/probes/index.ts';
import { fc } from '../random-cases.ts';

/** Names that every JavaScript object answers to. */
const WORDS = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

test.each(WORDS)('`%s` is no verb, no remedy and no cause', async (word) => {
  const said: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    for (const argv of [[word], ['rescue', word, 'x'], ['thin', word, 'x'], ['plan', word], ['remedies', word]])
      expect(await main(argv), argv.join(' ')).toBe(3);
  } finally {
    spy.mockRestore();
  }
  expect(said.join('')).not.toMatch(/at .*\.[jt]s:\d/);
});

test('reports of real incidents with such words in any place are read', () => {
  const reports = readdirSync('corpus')
    .filter((name) => /^\d/.test(name))
    .map((name) => readFileSync(join('corpus', name, 'report.txt'), 'utf8'));
  fc.assert(
    fc.property(
      fc.constantFrom(...reports),
      fc.integer({ min: 5, max: 60 }),
      fc.infiniteStream(fc.nat(10_000)),
      (report, every, draws) => {
        const draw = () => draws.next().value as number;
        const text = report.replace(/[A-Za-z_][\w-]*/g, (word) =>
          draw() % every === 0 ? (WORDS[draw() % WORDS.length] ?? word) : word,
        );
        explainText(text, probes, causes);
      },
    ),
  );
});
