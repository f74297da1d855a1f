import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';

interface Label {
  accepts: string[];
  other_accepts?: string[];
  confirmed?: boolean;
}

const known = new Set(causes.map(({ id }) => id));

const cases = readdirSync('corpus')
  .filter((name) => existsSync(join('corpus', name, 'label.json')))
  .map((name) => {
    const label = JSON.parse(readFileSync(join('corpus', name, 'label.json'), 'utf8')) as Label;
    const text = readFileSync(join('corpus', name, 'report.txt'), 'utf8');
    return { name, label, text };
  });

const look = (text: string) => explainText(text, probes, causes).findings;

/** A folder is a case; see corpus/README.md. These never bend; the ranking has a share of its own below. */
describe.each(cases)('corpus/$name', ({ label, text }) => {
  const findings = look(text);
  const confirmed = findings.filter((found) => found.confidence === 'confirmed').map((found) => found.cause);

  test('nothing is wrongly confirmed', () => {
    const right = [...label.accepts, ...(label.other_accepts ?? [])];
    expect(confirmed.filter((id) => !right.includes(id))).toEqual([]);
  });

  if (label.confirmed)
    test('what the text decides is confirmed', () => {
      expect(confirmed.filter((id) => label.accepts.includes(id))).not.toEqual([]);
    });

  if (label.accepts.length === 0)
    test('nothing critical is found', () => {
      expect(findings.filter((found) => found.severity === 'critical' && found.confidence !== 'possible')).toEqual([]);
    });

  if (label.accepts.length > 0)
    test('the label names a cause that exists', () => {
      expect(label.accepts.filter((id) => known.has(id))).not.toEqual([]);
    });
});

test.each([
  { places: 1, goal: 0.9 },
  { places: 3, goal: 0.97 },
])('a true cause is among the first $places in $goal of the cases', ({ places, goal }) => {
  const ranked = cases.filter(({ label }) => label.accepts.length > 0);
  const missed = ranked.filter(
    ({ label, text }) =>
      !look(text)
        .slice(0, places)
        .some(({ cause }) => label.accepts.includes(cause)),
  );
  expect(1 - missed.length / ranked.length, missed.map(({ name }) => name).join('\n')).toBeGreaterThanOrEqual(goal);
});

test('the corpus is broad', () => {
  const labels = cases.map(({ label }) => label);
  expect(labels.length).toBeGreaterThanOrEqual(45);
  expect(new Set(labels.flatMap(({ accepts }) => accepts[0] ?? [])).size).toBeGreaterThanOrEqual(40);
  expect(labels.filter(({ accepts }) => accepts.length === 0).length).toBeGreaterThanOrEqual(5);
});
