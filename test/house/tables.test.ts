import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * An object that is asked with a word from outside also answers to `constructor` and `toString`: a table of words is a Map.
 * (An object is for names that stand in the code; Object.hasOwn before it does as well.)
 */
test('no table of words is an object', () => {
  const found: string[] = [];
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join('src', file), 'utf8');
    for (const [, name] of text.matchAll(/\bconst (\w+): (?:Readonly<|Partial<)*Record<string, [^=]*= \{(?!\};)/g))
      if (new RegExp(`\\b${name}(?:\\?\\.)?\\[(?!['"\`])`).test(text)) found.push(`${file}: ${name}`);
  }
  expect(found).toEqual([]);
});
