import type { UsageDocument } from '../usage/document.ts';
import type { Measured } from '../watch/beside.ts';
import { nameOf, type Part, partsOfUsage } from './holders.ts';
import { bytes, clock, escapeHtml, nameHtml, shortened } from './html.ts';
import { squarified } from './squarified.ts';

/** Boxes drawn at most; the rest is one box. */
const MOST = 40;
/** A share under which a box cannot be seen. */
const LEAST = 0.004;
/** Rows of the table at most. */
const ROWS = 200;

/** The same picture for wide and for narrow screens: pixels it has there, as far as can be known here. */
const SIZES = [
  { name: 'wide', w: 1130, h: 360 },
  { name: 'narrow', w: 340, h: 440 },
] as const;
/** Pixels of a letter at the style's sizes, roughly. */
const LETTER = 7.3;
const SMALL = 6.2;

const WORD: Partial<Record<Part['kind'], string>> = {
  image: 'images',
  layer: 'layers',
  container: 'containers',
  log: 'logs',
  volume: 'volumes',
  cache: 'build cache',
  subvolume: 'subvolumes',
  'thin-device': 'thin devices',
  directory: 'directories',
  shared: 'shared blocks',
  orphan: 'owned by nobody',
};

/** Who holds the space, and how that was measured. */
export function usageHtml(measured: Measured | undefined): string {
  if (!measured)
    return '<p class="dim">Not measured. <code>ullage watch --usage 3600</code> does it once an hour, <code>ullage report --usage</code> once; it reads all of the engines’ directories.</p>';
  const { usage, problem, busy } = measured;
  const trouble =
    problem === undefined ? '' : `<p class="failure">It could not be measured: ${escapeHtml(problem)}</p>`;
  if (!usage) return busy ? '<p class="dim">It is being measured for the first time.</p>' : trouble;
  return trouble + treemapHtml(usage);
}

/** Every byte of the engines' directories in one box, as large as its share; what several need is hatched. */
export function treemapHtml(usage: UsageDocument): string {
  const parts = partsOfUsage(usage);
  const whole = parts.reduce((sum, one) => sum + one.bytes, 0);
  if (whole === 0) return '<p class="dim">Nothing of an engine was found to measure.</p>';
  const shown = parts.filter((one, index) => index < MOST && one.bytes / whole >= LEAST);
  const rest = parts.slice(shown.length);
  const small = rest.reduce((sum, one) => sum + one.bytes, 0);
  if (small > 0) shown.push({ kind: 'other', name: `${rest.length} smaller`, bytes: small, shared: false });
  shown.sort((a, b) => b.bytes - a.bytes);
  const { totals, sources, warnings, notJudged } = usage;
  const said = `<p>${bytes(whole)} in ${escapeHtml(sources.map(({ path }) => path).join(', '))} <span class="dim">measured ${clock(Date.parse(usage.lookedAt) / 1000)}</span></p>`;
  const orphaned =
    totals.orphaned > 0
      ? `<p class="next">Nobody owns ${bytes(totals.orphaned)} of it: <code>ullage usage</code> names it and its proof.</p>`
      : '';
  const notes = [...warnings, ...notJudged.map(({ what, why }) => `not judged: ${what}: ${why}`)]
    .slice(0, 5)
    .map((note) => `<p class="dim">${escapeHtml(note)}</p>`);
  const label = `Who holds ${bytes(whole)}. ${legend(parts)
    .map(([kind, sum]) => `${WORD[kind] ?? kind} ${bytes(sum)}`)
    .join(', ')}. The table below names each.`;
  const pictures = SIZES.map((size) => pictureHtml(shown, size, label)).join('');
  return `${said}${orphaned}${legendHtml(parts)}${pictures}${tableHtml(usage)}${notes.join('')}`;
}

