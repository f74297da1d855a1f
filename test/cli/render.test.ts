import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/causes/report.ts';
import { exitStatus } from '../../src/cli/exit-status.ts';
import { reportLines } from '../../src/cli/render/report.ts';
import { iec } from '../../src/cli/render/size.ts';
import { styleFor, wrap } from '../../src/cli/render/style.ts';

const finding = {
  cause: 'plain-fs-full',
  severity: 'critical',
  confidence: 'likely',
  subject: '/',
  evidence: [],
  explanation: 'It is full.',
  remedies: [],
} as const;

function report(findings: Report['findings']): Report {
  return { version: 1, host: { engines: [] }, stack: [], headroom: [], findings, unknown: [] };
}

describe('sizes for people', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1.38 * 1024 ** 3, '1.38 GiB'],
    [30 * 1024 ** 3, '30 GiB'],
    [1024 ** 3 - 1, '1 GiB'],
    [107374182400, '100 GiB'],
  ])('%d is %s', (bytes, text) => {
    expect(iec(bytes)).toBe(text);
  });
});

describe('exit status', () => {
  test.each([
    [[], true, 0],
    [[], false, 3],
    [[{ ...finding, confidence: 'possible' as const }], true, 1],
    [[{ ...finding, severity: 'warning' as const }], true, 1],
    [[{ ...finding, severity: 'notice' as const, confidence: 'confirmed' as const }], true, 0],
    [[{ ...finding }], true, 2],
  ])('%#', (findings, saw, status) => {
    expect(exitStatus(report(findings as unknown as Report['findings']), saw)).toBe(status);
  });
});

describe('a report for people', () => {
  test('no line is wider than a narrow terminal, and no colour leaves a pipe', async () => {
    const style = await styleFor({ columns: 44 }, false);
    const long = {
      ...finding,
      explanation: 'word '.repeat(60),
      evidence: [{ fact: 'x', source: 'pasted text, line 1', quote: 'q'.repeat(300) }],
    };
    const lines = reportLines(report([long as unknown as Report['findings'][number]]), {
      style,
      remedies: [],
      all: false,
      command: 'ullage',
      nothing: '',
    });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(44);
    expect(lines.join('')).not.toContain('\u001b');
  });

  test('a finding that is only possible is shown when nothing better is known', async () => {
    const style = await styleFor({}, true);
    const lines = reportLines(
      report([{ ...finding, confidence: 'possible' } as unknown as Report['findings'][number]]),
      { style, remedies: [], all: false, command: 'ullage', nothing: '' },
    );
    expect(lines.join('\n')).toContain('plain-fs-full');
  });

  test('a word longer than the line is cut, not lost', () => {
    expect(wrap('a'.repeat(25), 10, '').join('')).toBe('a'.repeat(25));
  });
});
