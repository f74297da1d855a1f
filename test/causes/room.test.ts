import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { causes } from '../../src/causes/index.ts';
import { remedies } from '../../src/remedies/index.ts';

/** What holds for every cause, whoever wrote it. */
describe('causes and remedies', () => {
  it('have ids of their own', () => {
    for (const room of [causes, remedies]) expect(new Set(room.map(({ id }) => id)).size).toBe(room.length);
  });
  it.each(causes.map((cause) => [cause.id, cause] as const))(
    '%s names remedies that exist, one command, and look-alikes',
    (_, cause) => {
      const known = new Set(remedies.map(({ id }) => id));
      expect(cause.remedies.filter((id) => !known.has(id))).toEqual([]);
      expect(cause.nextCheck.run).not.toMatch(/[;|]|&&/);
      expect(cause.about.length).toBeGreaterThan(60);
      expect(cause.sources.length).toBeGreaterThan(0);
      for (const { cause: other } of cause.lookAlikes) expect(other).not.toBe(cause.id);
    },
  );
  it('are silent about an empty host', async () => {
    const { sceneOf } = await import('./scene.ts');
    for (const cause of causes)
      for (const from of ['host', 'text'] as const) expect(cause.find(sceneOf(from))).toEqual([]);
  });
  it('touch no machine', () => {
    const index = readFileSync(join(import.meta.dirname, '../../src/causes/index.ts'), 'utf8');
    for (const [, file] of index.matchAll(/from '\.\/([^']+)'/g))
      expect(readFileSync(join(import.meta.dirname, '../../src/causes', file ?? ''), 'utf8')).not.toMatch(
        /from 'node:/,
      );
  });
});
