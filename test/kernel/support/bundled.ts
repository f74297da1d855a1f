import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import { afterAll } from 'vitest';

const made = new Map<string, Promise<string>>();
const directories: string[] = [];
afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/**
 * A program of this directory as one file for Node, made once for each test file: it starts ten times
 * faster than from its sources, and runs as users have it, without a loader's thread beside it.
 * @returns the path of the file; it goes when the tests end
 */
export function bundled(name: 'ullage' | 'apply-plan'): Promise<string> {
  const known = made.get(name) ?? bundle(name);
  made.set(name, known);
  return known;
}

async function bundle(name: string): Promise<string> {
  // below node_modules: what is not bundled is found from there
  const cache = resolve('node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'ullage-bundled-'));
  directories.push(directory);
  await build({
    platform: 'node',
    logLevel: 'warn',
    external: ['@photostructure/sqlite'],
    input: { [name]: resolve('test/kernel/support', `${name}.ts`) },
    output: { dir: directory, format: 'esm', entryFileNames: '[name].mjs', codeSplitting: false },
  });
  return join(directory, `${name}.mjs`);
}
