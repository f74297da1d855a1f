import type { UsageDocument, UsageItem } from '../usage/document.ts';
import { bytes, escapeHtml } from './html.ts';

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Boxes drawn at most; the rest is one box. */
const MOST = 40;
/** A share under which a box cannot be seen. */
const LEAST = 0.004;

/** Who holds the space: one box each, as large as what it alone holds and its part of what is shared. */
export function treemapHtml(usage: UsageDocument): string {
  const items = usage.items
    .filter((item) => item.kind !== 'layer' && item.kind !== 'thin-device')
    .map((item) => ({ item, size: item.exclusive }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size);
  const shared = usage.totals.shared;
  const orphaned = usage.totals.orphaned;
  const whole = items.reduce((sum, one) => sum + one.size, 0) + shared + orphaned;
  if (whole === 0) return '<p class="dim">Nothing of an engine was found to measure.</p>';
  const shown = items.filter(({ size }, index) => index < MOST && size / whole >= LEAST);
  const rest = items.slice(shown.length);
  const cells = shown.map(({ item, size }) => ({ kind: item.kind as string, name: nameOf(item), size }));
  if (shared > 0) cells.push({ kind: 'shared', name: 'shared by several', size: shared });
  if (orphaned > 0) cells.push({ kind: 'orphan', name: 'nobody owns it', size: orphaned });
  const small = rest.reduce((sum, one) => sum + one.size, 0);
  if (small > 0) cells.push({ kind: 'other', name: `${rest.length} smaller`, size: small });
  cells.sort((a, b) => b.size - a.size);
  const boxes = squarified(
    cells.map((cell) => cell.size),
    { x: 0, y: 0, w: 200, h: 100 },
  );
  const drawn = cells.map((cell, index) => {
    const box = boxes[index] ?? { x: 0, y: 0, w: 0, h: 0 };
    const pc = (value: number, of: number) => `${((value / of) * 100).toFixed(2)}%`;
    return `<svg x="${pc(box.x, 200)}" y="${pc(box.y, 100)}" width="${pc(box.w, 200)}" height="${pc(box.h, 100)}"><title>${escapeHtml(cell.kind)} ${escapeHtml(cell.name)}: ${bytes(cell.size)}</title><rect class="k-${escapeHtml(cell.kind)}" width="100%" height="100%"/><text x="6" y="17">${escapeHtml(cell.name)}</text><text x="6" y="33" class="small">${escapeHtml(cell.kind)} ${bytes(cell.size)}</text></svg>`;
  });
  const rows = cells.map(
    (cell) =>
      `<tr><td>${escapeHtml(cell.kind)}</td><td>${escapeHtml(cell.name)}</td><td class="number">${bytes(cell.size)}</td></tr>`,
  );
  return `<svg class="treemap" role="img" aria-label="Who holds ${bytes(whole)}: the table below says the same">${drawn.join('')}</svg><details data-key="usage"><summary>The same as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Who holds the space"><table><thead><tr><th scope="col">kind</th><th scope="col">name</th><th scope="col">alone</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function nameOf(item: UsageItem): string {
  return (item.name || item.path || item.id).slice(-60);
}

/** Squarified treemap (Bruls, Huizing, van Wijk 2000): rows that keep boxes near to squares. Sizes fall. */
function squarified(sizes: readonly number[], within: Box): Box[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const areas = sizes.map((size) => (size / whole) * within.w * within.h);
  const boxes: Box[] = [];
  let left = { ...within };
  let row: number[] = [];
  const worst = (list: readonly number[], side: number): number => {
    const sum = list.reduce((a, b) => a + b, 0);
    return Math.max((side * side * Math.max(...list)) / (sum * sum), (sum * sum) / (side * side * Math.min(...list)));
  };
  const place = () => {
    const sum = row.reduce((a, b) => a + b, 0);
    const wide = left.w >= left.h;
    const thick = sum / (wide ? left.h : left.w);
    let at = 0;
    for (const area of row) {
      const long = area / thick;
      boxes.push(
        wide ? { x: left.x, y: left.y + at, w: thick, h: long } : { x: left.x + at, y: left.y, w: long, h: thick },
      );
      at += long;
    }
    left = wide ? { ...left, x: left.x + thick, w: left.w - thick } : { ...left, y: left.y + thick, h: left.h - thick };
    row = [];
  };
  for (const area of areas) {
    const side = Math.max(1e-9, Math.min(left.w, left.h));
    if (row.length > 0 && worst([...row, area], side) > worst(row, side)) place();
    row.push(area);
  }
  if (row.length > 0) place();
  return boxes;
}
