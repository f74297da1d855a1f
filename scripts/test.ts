/**
 * `npm test`: the checks, the build, then vitest. Everything runs even when something failed, the
 * failures are named at the end, and the last line is plain: `N passed, N failed[, N skipped]`.
 * A check or the build counts as one test. `--checks` stops before the build; what else is given
 * goes to vitest (`npm test -- test/probes`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCounts } from './test-reporter.ts';

const bin = (name: string): string => join('node_modules', '.bin', name);
const args = process.argv.slice(2);
const checksOnly = args.includes('--checks');
const forVitest = args.filter((arg) => arg !== '--checks');

const checks: { name: string; argv: string[] }[] = [
  { name: 'format and lint', argv: [bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'types', argv: [bin('tsc'), '--noEmit', '-p', '.'] },
  { name: 'dead code and dependencies', argv: [bin('knip'), '--no-progress'] },
  { name: 'rooms', argv: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', 'src'] },
];
const steps = checksOnly ? checks : [...checks, { name: 'build', argv: [bin('tsx'), 'scripts/build.ts'] }];

const failures: string[] = [];
let passed = 0;
let failed = 0;
let skipped: string[] = [];

for (const { name, argv } of steps) {
  if (run(argv)) passed++;
  else {
    failed++;
    failures.push(`step: ${name} (${argv.join(' ')})`);
  }
}

if (!checksOnly) {
  const counts = vitest();
  passed += counts.passed;
  failed += counts.failed.length;
  failures.push(...counts.failed);
  skipped = counts.skipped;
  const slowest = counts.seconds.sort((a, b) => b[1] - a[1]).slice(0, 12);
  for (const [file, seconds] of slowest) console.log(`${seconds.toFixed(0).padStart(5)} s  ${file}`);
}

for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of failures) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

function run(argv: string[], env: Record<string, string> = {}): boolean {
  console.log(`> ${argv.map((arg) => arg.replace(bin(''), '')).join(' ')}`);
  const [program = '', ...rest] = argv;
  return (
    spawnSync(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status === 0
  );
}

/** Counts come through a file: a run that dies before it writes one has failed. */
function vitest(): TestCounts {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-test-'));
  const file = join(folder, 'counts.json');
  try {
    const reporters = ['--reporter=dot', '--reporter=./scripts/test-reporter.ts'];
    const ended = run([bin('vitest'), 'run', ...reporters, ...forVitest], { ULLAGE_TEST_COUNTS: file });
    const counts = JSON.parse(readFileSync(file, 'utf8')) as TestCounts;
    if (!ended && counts.failed.length === 0) counts.failed.push('vitest ended with an error');
    return counts;
  } catch {
    return { passed: 0, failed: ['vitest did not run to its end'], skipped: [], seconds: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
