import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pages } from '../../scripts/pages.ts';
import { readme } from '../../scripts/readme.ts';
import { causes } from '../../src/causes/index.ts';
import { remedies } from '../../src/remedies/index.ts';

test('docs/causes and docs/remedies are what the code says (npm run docs)', async () => {
  const made = await pages();
  const there = ['docs/causes', 'docs/remedies'].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}`),
  );
  expect(there.sort()).toEqual([...made.keys()].sort());
  for (const [path, text] of made) expect(readFileSync(path, 'utf8'), path).toBe(text);
});

test('the transcript in the README is what the command prints (npm run docs)', async () => {
  expect(readFileSync('README.md', 'utf8')).toBe(await readme());
});

test('every id that a cause names exists', () => {
  const causeIds = new Set(causes.map(({ id }) => id));
  const remedyIds = new Set(remedies.map(({ id }) => id));
  const unknown = causes.flatMap((cause) => [
    ...cause.remedies.filter((id) => !remedyIds.has(id)).map((id) => `${cause.id}: remedy ${id}`),
    ...cause.lookAlikes
      .filter((other) => !causeIds.has(other.cause))
      .map((other) => `${cause.id}: look-alike ${other.cause}`),
    ...(cause.explains ?? []).filter((id) => !causeIds.has(id)).map((id) => `${cause.id}: explains ${id}`),
  ]);
  expect(unknown).toEqual([]);
});

test('no id is given twice, and a file is named after the id it holds', () => {
  for (const [folder, list] of [
    ['src/causes', causes],
    ['src/remedies', remedies],
  ] as const) {
    const ids = list.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const files = new Set(readdirSync(folder));
    expect(ids.filter((id) => !files.has(`${id}.ts`))).toEqual([]);
  }
});
