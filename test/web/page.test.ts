import { expect, test } from 'vitest';
import type { Applied } from '../../src/watch/beside.ts';
import { headroomSeries } from '../../src/watch/look.ts';
import type { Memory } from '../../src/watch/outlook.ts';
import { chartHtml, RANGES } from '../../src/web/chart.ts';
import { clock, span } from '../../src/web/html.ts';
import { pageHtml, partsOf, type View } from '../../src/web/page.ts';
import { sceneState } from '../watch/scene.ts';

const NOW = 1_800_000_060;
const memory: Memory = {
  add: () => {},
  foresee: () => undefined,
  spans: (series, from) =>
    series === headroomSeries('/data')
      ? Array.from({ length: 100 }, (_, index) => ({
          at: NOW - 6000 + index * 60,
          low: 9e9 - index * 7e7,
          high: 9e9,
          value: 9e9 - index * 7e7,
        })).filter((one) => one.at >= from)
      : [],
};
const view = (hostile = ''): View => ({ state: sceneState(hostile), memory, applies: [], range: '1d', now: NOW });

test('casks stand within what they lie on, and the one that stops first is marked', () => {
  const { stack = '', charts = '', findings = '', soon = '' } = partsOf(view());
  expect(stack).toMatch(/disk sda[\s\S]*<ul class="casks">[\s\S]*btrfs on \/dev\/loop0/);
  expect(stack).toMatch(/class="cask limiting">[\s\S]{0,900}btrfs on/);
  expect(stack).toContain('2.0 h');
  expect(charts).toContain('class="foreseen"');
  expect(soon).toBe('It is full in 2.0 h, between 1.9 h and 2.2 h.');
  expect(charts).toContain('full in 2.0 h, between 1.9 h and 2.2 h');
  expect(findings).toContain('Metadata, DUP: total=1.00GiB');
  expect(findings).toContain('cure: <code>ullage plan btrfs-rebalance --on /data</code>');
});

test('names from the machine cannot become markup', () => {
  const html = pageHtml(view('<img src=x onerror=alert(1)>"\''), true);
  expect(html).not.toContain('<img');
  expect(html).toContain('&#60;img');
});

test('a report stands alone: no script, no request, a policy that allows neither', () => {
  const html = pageHtml(view(), false);
  expect(html).not.toContain('<script');
  expect(html).not.toMatch(/(?:src|href)="(?!#|data:,)/);
  expect(html).toContain("default-src 'none'");
});

test('every range can be drawn', () => {
  for (const range of Object.keys(RANGES)) expect(partsOf({ ...view(), range })['charts']).toContain('<svg');
});

test('what cannot be shown is said in its place; a time that is none ends nothing', () => {
  const html = partsOf({ ...view(), applies: [{} as Applied], now: Number.NaN });
  expect(html['applies']).toContain('This cannot be shown');
  expect(html['stack']).toContain('btrfs on /dev/loop0');
  for (const at of [Number.NaN, Number.POSITIVE_INFINITY, -1e20, 8.64e12]) expect(clock(at)).toBe('unknown time');
  expect([span(Number.NaN), span(1e20)]).toEqual(['unknown time', 'over 100 years']);
});

test('two looks in one moment are no picture yet', () => {
  const one = { at: NOW, low: 1, high: 2, value: 1 };
  const outlook = { consumer: '/data', seconds: 9, soonest: 8, rate: -1, seen: 60, by: 'drift' as const };
  for (const now of [NOW, NOW - 60])
    expect(chartHtml({ consumer: '/data', spans: [one, one], from: now - 3600, now, outlook })).toMatch(
      /Two looks are needed/,
    );
});
