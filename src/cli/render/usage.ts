import { safeText } from '../../probes/clean.ts';
import type { UsageDocument, UsageItem, UsageKind } from '../../usage/document.ts';
import { grouped, iec } from './size.ts';
import { type Style, wrap } from './style.ts';

export interface UsageView {
  style: Style;
  /** everything, not just the largest of each kind */
  all: boolean;
  /** each image and container with what it consists of */
  tree: boolean;
  kinds: readonly UsageKind[];
  sort: SortKey;
}

export const SORT_KEYS = ['exclusive', 'onDisk', 'apparent', 'shared', 'name', 'lastUsed'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Kinds in the order in which people look for them. */
const HEADINGS: readonly [UsageKind, string][] = [
  ['container', 'containers'],
  ['image', 'images'],
  ['volume', 'volumes'],
  ['log', 'logs'],
  ['cache', 'build cache'],
  ['layer', 'layers'],
  ['subvolume', 'subvolumes'],
  ['thin-device', 'thin devices'],
  ['directory', 'directories'],
  ['other', 'other'],
];
export const KINDS = HEADINGS.map(([kind]) => kind);

const FEW = 8;

/** The document for people. */
export function usageLines(document: UsageDocument, view: UsageView): string[] {
  const { style } = view;
  const { totals, sources } = document;
  const lines = sources.map(
    ({ path, what, driver, transaction }) =>
      `${style.bold(safeText(path))}   ${what}${driver ? `, ${safeText(driver)}` : ''}${transaction === undefined ? '' : `, as of transaction ${transaction}`}`,
  );
  lines.push(
    '',
    `  ${iec(totals.onDisk)} on disk in ${grouped(totals.files)} files; ${iec(totals.shared)} of it is shared`,
    '',
  );
  for (const { reused } of sources)
    if (reused)
      lines.push(
        ...wrap(
          `${reused.layers} read-only layers (${grouped(reused.files)} files) are unchanged since they were counted, ${reused.since.slice(0, 16).replace('T', ' ')} UTC or later; --no-cache counts them anew`,
          style.width,
          '  ',
        ),
        '',
      );
  for (const [kind, heading] of HEADINGS) {
    if (view.kinds.length > 0 && !view.kinds.includes(kind)) continue;
    lines.push(...section(document, kind, heading, view));
  }
  if (view.kinds.length === 0) lines.push(...orphanLines(document, view), ...pinnedLines(document, view));
  if (document.deletion) {
    const { items, givesBack } = document.deletion;
    lines.push(
      `${style.bold(iec(givesBack))} would be given back by deleting ${items.length === 1 ? 'it' : `all ${items.length}`}`,
      '',
    );
  }
  for (const warning of document.warnings) lines.push(...wrap(`note: ${safeText(warning)}`, style.width, '  '));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** A kind that stands for parts of others is told in one line, unless it is asked for. */
const PARTS: readonly UsageKind[] = ['layer', 'other'];

function section(document: UsageDocument, kind: UsageKind, heading: string, view: UsageView): string[] {
  const items = sorted(
    document.items.filter((item) => item.kind === kind),
    view.sort,
  );
  if (items.length === 0) return [];
  const alone = items.reduce((sum, { exclusive }) => sum + exclusive, 0);
  const title = `${view.style.bold(heading)}   ${items.length}, ${iec(alone)} held by one alone`;
  const wholeKind = view.all || view.kinds.includes(kind);
  if (!wholeKind && PARTS.includes(kind) && document.items.length > items.length) return [title, ''];
  const shown = wholeKind ? items : items.slice(0, FEW);
  const byId = new Map(document.items.map((item) => [`${item.source ?? ''} ${item.id}`, item]));
  const lines = [title, view.style.dim(row(['alone', 'shared', 'all', 'name']))];
  for (const item of shown) {
    lines.push(itemLine(item, view));
    if (!view.tree) continue;
    for (const id of item.parts ?? []) {
      const part = byId.get(`${item.source ?? ''} ${id}`);
      if (part)
        lines.push(
          view.style.dim(row([iec(part.exclusive), iec(part.shared), iec(part.onDisk), `  └ ${label(part)}`])),
        );
    }
  }
  if (shown.length < items.length) lines.push(view.style.dim(`  … ${items.length - shown.length} more: --all`));
  return [...lines, ''];
}

function itemLine(item: UsageItem, { style }: UsageView): string {
  const used = item.lastUsed?.slice(0, 10);
  const notes = [item.state, used].filter((one) => one !== undefined).join(', ');
  return (
    row([iec(item.exclusive), iec(item.shared), iec(item.onDisk), label(item)]) +
    (notes ? style.dim(`   ${safeText(notes)}`) : '')
  );
}

/** A name that says which one is meant. */
export function label(item: Pick<UsageItem, 'kind' | 'id' | 'name' | 'path'>): string {
  const id = item.id.replace(/^sha256:/, '');
  const short = /^[0-9a-f]{40,}/.test(id) ? id.slice(0, 12) + (id.endsWith('-init') ? '-init' : '') : id;
  const name = safeText(item.name);
  return name === '' || name === short
    ? safeText(short || item.path)
    : item.kind === 'image' || item.kind === 'subvolume'
      ? `${name}  ${safeText(short)}`
      : name;
}

function row([alone = '', shared = '', all = '', name = '']: readonly string[]): string {
  return `  ${alone.padStart(9)}  ${shared.padStart(9)}  ${all.padStart(9)}  ${name}`;
}

export function sorted(items: readonly UsageItem[], key: SortKey): UsageItem[] {
  if (key === 'name') return items.toSorted((a, b) => (a.name || a.id).localeCompare(b.name || b.id));
  if (key === 'lastUsed') return items.toSorted((a, b) => (a.lastUsed ?? '').localeCompare(b.lastUsed ?? ''));
  return items.toSorted((a, b) => b[key] - a[key] || b.onDisk - a.onDisk);
}

function orphanLines({ orphans, notJudged, totals }: UsageDocument, { style, all }: UsageView): string[] {
  const lines: string[] = [];
  if (orphans.length > 0) {
    lines.push(`${style.bold('nobody owns')}   ${orphans.length}, ${iec(totals.orphaned)}`);
    for (const { exclusive, onDisk, changed, path } of all ? orphans : orphans.slice(0, FEW))
      lines.push(
        `${row([iec(exclusive), iec(onDisk - exclusive), iec(onDisk), safeText(path)])}${style.dim(`   ${changed.slice(0, 10)}`)}`,
      );
    if (!all && orphans.length > FEW) lines.push(style.dim(`  … ${orphans.length - FEW} more: --all`));
    const [first] = orphans;
    if (first) lines.push(...wrap(safeText(first.proof), style.width, '  '));
    lines.push('');
  }
  for (const { what, why } of notJudged)
    lines.push(...wrap(`not judged: ${safeText(what)}: ${safeText(why)}`, style.width, '  '), '');
  return lines;
}

function pinnedLines({ pinnedChunks = [] }: UsageDocument, { style, all }: UsageView): string[] {
  if (pinnedChunks.length === 0) return [];
  const kept = pinnedChunks.reduce((sum, { length }) => sum + length, 0);
  const used = pinnedChunks.reduce((sum, one) => sum + one.used, 0);
  const lines = [`${style.bold('nearly empty chunks')}   ${pinnedChunks.length}, ${iec(kept)} kept for ${iec(used)}`];
  for (const { address, length, used: inUse, by } of all ? pinnedChunks : pinnedChunks.slice(0, 4)) {
    const who = by
      .slice(0, 3)
      .map(({ name, id, bytes }) => `${safeText(name || id)} (${iec(bytes)})`)
      .join(', ');
    lines.push(`  ${iec(inUse)} of ${iec(length)} at ${address}   ${who || 'no subvolume'}`);
  }
  return [...lines, ''];
}
