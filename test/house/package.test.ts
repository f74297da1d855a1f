import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { helpText } from '../../src/cli/help.ts';
import { VERSION } from '../../src/version.ts';

const EXAMPLE = resolve('examples/btrfs-metadata-exhausted');

/** dist/ is made by `npm test` and `npm run build`; a run of vitest alone skips what needs it, by name. */
describe.skipIf(!existsSync('dist/ullage.mjs'))('the built command (npm run build)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ullage-package-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });

  test('the entry answers --version and --help by itself, and stays tiny', () => {
    expect(node(resolve('dist/bin/ullage.cjs'), '--version')).toBe(`${VERSION}\n`);
    expect(node(resolve('dist/bin/ullage.cjs'), '--help')).toBe(helpText(VERSION));
    expect(statSync('dist/bin/ullage.cjs').size).toBeLessThan(16 * 1024);
  });

  test('the single file works alone in another directory', () => {
    copyFileSync('dist/ullage.mjs', join(folder, 'ullage'));
    copyFileSync('dist/ullage.mjs', join(folder, 'alone.mjs'));
    expect(readFileSync(join(folder, 'ullage'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(node('alone.mjs', '--version')).toBe(`${VERSION}\n`);
    expect(statSync(join(folder, 'alone.mjs')).mode & 0o111).toBe(0o111);
    const looked = spawnSync(process.execPath, ['alone.mjs', 'doctor', '--capture', EXAMPLE, '--json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(looked.stderr).toBe('');
    const { findings } = JSON.parse(looked.stdout) as { findings: { cause: string }[] };
    expect(findings[0]?.cause).toBe('btrfs-metadata-exhausted');
    expect(looked.status).toBe(2);
  });

  test('the packed package runs through npx in an empty directory', { timeout: 600_000 }, () => {
    execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { stdio: 'pipe' });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    expect(tarball).toBe(`ullage-${VERSION}.tgz`);
    const npm = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
    execFileSync('npm', ['init', '-y'], npm);
    execFileSync(
      'npm',
      ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`],
      npm,
    );
    expect(execFileSync('npx', ['--no-install', 'ullage', '--version'], npm)).toBe(`${VERSION}\n`);
    const library = "import * as ullage from 'ullage'; process.stdout.write(typeof ullage)";
    expect(node('--input-type=module', '-e', library)).toBe('object');
    const inside = readdirSync(join(folder, 'node_modules/ullage'));
    expect(inside).toEqual(
      expect.arrayContaining(['dist', 'schema', 'examples', 'README.md', 'CHANGELOG.md', 'LICENSE']),
    );
    expect(inside).not.toEqual(expect.arrayContaining(['src']));
  });
});
