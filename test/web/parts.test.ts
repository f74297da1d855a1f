import { expect, test } from 'vitest';
import type { JournalEvent } from '../../src/plan/journal.ts';
import type { Plan, Step } from '../../src/plan/plan.ts';
import { stateOf } from '../../src/plan/state.ts';
import type { UsageDocument, UsageItem } from '../../src/usage/document.ts';
import type { Applied } from '../../src/watch/beside.ts';
import { appliesHtml, topHtml } from '../../src/web/applies.ts';
import { partsOfUsage } from '../../src/web/holders.ts';
import { treemapHtml, usageHtml } from '../../src/web/treemap.ts';

const item = (kind: UsageItem['kind'], name: string, exclusive: number, more: Partial<UsageItem> = {}): UsageItem => ({
  kind,
  id: name,
  name,
  path: '',
  apparent: exclusive,
  onDisk: exclusive,
  exclusive,
  shared: 0,
  ...more,
});
const usage = (items: UsageItem[], shared = 0, orphaned = 0): UsageDocument => ({
  version: 1,
  lookedAt: '2026-01-01T00:00:00.000Z',
  sources: [],
  items,
  orphans:
    orphaned === 0
      ? []
      : [
          {
            kind: 'layer',
            path: '/var/lib/docker/overlay2/lost',
            apparent: orphaned,
            onDisk: orphaned,
            exclusive: orphaned,
            changed: '2026-01-01T00:00:00.000Z',
            proof: 'no record names it',
          },
        ],
  notJudged: [],
  totals: { apparent: 0, onDisk: 0, exclusive: 0, shared, orphaned, files: 0 },
  warnings: [],
});

/** What a file system can hold as a name, and a terminal or a page must not. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u001b]0;owned\u0007\u001b[31mred\u001b[0m',
  '\u202egnp.exe\u2066',
  Buffer.alloc(255, 0xfe).toString('utf8'),
  '😀'.repeat(63),
  'שלום/עולם',
];
const harmless = (html: string): void => {
  expect(html).not.toMatch(/<script|<img|onerror=a[^&]*>/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  // a pair that is cut in two
  expect(html).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  for (const tag of ['svg', 'text', 'table', 'ol', 'bdi'])
    expect(html.split(`<${tag}`).length, tag).toBe(html.split(`</${tag}>`).length);
};

test('the boxes fill the picture, each as large as its share, and none covers another', () => {
  const html = treemapHtml(
    usage([item('image', 'app', 4e9), item('log', 'web', 3e9), item('volume', 'db', 2e9)], 5e8, 5e8),
  );
  const pictures = html.split('class="treemap ').slice(1);
  expect(pictures).toHaveLength(2);
  for (const picture of pictures) {
    const boxes = [
      ...picture.matchAll(/<svg x="([\d.]+)%" y="([\d.]+)%" width="([\d.]+)%" height="([\d.]+)%"><title>([^<]*)/g),
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
  }
  expect(html).toContain('<bdi>/var/lib/docker/overlay2/lost</bdi>');
});

test('each byte is drawn once: a log is not counted with its container, nor a layer with each image on it', () => {
  const stores = [
    item('layer', 'base', 50),
    item('layer', 'top', 7),
    item('layer', 'own', 3),
    item('layer', 'rw', 5),
    item('log', 'web', 11, { id: 'web-json.log' }),
    item('volume', 'orders', 13),
  ];
  const parts = partsOfUsage(
    usage(
      [
        item('image', 'shop:1', 0, { parts: ['base'] }),
        item('image', 'shop:2', 0, { parts: ['base', 'top'] }),
        item('image', 'tools', 3, { parts: ['own'] }),
        item('container', 'web', 16, { parts: ['base', 'top', 'rw', 'web-json.log'] }),
        ...stores,
      ],
      20,
    ),
  );
  expect(parts).toEqual([
    { kind: 'layer', name: 'of shop:1, shop:2', bytes: 50, shared: true },
    { kind: 'shared', name: 'blocks of several', bytes: 20, shared: true },
    { kind: 'volume', name: 'orders', bytes: 13, shared: false },
    { kind: 'log', name: 'web', bytes: 11, shared: false },
    { kind: 'image', name: 'shop:2', bytes: 7, shared: true, note: 'in use by web' },
    { kind: 'container', name: 'web', bytes: 5, shared: false },
    { kind: 'image', name: 'tools', bytes: 3, shared: false },
  ]);
});

test('hundreds of containers are some boxes and a rest; nothing is said so', () => {
  const html = treemapHtml(usage(Array.from({ length: 500 }, (_, index) => item('container', `c${index}`, 1e6))));
  expect(html).toContain('500 smaller');
  expect(html).toContain('and 300 more');
  expect(treemapHtml(usage([]))).toContain('Nothing of an engine');
});

test('what was not measured, is being measured, or could not be, is said so', () => {
  expect(usageHtml(undefined)).toContain('ullage watch --usage 3600');
  expect(usageHtml({ busy: true })).toContain('for the first time');
  expect(usageHtml({ busy: false, problem: 'no data of Docker <found>' })).toContain(
    'no data of Docker &#60;found&#62;',
  );
  const before = usageHtml({ busy: false, problem: 'it did not end in time', usage: usage([item('log', 'web', 9)]) });
  expect(before).toMatch(/it did not end in time.*treemap/);
});

test('names from the machine are harmless in the treemap and in steps', () => {
  for (const name of HOSTILE) {
    const items = [
      item('image', name, 0, { parts: ['a'] }),
      item('container', name, 0, { parts: ['a'], state: name }),
      item('layer', '', 50, { id: 'a', path: name }),
      item('volume', name, 40),
    ];
    harmless(treemapHtml({ ...usage(items), warnings: [name], notJudged: [{ what: name, why: name }] }));
    const apply = applied([{ event: 'failed', step: 'a', why: name }], { atWork: false }, name);
    harmless(appliesHtml([apply, { ...apply, failure: name, stands: 'waiting', waitsFor: name }], NOW));
    harmless(topHtml([{ ...apply, atWork: true }]));
  }
});

const NOW = Date.parse('2026-01-01T00:01:00.000Z') / 1000;
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
/** A plan of three steps of which these events are told. */
function applied(events: readonly JournalEvent[], more: Partial<Applied> = {}, name = ''): Applied {
  const plan = {
    id: 'ullage-1',
    title: `Pack <chunks>${name}`,
    on: `/data${name}`,
    host: { hostname: 'db1' },
    predicted: { downtime: 0, risk: 'online', seconds: 90 },
    steps: ['a', 'b', 'c'].map((id) => ({ ...step(id), title: `do ${id}${name}` })),
  } as unknown as Plan;
  const at = '2026-01-01T00:00:00.000Z';
  const lines = [{ event: 'plan', plan } as const, ...events].map((event) => ({ ...event, at }));
  return { ...stateOf(lines), atWork: true, left: [], undoable: true, ...more };
}
const HALF: JournalEvent[] = [
  { event: 'begun', owner: 'x' },
  { event: 'trying', step: 'a' },
  { event: 'done', step: 'a' },
  { event: 'trying', step: 'b' },
  { event: 'progress', step: 'b', fraction: 0.25 },
];

