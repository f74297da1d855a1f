import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const examples = readdirSync('examples').filter((name) => !name.endsWith('.md'));

test.each(examples)('examples/%s is small, whole and described', (name) => {
  const folder = join('examples', name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  expect(bytes).toBeLessThan(150 * 1024);
  const { entries } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    entries: Record<string, unknown>[];
  };
  const named = entries.flatMap((entry) => ['stdout', 'stderr', 'content'].flatMap((key) => entry[key] ?? []));
  expect(files.map((file) => join(file.parentPath, file.name)).sort()).toEqual(
    [join(folder, 'manifest.json'), ...named.map((file) => join(folder, String(file)))].sort(),
  );
  expect(readFileSync('examples/README.md', 'utf8')).toContain(`[${name}](${name})`);
});
