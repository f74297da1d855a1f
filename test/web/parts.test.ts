import { expect, test } from 'vitest';
import type { Plan, Step } from '../../src/plan/plan.ts';
import { stateOf } from '../../src/plan/state.ts';
import type { UsageDocument, UsageItem } from '../../src/usage/document.ts';
import { appliesHtml } from '../../src/web/applies.ts';
import { treemapHtml } from '../../src/web/treemap.ts';

const item = (kind: UsageItem['kind'], name: string, exclusive: number): UsageItem => ({
  kind,
  id: name,
  name,
  path: '',
  apparent: exclusive,
  onDisk: exclusive,
  exclusive,
  shared: 0,
});
const usage = (items: UsageItem[], shared = 0, orphaned = 0): UsageDocument => ({
  version: 1,
  lookedAt: '2026-01-01T00:00:00.000Z',
  sources: [],
  items,
  orphans: [],
  notJudged: [],
  totals: { apparent: 0, onDisk: 0, exclusive: 0, shared, orphaned, files: 0 },
  warnings: [],
});

test('the boxes fill the picture, each as large as its share, and none covers another', () => {
  const html = treemapHtml(
    usage([item('image', 'app', 4e9), item('log', 'web', 3e9), item('volume', 'db', 2e9)], 5e8, 5e8),
  );
  const boxes = [
    ...html.matchAll(/<svg x="([\d.]+)%" y="([\d.]+)%" width="([\d.]+)%" height="([\d.]+)%"><title>([^<]*)/g),
  ].map(([, x, y, w, h, title]) => ({ x: Number(x), y: Number(y), w: Number(w), h: Number(h), title }));
  expect(boxes).toHaveLength(5);
  expect(boxes.reduce((sum, box) => sum + box.w * box.h, 0)).toBeCloseTo(10_000, -1);
  expect(((boxes[0]?.w ?? 0) * (boxes[0]?.h ?? 0)) / 10_000).toBeCloseTo(0.4, 2);
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1)) {
      const apart =
        a.x + a.w <= b.x + 0.02 || b.x + b.w <= a.x + 0.02 || a.y + a.h <= b.y + 0.02 || b.y + b.h <= a.y + 0.02;
      expect(apart, `${a.title} and ${b.title}`).toBe(true);
    }
  expect(html).toContain('<td>orphan</td><td>nobody owns it</td>');
});

test('hundreds of containers are some boxes and a rest; nothing is said so', () => {
  const html = treemapHtml(usage(Array.from({ length: 500 }, (_, index) => item('container', `c${index}`, 1e6))));
  expect(html).toContain('500 smaller');
  expect(treemapHtml(usage([]))).toContain('Nothing of an engine');
});

test('a running apply is shown step by step, as its journal tells', () => {
  const step = (id: string): Step => ({
    id,
    title: `do ${id}`,
    why: '',
    run: [],
    before: [],
    after: [],
    risk: 'online',
    idempotent: true,
    ifStopped: '',
  });
  const plan = {
    id: 'ullage-1',
    title: 'Pack <chunks>',
    on: '/data',
    steps: ['a', 'b', 'c'].map(step),
  } as unknown as Plan;
  const at = '2026-01-01T00:00:00.000Z';
  const html = appliesHtml([
    stateOf([
      { event: 'plan', plan, at },
      { event: 'trying', step: 'a', at },
      { event: 'done', step: 'a', at },
      { event: 'trying', step: 'b', at },
    ]),
  ]);
  expect(html).toContain('Pack &#60;chunks&#62;');
  expect(html).toContain('<progress max="3" value="1"');
  expect(html).toMatch(/step done.*do a.*step trying.*do b.*step untouched.*do c/);
});
