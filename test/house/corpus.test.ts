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

/** A folder is a case; see corpus/README.md. */
describe.each(readdirSync('corpus').filter((name) => /^\d+-/.test(name)))('corpus/%s', (name) => {
  const label = JSON.parse(readFileSync(join('corpus', name, 'label.json'), 'utf8')) as Label;
  const text = readFileSync(join('corpus', name, 'report.txt'), 'utf8');
  const { findings } = explainText(text, probes, causes);
  const others = label.other_accepts ?? [];

  test(label.accepts.length > 0 ? `${label.accepts.join(' or ')} stands first` : 'nothing critical is found', () => {
    if (label.accepts.length > 0) expect(label.accepts).toContain(findings[0]?.cause);
    else expect(findings.filter((found) => found.severity === 'critical' && found.confidence !== 'possible')).toEqual([]);
  });

  test('nothing is wrongly confirmed', () => {
    const confirmed = findings.filter((found) => found.confidence === 'confirmed').map((found) => found.cause);
    expect(confirmed.filter((id) => !label.accepts.includes(id) && !others.includes(id))).toEqual([]);
    if (label.confirmed) expect(confirmed.filter((id) => label.accepts.includes(id))).not.toEqual([]);
  });

  test('the label names causes that exist', () => {
    expect(label.accepts.length === 0 || label.accepts.some((id) => known.has(id))).toBe(true);
  });
});

test('the corpus is broad', () => {
  const labels = readdirSync('corpus').flatMap((name) => {
    const file = join('corpus', name, 'label.json');
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Label] : [];
  });
  expect(labels.length).toBeGreaterThanOrEqual(45);
  expect(new Set(labels.flatMap(({ accepts }) => accepts[0] ?? [])).size).toBeGreaterThanOrEqual(40);
  expect(labels.filter(({ accepts }) => accepts.length === 0).length).toBeGreaterThanOrEqual(5);
});
