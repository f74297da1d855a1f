import { expect, test } from 'vitest';
import type { Look } from '../../src/watch/look.ts';
import { unmoved } from '../../src/watch/unmoved.ts';

const GIB = 2 ** 30;
const look = (change: Partial<Look> = {}): Look => ({
  at: 0,
  seconds: 1,
  host: { engines: [] },
  headroom: [],
  findings: [],
  layers: [
    {
      id: 'fs:/',
      kind: 'file-system',
      name: 'ext4',
      path: '/',
      resources: [{ name: 'bytes', unit: 'bytes', capacity: 100 * GIB, free: 50 * GIB }],
      on: [],
    },
  ],
  ...change,
});
const pulse = (free: number, files = 1000) => new Map([['/', { free, files }]]);

test('a look is spared only where nothing moved, nothing is found and nothing fills unseen', () => {
  expect(unmoved(look(), pulse(50 * GIB), pulse(50 * GIB - 4096))).toBe(true);
  expect(unmoved(look(), pulse(50 * GIB), pulse(49 * GIB))).toBe(false);
  expect(unmoved(look(), pulse(50 * GIB, 1000), pulse(50 * GIB, 900))).toBe(false);
  expect(unmoved(look(), pulse(50 * GIB), new Map())).toBe(false);
  expect(unmoved(look(), new Map(), new Map())).toBe(false);
  const pool = { id: 'pool:p', kind: 'thin-pool' as const, name: 'p', resources: [], on: [] };
  expect(unmoved(look({ layers: [...look().layers, pool] }), pulse(GIB), pulse(GIB))).toBe(false);
  const finding = {
    cause: 'x',
    severity: 'warning' as const,
    confidence: 'likely' as const,
    subject: '/',
    evidence: [],
    explanation: '',
    remedies: [],
  };
  expect(unmoved(look({ findings: [finding] }), pulse(GIB), pulse(GIB))).toBe(false);
});