test('a running apply is shown step by step, as its journal tells', () => {
  const html = appliesHtml([applied(HALF)], NOW);
  expect(html).toContain('Pack &#60;chunks&#62;');
  expect(html).toContain('<span class="badge">at work</span>');
  expect(html).toContain('<progress max="3" value="1.25" aria-label="1 of 3 steps done">');
  expect(html).toMatch(
    /step done".*do a.*step trying" aria-current="step".*do b.*at work, 25 %, for 60 s.*step untouched".*do c/,
  );
  expect(html).not.toContain('--resume');
  expect(topHtml([applied(HALF)])).toContain('At work: Pack &#60;chunks&#62;, step 2 of 3: do b.');
  expect(topHtml([applied(HALF, { atWork: false })])).toContain('Cut short: Pack');
});

test.each([
  ['killed', {}, [], /cut short<\/span>.*was killed.*ullage apply --resume ullage-1.*ullage undo ullage-1/],
  ['killed, its program is not', { left: [77] }, [], /still at work \(process 77\).*--resume.*its program goes on/],
  ['no way back', { undoable: false }, [], /--resume ullage-1<\/code><\/p>/],
  ['stopped', {}, [{ event: 'interrupted', step: 'b' }], /interrupted<\/span>.*stopped where it is safe.*--resume/],
  ['failed', {}, [{ event: 'failed', step: 'b', why: 'no room' }], /failed<\/span>.*no room.*mend that.*--resume/],
  [
    'waiting',
    {},
    [{ event: 'waiting', step: 'c', for: 'look at it' }],
    /waits for you.*look at it.*--resume ullage-1 --confirm/,
  ],
  ['applied', {}, [{ event: 'finished', outcome: 'applied' }], /apply over.*applied<\/span>.*value="3.00"/],
] as [string, Partial<Applied>, JournalEvent[], RegExp][])(
  'an apply nobody is at work on: %s',
  (_, more, events, says) => {
    expect(appliesHtml([applied([...HALF, ...events], { atWork: false, ...more })], NOW)).toMatch(says);
  },
);