function legend(parts: readonly Part[]): [Part['kind'], number][] {
  const sums = new Map<Part['kind'], number>();
  for (const { kind, bytes: size } of parts) sums.set(kind, (sums.get(kind) ?? 0) + size);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

function legendHtml(parts: readonly Part[]): string {
  const hatched = parts.reduce((sum, one) => sum + (one.shared ? one.bytes : 0), 0);
  const kinds = legend(parts).map(
    ([kind, sum]) =>
      `<li><svg class="key" aria-hidden="true"><rect class="k-${kind}" width="100%" height="100%"/></svg>${WORD[kind] ?? kind} <b>${bytes(sum)}</b></li>`,
  );
  const both =
    hatched > 0
      ? `<li><svg class="key" aria-hidden="true"><rect class="k-other" width="100%" height="100%"/><path class="hatch" d="M-2 14L14 -2M4 20L20 4"/></svg>needed by several <b>${bytes(hatched)}</b></li>`
      : '';
  return `<ul class="legend">${kinds.join('')}${both}</ul>`;
}

function pictureHtml(parts: readonly Part[], { name, w, h }: (typeof SIZES)[number], label: string): string {
  const boxes = squarified(
    parts.map((part) => part.bytes),
    { x: 0, y: 0, w, h },
  );
  const pc = (value: number, of: number) => `${((value / of) * 100).toFixed(2)}%`;
  const drawn = parts.map((part, index) => {
    const box = boxes[index] ?? { x: 0, y: 0, w: 0, h: 0 };
    const size = bytes(part.bytes);
    const under = [size, part.kind, ...(part.note ? [part.note] : [])].join(' · ');
    const lines = [
      textHtml(part.name, box.w, box.h, 17, LETTER, '', Math.min(7, part.name.length)),
      textHtml(box.w < 150 ? size : under, box.w, box.h, 33, SMALL, ' class="small"', size.length),
    ];
    const hatch = part.shared
      ? `<rect class="hatched" fill="url(#hatch-${name})" width="100%" height="100%"/><rect class="frame" width="100%" height="100%"/>`
      : '';
    return `<svg x="${pc(box.x, w)}" y="${pc(box.y, h)}" width="${pc(box.w, w)}" height="${pc(box.h, h)}"><title>${escapeHtml(part.kind)} ${escapeHtml(part.name)}: ${size}${part.note ? `, ${escapeHtml(part.note)}` : ''}</title><rect class="k-${part.kind}" width="100%" height="100%"/>${hatch}${lines.join('')}</svg>`;
  });
  return `<svg class="treemap ${name}" role="img" aria-label="${escapeHtml(label)}"><defs><pattern id="hatch-${name}" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V10"/></pattern></defs>${drawn.join('')}</svg>`;
}

/** One line, where `least` letters of it have room: a name that is cut off in the middle of a letter tells nothing. */
function textHtml(text: string, w: number, h: number, y: number, letter: number, more: string, least: number): string {
  const most = Math.floor((w - 12) / letter);
  if (h < y + 5 || most < least) return '';
  return `<text x="6" y="${y}"${more}>${escapeHtml(shortened(text, most))}</text>`;
}

/** The items as `ullage usage` has them. */
function tableHtml({ items, orphans }: UsageDocument): string {
  const held = new Set(items.flatMap(({ parts, source }) => (parts ?? []).map((id) => `${source ?? ''}\0${id}`)));
  const asked = items.filter(({ id, source, kind }) => kind === 'log' || !held.has(`${source ?? ''}\0${id}`));
  const rows = [
    ...asked.map((item) => ({ ...item, label: nameOf(item) })),
    ...orphans.map((one) => ({ ...one, kind: 'orphan', shared: one.onDisk - one.exclusive, label: one.path })),
  ].sort((a, b) => b.exclusive - a.exclusive || b.onDisk - a.onDisk);
  const cell = (value: number) => `<td class="number" data-bytes="${value}">${bytes(value)}</td>`;
  const lines = rows
    .slice(0, ROWS)
    .map(
      (one) =>
        `<tr><td>${escapeHtml(one.kind)}</td><th scope="row">${nameHtml(one.label)}${stateOf(one)}</th>${cell(one.exclusive)}${cell(one.shared)}${cell(one.onDisk)}</tr>`,
    );
  const more = rows.length > ROWS ? `<p class="dim">and ${rows.length - ROWS} more: ullage usage --all</p>` : '';
  return `<details data-key="usage"><summary>Each by name: what deleting it alone gives back</summary><div class="scroll" tabindex="0" role="region" aria-label="Who holds the space, each by name"><table><thead><tr><th scope="col">kind</th><th scope="col">name</th><th scope="col" class="number">alone</th><th scope="col" class="number">shared</th><th scope="col" class="number">all</th></tr></thead><tbody>${lines.join('')}</tbody></table></div>${more}</details>`;
}

function stateOf(item: object): string {
  return 'state' in item && typeof item.state === 'string' ? ` <span class="dim">${escapeHtml(item.state)}</span>` : '';
}
