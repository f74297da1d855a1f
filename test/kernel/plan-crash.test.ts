import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { kernelSuite } from './ready.ts';

/** A limit that nothing here depends on. */
const LIMIT = 'fs.aio-max-nr';
const FILE = '/etc/sysctl.d/99-zz-ullage-fs-aio-max-nr.conf';
/** ULLAGE_CRASH=all in the environment goes through every kind. */
const KINDS =
  process.env['ULLAGE_CRASH'] === 'all'
    ? ['kill-write', 'kill-before', 'kill', 'kill-both', 'kill-after', 'fail', 'fail-after', 'timeout']
    : ['kill-write', 'kill-both', 'fail-after', 'timeout'];

/** The command, its journal and its lock, killed for real (SIGKILL) at every point of a real change. */
kernelSuite('apply, killed at every point', ['sysctl', 'dd'], () => {
  let home: string;
  let before: string;

  const ullage = (argv: string[], fault = '') =>
    spawnSync(process.execPath, ['dist/bin/ullage.cjs', ...argv], {
      encoding: 'utf8',
      env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'state'), ULLAGE_FAULT: fault },
    });
  const value = () => readFileSync(`/proc/sys/${LIMIT.replaceAll('.', '/')}`, 'utf8').trim();
  const plan = (): { file: string; plan: Plan } => {
    const file = join(home, 'plan.json');
    const made = ullage(['plan', 'raise-limit', '--set', `name=${LIMIT}`, '--json', '-o', file, '--force']);
    expect(made.stderr).toBe('');
    return { file, plan: JSON.parse(made.stdout) as Plan };
  };
  const reset = () => {
    rmSync(FILE, { force: true });
    spawnSync('sysctl', ['-w', `${LIMIT}=${before}`]);
  };

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-crash-'));
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--bin']);
    before = value();
    reset();
  });
  afterEach(() => reset());
  afterAll(() => {
    reset();
    rmSync(home, { recursive: true, force: true });
  });

  test.each(KINDS)('%s, then resume; then undo', (kind) => {
    const { file, plan: base } = plan();
    let points = 0;
    for (let at = 1; ; at++) {
      // the machine is as it was: the same plan under another name is still true
      const made = { ...base, id: `${base.id}-${at}` };
      writeFileSync(file, JSON.stringify(made));
      const first = ullage(['apply', file, '--yes', '--quiet'], `${kind}:${at}`);
      if (first.status === 0) break;
      points++;
      if (kind.startsWith('kill')) expect(first.signal).toBe('SIGKILL');
      const begun = ullage(['apply', '--resume', made.id, '--yes', '--quiet']);
      expect([begun.status, begun.stderr], `${kind}:${at}`).toEqual([0, '']);
      expect(value()).toBe(String(Number(before) * 2));
      expect(readFileSync(FILE, 'utf8')).toBe(`${LIMIT} = ${Number(before) * 2}\n`);
      const back = ullage(['undo', made.id, '--yes', '--quiet']);
      expect([back.status, back.stderr], `${kind}:${at}`).toEqual([0, '']);
      expect([value(), existsSync(FILE)]).toEqual([before, false]);
    }
    expect(points).toBeGreaterThan(3);
    reset();
  });

  test('what moved since the plan was made is refused by name', () => {
    const { file } = plan();
    spawnSync('sysctl', ['-w', `${LIMIT}=${Number(before) + 1}`]);
    const refused = ullage(['apply', file, '--yes']);
    reset();
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain(`${LIMIT} now: was "${before}", is "${Number(before) + 1}"`);
    expect(existsSync(FILE)).toBe(false);
  });

  test('one apply a host', () => {
    const { file } = plan();
    spawnSync('ln', ['-sT', 'elsewhere:x:y:1:2', '/run/ullage-apply.lock']);
    const refused = ullage(['apply', file, '--yes']);
    rmSync('/run/ullage-apply.lock');
    expect(refused.stderr).toContain(
      'another apply is at work on this host: /run/ullage-apply.lock is held by elsewhere',
    );
  });

  test('without a terminal and without --yes nothing is done', () => {
    const { file } = plan();
    const refused = ullage(['apply', file]);
    expect([refused.status, value()]).toEqual([3, before]);
    expect(refused.stderr).toContain('Give --yes');
  });
});
