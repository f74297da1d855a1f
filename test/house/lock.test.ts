import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
}

// npm leaves out the packages of other platforms when its registry does not answer for them, and
// then `npm ci` refuses the file everywhere
test('package-lock.json names the packages of every platform', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Locked;
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !folders(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** Where Node looks for a package's dependencies: in its own folder, then upwards. */
function folders(path: string): string[] {
  const above = path.split('node_modules/').map((_, i, parts) => parts.slice(0, i).join('node_modules/'));
  return [`${path}/`, ...above];
}
