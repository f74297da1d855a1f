import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run as report } from '../../src/cli/report.ts';
import { wholeTargets } from '../../src/cli/targets.ts';
import { run as watch } from '../../src/cli/watch.ts';
import { watchOptions, wholeProgram } from '../../src/cli/watch-options.ts';

test('paths are whole: programs are started elsewhere', () => {
  expect(wholeTargets(['.', 'a/../b', '/x'], undefined)).toEqual([process.cwd(), resolve('b'), '/x']);
  expect(wholeTargets(['/x'], 'ssh://db1')).toEqual(['/x']);
  expect(() => wholeTargets(['.'], 'ssh://db1')).toThrow(/not a whole path: --on \./);
  expect(() => wholeTargets([''], undefined)).toThrow(/no path given/);
  expect([wholeProgram('./tell'), wholeProgram('tell')]).toEqual([resolve('tell'), 'tell']);
});

test('an option that is none is said with its name, before anything is looked at or installed', async () => {
  for (const [given, said] of [
    [{ interval: '0' }, '--interval 0'],
    [{ interval: '-1' }, '--interval -1'],
    [{ interval: '1e99' }, '--interval'],
    [{ usage: '1' }, '--usage 1'],
    [{ 'warn-within': 'constructor' }, '--warn-within constructor'],
    [{ for: 'NaN' }, '--for NaN'],
    [{ webhook: ['foo'] }, '--webhook foo'],
    [{ alertmanager: ['file:///etc/passwd'] }, '--alertmanager file:'],
  ] as const)
    expect(() => watchOptions({ ...given } as Parameters<typeof watchOptions>[0], undefined)).toThrow(said);
  for (const argv of [
    ['--install', '--webhook', 'foo'],
    ['--install', '--root', ''],
    ['--uninstall', '--root', ''],
    ['--once', '--history', ''],
    ['--once', '--care', '-'],
    ['--once', '--care', '/dev/fd/63'],
    ['--once', '--care', '/nowhere'],
  ])
    await expect(watch(argv)).rejects.toThrow(
      /^(?:not an http|no directory|no file|care needs|cannot read the limits)/,
    );
});

test('a report of two hosts, or over a history that is not there, is an error and no page', async () => {
  await expect(report(['a', 'b', '--html', '/nowhere/x'])).rejects.toThrow(/more than one host given/);
  await expect(report(['--history', '/nowhere.sqlite', '--html', '/nowhere/x'])).rejects.toThrow(/no such history/);
});
