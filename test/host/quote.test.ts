import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteArgv, quoteWord } from '../../src/host/quote.ts';
import { fc } from '../random-cases.ts';

const nasty = fc.stringMatching(/^[\s\S]{0,40}$/u).map((text) => text.replaceAll('\0', '').toString());
const shellish = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '$(id)',
      '`id`',
      '\n',
      ' ',
      '*',
      '~',
      '$HOME',
      ';',
      '&',
      '|',
      '<',
      '>',
      '#',
      '!',
      '-n',
      'ä',
      '漢',
      '\t',
      '\r',
      '=',
      '{a,b}',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function throughShell(words: readonly string[]): string[] {
  const node = `process.stdout.write(JSON.stringify(process.argv.slice(1)))`;
  const out = execFileSync('/bin/sh', ['-s'], {
    input: `exec ${quoteArgv([process.execPath, '-e', node, '--', ...words])}\n`,
    encoding: 'utf8',
    env: {},
  });
  return JSON.parse(out) as string[];
}

describe('quoteWord', () => {
  it('gives every word back through a real sh, whatever it holds', () => {
    const words = fc
      .sample(fc.oneof(shellish, nasty), { numRuns: 400, seed: 7 })
      .map((word) => Buffer.from(word, 'utf8').toString('utf8'));
    expect(throughShell(words)).toEqual(words);
  });

  it('gives empty words and words that look like options back', () => {
    const words = ['', ' ', '-', '--', '-e', "'", "''", "'\\''", '\n', "a'b'c"];
    expect(throughShell(words)).toEqual(words);
  });

  it('refuses a NUL byte, which no argument can hold', () => {
    expect(() => quoteWord('a\0b')).toThrow(RangeError);
  });
});
