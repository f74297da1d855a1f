import { expect, test } from 'vitest';
import { usageLines } from '../../src/cli/render/usage.ts';
import { usagePage } from '../../src/cli/render/usage-page.ts';
import { markedLines, press, shownItems, startView, viewLines } from '../../src/cli/render/usage-view.ts';
import type { Ledger } from '../../src/usage/ledger.ts';
import { deletionOf, makeDocument } from '../../src/usage/make-document.ts';

const plain = {
  width: 100,
  bold: (text: string) => text,
  dim: (text: string) => text,
  severity: (_: unknown, text: string) => text,
};
const HOSTILE = '</script><script>alert(1)//\u001b[2Jname\nline';
const MIB = 2 ** 20;

/** Layers a (of both images), b (of the second), c and its log (of a container), a volume, an orphan. */
function ledger(): Ledger {
  const store = (kind: Ledger['stores'][number]['kind'], id: string, more = {}) => ({
    kind,
    id,
    name: '',
    path: `/r/${id}`,
    apparent: MIB,
    ...more,
  });
  return {
    source: { path: '/r', what: 'docker', driver: 'overlay2' },
    stores: [
      store('layer', 'a'),
      store('layer', 'b'),
      store('layer', 'c'),
      store('log', 'c/log', { name: 'web' }),
      store('volume', HOSTILE, { name: HOSTILE }),
      store('layer', 'left', { orphan: 'named nowhere', changed: 1e12 }),
    ],
    holders: [
      { kind: 'image', id: 'sha256:1', name: 'one:1, uno:1', stores: [0] },
      { kind: 'image', id: 'sha256:2', name: 'two:1', stores: [0, 1] },
      { kind: 'container', id: '33333333', name: 'web', stores: [0, 2, 3] },
    ],
    sharing: {
      owners: 6,
      groups: [
        { owners: [0], bytes: 10 * MIB },
        { owners: [1], bytes: 2 * MIB },
        { owners: [1, 2], bytes: MIB },
        { owners: [2], bytes: 3 * MIB },
        { owners: [3], bytes: 5 * MIB },
        { owners: [4], bytes: 7 * MIB },
        { owners: [5], bytes: 4 * MIB },
      ],
    },
    notJudged: [],
    warnings: [],
  };
}

test('what a set gives back is the union, not the sum', () => {
  const back = (...words: string[]) => deletionOf([ledger()], words).deletion.givesBack / MIB;
  expect(back('one:1')).toBe(0);
  expect(back('two:1')).toBe(2);
  expect(back('web')).toBe(8);
  expect(back('two:1', 'web')).toBe(11);
  expect(back('uno:1', 'two:1', 'web')).toBe(21);
  expect(back('uno:1', 'two:1', 'web', HOSTILE)).toBe(28);
  expect(deletionOf([ledger()], ['nothing']).unknown).toEqual(['nothing']);
  // a shell's empty variable
  const thin = { ...ledger(), stores: ledger().stores.map((one) => ({ ...one, path: '' })) };
  expect(deletionOf([thin], ['']).unknown).toEqual(['']);
});

test('totals count every byte once', () => {
  const document = makeDocument([ledger()], 0);
  expect(document.totals).toMatchObject({ onDisk: 32 * MIB, shared: MIB, orphaned: 4 * MIB });
  expect(document.items.find(({ name }) => name === 'web')).toMatchObject({
    onDisk: 19 * MIB,
    exclusive: 8 * MIB,
    shared: 11 * MIB,
  });
  expect(document.orphans).toEqual([expect.objectContaining({ path: '/r/left', exclusive: 4 * MIB })]);
});

test('names never reach the terminal or the page as more than text', () => {
  const document = makeDocument([ledger()], 0);
  const lines = usageLines(document, { style: plain, all: true, tree: true, kinds: [], sort: 'exclusive' });
  const control = (text: string): boolean => [...text].some((letter) => letter < ' ');
  expect(lines.filter(control)).toEqual([]);
  expect(lines.join('\n')).toContain('nobody owns');
  const state = startView(document, [ledger()]);
  state.marked.add('a').add(HOSTILE);
  expect(markedLines(state)).toEqual(['a', expect.stringMatching(/^\$'.*\\x1b.*\\n.*'$/)]);
  expect(markedLines(state).filter(control)).toEqual([]);
  const page = usagePage(document);
  expect(page.split('</script>')).toHaveLength(2);
  expect(page).toContain('\\u003c/script>');
  expect(page).not.toMatch(/https?:\/\//);
});

test('the view: walking in, marking, what it gives back', () => {
  const one = ledger();
  const state = startView(makeDocument([one], 0), [one]);
  const draw = () => viewLines(state, plain, 12, 60);
  expect(shownItems(state).map(({ kind }) => kind)).toEqual(['container', 'volume', 'image', 'image']);
  press(state, ' ');
  expect(draw().join('\n')).toContain('gives back 8 MiB');
  press(state, '\u001b[B');
  press(state, ' ');
  expect(draw().join('\n')).toContain('2 marked: deleting them gives back 11 MiB');
  press(state, 'k');
  press(state, '\r');
  expect(shownItems(state).map(({ id }) => id)).toEqual(expect.arrayContaining(['a']));
  press(state, '\u007f');
  for (const key of ['s', 's', '\u001b[6~', '\u001b[5~', 'u', 'x']) press(state, key);
  expect(draw().every((line) => line.length < 60)).toBe(true);
  expect(draw()).toHaveLength(12);
  expect(viewLines(state, plain, 3, 10).length).toBeLessThanOrEqual(3);
  press(state, 'q');
  expect(state.done).toBe(true);
});
