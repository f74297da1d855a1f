import { safeText } from '../../probes/clean.ts';
import type { UsageDocument, UsageItem } from '../../usage/document.ts';
import type { Ledger } from '../../usage/ledger.ts';
import { deletionOf } from '../../usage/make-document.ts';
import { shownWord } from './shown.ts';
import { iec } from './size.ts';
import type { Style } from './style.ts';
import { label, SORT_KEYS, type SortKey, sorted } from './usage.ts';

/** The terminal view as it stands; changed by keys, drawn as lines. */
export interface ViewState {
  document: UsageDocument;
  ledgers: readonly Ledger[];
  sort: SortKey;
  /** what is walked into: the item whose parts are shown */
  inside: UsageItem[];
  cursor: number;
  /** ids that are marked */
  marked: Set<string>;
  done: boolean;
}

export function startView(document: UsageDocument, ledgers: readonly Ledger[]): ViewState {
  return { document, ledgers, sort: 'exclusive', inside: [], cursor: 0, marked: new Set(), done: false };
}

/** What is marked, as --delete takes it: ids are names of directories too, which may hold anything. */
export function markedLines({ marked }: ViewState): string[] {
  return [...marked].map(shownWord);
}

/** What can be deleted by name, or the parts of what was walked into. */
export function shownItems({ document, inside, sort }: ViewState): UsageItem[] {
  const into = inside.at(-1);
  const parts = new Set(into?.parts);
  const used = new Set(document.items.flatMap((item) => item.parts ?? []));
  return sorted(
    document.items.filter((item) => (into ? parts.has(item.id) && item.source === into.source : !used.has(item.id))),
    sort,
  );
}

/** A key as a terminal sends it. */
export function press(state: ViewState, key: string): void {
  const items = shownItems(state);
  const here = items[state.cursor];
  const move = (to: number): void => {
    state.cursor = Math.max(0, Math.min(items.length - 1, to));
  };
  switch (key) {
    case 'q':
    case '\u0003':
    case '\u0004':
      state.done = true;
      break;
    case '\u001b[A':
    case 'k':
      move(state.cursor - 1);
      break;
    case '\u001b[B':
    case 'j':
      move(state.cursor + 1);
      break;
    case '\u001b[5~':
      move(state.cursor - 10);
      break;
    case '\u001b[6~':
      move(state.cursor + 10);
      break;
    case ' ':
      if (here && !state.marked.delete(here.id)) state.marked.add(here.id);
      move(state.cursor + 1);
      break;
    case '\r':
    case '\u001b[C':
    case 'l':
      if (here?.parts && here.parts.length > 0) {
        state.inside.push(here);
        state.cursor = 0;
      }
      break;
    case '\u001b[D':
    case '\u007f':
    case 'h':
      state.inside.pop();
      state.cursor = 0;
      break;
    case 's':
      state.sort = SORT_KEYS[(SORT_KEYS.indexOf(state.sort) + 1) % SORT_KEYS.length] ?? 'exclusive';
      break;
    case 'u':
      state.marked.clear();
      break;
  }
}

/** So many lines of so many columns, no more. */
export function viewLines(state: ViewState, style: Style, rows: number, columns: number): string[] {
  const items = shownItems(state);
  const room = Math.max(1, rows - 4);
  const first = Math.max(0, Math.min(state.cursor - Math.floor(room / 2), items.length - room));
  const cut = (text: string): string =>
    text.length > columns - 1 ? `${text.slice(0, Math.max(0, columns - 2))}…` : text;
  const into = state.inside.map((item) => label(item)).join(' › ');
  const lines = [
    style.bold(
      cut(`${state.document.sources.map(({ path }) => safeText(path)).join(', ')}${into ? ` › ${into}` : ''}`),
    ),
    style.dim(cut(`      ${'alone'.padStart(9)}  ${'shared'.padStart(9)}  ${'all'.padStart(9)}  by ${state.sort}`)),
  ];
  for (const [i, item] of items.slice(first, first + room).entries()) {
    const mark = state.marked.has(item.id) ? '×' : ' ';
    const more = item.parts && item.parts.length > 0 ? '+' : ' ';
    const text = cut(
      `${first + i === state.cursor ? '>' : ' '} ${mark} ${more} ${iec(item.exclusive).padStart(9)}  ${iec(item.shared).padStart(9)}  ${iec(item.onDisk).padStart(9)}  ${item.kind.padEnd(11)} ${label(item)}`,
    );
    lines.push(first + i === state.cursor ? style.bold(text) : text);
  }
  const marked = [...state.marked];
  const gives = marked.length > 0 ? deletionOf(state.ledgers, marked).deletion.givesBack : 0;
  while (lines.length < Math.min(rows, room + 2)) lines.push('');
  lines.push(
    style.bold(
      cut(marked.length === 0 ? 'nothing marked' : `${marked.length} marked: deleting them gives back ${iec(gives)}`),
    ),
    style.dim(cut('space marks, enter goes in, backspace out, s sorts, u unmarks, q ends; nothing is deleted here')),
  );
  return lines.slice(0, rows);
}
