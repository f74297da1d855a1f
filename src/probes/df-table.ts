import { type ConsoleRow, consoleRows, runsInContainer } from './console-rows.ts';
import { deviceAtEnd, isPseudo, unglue } from './df-glued.ts';
import { type DfHeader, dfCommand, dfHeader, isHeaderLike } from './df-header.ts';
import { type DfFigures, dfFigures } from './df-rows.ts';
import type { Document, Line } from './document.ts';
import { isFsType } from './fs-types.ts';

/** One row of df, its amounts still as printed. */
export interface DfEntry {
  line: number;
  quote: string;
  filesystem: string;
  type?: string;
  mountpoint: string;
  figures: DfFigures;
}

/** Rows printed together. */
export interface DfTable {
  header?: DfHeader;
  command?: { inodes: boolean; si: boolean };
  rows: DfEntry[];
  inContainer: boolean;
}

/** Lines of prose or warnings that may stand inside one table. */
const GAP = 3;

/** Two probes read the same tables: they are read once. */
const TABLES = new WeakMap<readonly Line[], readonly DfTable[]>();

/** Every df table of a document, whatever its dress. */
export function dfTables(doc: Document): readonly DfTable[] {
  let tables = TABLES.get(doc.lines);
  if (!tables) {
    tables = readTables(doc);
    TABLES.set(doc.lines, tables);
  }
  return tables;
}

function readTables(doc: Document): DfTable[] {
  const tables: DfTable[] = [];
  let open: DfTable | undefined;
  let before: ConsoleRow | undefined;
  let gap = 0;
  for (const row of consoleRows(doc)) {
    const isRow = mayHoldFigures(row.text);
    if (!open && !isRow && !isHeaderLike(row.text)) {
      before = row;
      continue;
    }
    const tokens = isRow ? words(undecorate(row.text)) : [];
    const groups = tokens.length >= 5 && tokens.length < 4000 ? dfFigures(tokens) : [];
    const header = groups.length === 0 ? dfHeader(row.text) : undefined;
    if (row.typed || header || (groups.length === 0 && ++gap > GAP)) open = undefined;
    if (header || groups.length > 0) {
      gap = 0;
      if (!open) {
        const command = dfCommand(row.command);
        // a header may have lost its line break too
        const head = header ?? dfHeader(tokens.slice(0, groups[0]?.from ?? 0).join(' '));
        open = {
          rows: [],
          inContainer: runsInContainer(row.command),
          ...(head ? { header: head } : {}),
          ...(command ? { command } : {}),
        };
        tables.push(open);
      }
      const whole = doc.origin.kind !== 'paste';
      open.rows.push(
        ...(groups.length > 1
          ? gluedRows(row, tokens, groups, open)
          : oneRow(row, tokens, groups, before, open, whole)),
      );
    }
    before = row;
  }
  // what a host answered is its own: some name their /dev/shm as containers do (Alpine)
  if (doc.origin.kind !== 'run') for (const table of tables) table.inContainer ||= table.rows.some(seenInContainer);
  return tables.filter((table) => table.rows.length > 0);
}

/** Figures of df are numbers with a percentage (or `-`) and a path behind them. */
function mayHoldFigures(text: string): boolean {
  return text.includes('/') && (text.includes('%') || text.includes('-')) && /\d/.test(text);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Without what logs and Markdown tables put before a row: `web_1  | `, `#12 0.345 `, `| … |`. */
function undecorate(text: string): string {
  const plain = text.replace(/^#\d{1,4} \d{1,6}\.\d{1,3} /, '');
  return plain.includes('|') ? plain.replace(/^\s{0,8}[\w.-]{0,60}\s{0,20}\|/, ' ').replaceAll('|', ' ') : plain;
}

function oneRow(
  row: ConsoleRow,
  tokens: string[],
  groups: DfFigures[],
  before: ConsoleRow | undefined,
  table: DfTable,
  whole: boolean,
): DfEntry[] {
  const figures = groups[0];
  if (!figures) return [];
  let head = tokens.slice(0, figures.from);
  let quote = row.text.trim();
  const wrapped = before?.text.trim() ?? '';
  if (
    (head.length === 0 || (head.length === 1 && isFsType(head[0]) && /^\s/.test(row.text))) &&
    /^\S{2,400}$/.test(wrapped)
  ) {
    // a long device name pushes the figures onto a line of their own
    head = [wrapped, ...head];
    quote = `${wrapped}\n${row.text}`;
  }
  const device = deviceOf(head, table.header?.type);
  if (!device) return [];
  const mountpoint = mountpointOf(tokens.slice(figures.to), whole);
  return [{ line: row.n, quote, ...device, mountpoint, figures }];
}

/** The device and type among the words before the figures; prose before them is dropped. */
function deviceOf(
  head: readonly string[],
  hasType: boolean | undefined,
): { filesystem: string; type?: string } | undefined {
  const last = head.at(-1);
  if (last === undefined) return undefined;
  if (head.length === 1) return { filesystem: last };
  const device = head.at(-2) ?? '';
  if (head[0] === 'map' && head.length === 2) return { filesystem: head.join(' ') };
  const named = /^(?:\/|[\w.-]+:|[A-Z]:\\)/.test(device) || isPseudo(device);
  if (hasType === true || (isFsType(last) && hasType !== false)) {
    if (head.length === 2 || named) return { filesystem: device, type: last };
    const glued = deviceAtEnd(device);
    return glued === device ? undefined : { filesystem: glued, type: last };
  }
  if (head.length === 2 && hasType === false) return { filesystem: head.join(' ') };
  const alone = deviceAtEnd(last);
  return /^(?:\/|[\w.-]+:)/.test(alone) || isPseudo(alone) ? { filesystem: alone } : undefined;
}

function mountpointOf(rest: readonly string[], whole: boolean): string {
  const first = rest[0] ?? '';
  if (whole || /^\/(?:Volumes|media|run\/media)\//.test(first)) return rest.join(' ');
  // prose may follow in a paste; a mount point with a blank in it is rarer
  return first.length > 1 ? first.replace(/[,;:)"']+$/, '') : first;
}

function gluedRows(row: ConsoleRow, tokens: string[], groups: DfFigures[], table: DfTable): DfEntry[] {
  const entries: DfEntry[] = [];
  const seen = new Set<string>();
  const head = tokens.slice(0, groups[0]?.from ?? 0);
  const hasType = table.header?.type ?? (isFsType(head.at(-1)) && head.length > 1);
  let next = { device: deviceAtEnd(head.at(hasType ? -2 : -1) ?? ''), type: hasType ? head.at(-1) : undefined };
  for (const [index, figures] of groups.entries()) {
    const { device, type } = next;
    const between = tokens.slice(figures.to, groups[index + 1]?.from ?? figures.to + 1);
    const words = hasType && index + 1 < groups.length ? between.slice(0, -1) : between;
    const nextType = hasType ? between.at(-1) : undefined;
    const parts =
      index + 1 === groups.length
        ? { mountpoint: words[0] ?? '', device: '' }
        : words.length >= 2
          ? { mountpoint: words[0] ?? '', device: words.at(-1) ?? '' }
          : unglue(words[0] ?? '', nextType, seen);
    next = { device: parts?.device ?? '', type: nextType };
    if (!parts || parts.mountpoint === '' || device === '') continue;
    seen.add(parts.mountpoint);
    const filesystem = isPseudo(device) ? device.toLowerCase() : device;
    const quote = [device, type, ...figures.amounts, tokens[figures.from + 3], parts.mountpoint]
      .filter((word) => word !== undefined)
      .join(' ');
    entries.push({
      line: row.n,
      quote,
      filesystem,
      ...(type === undefined ? {} : { type }),
      mountpoint: parts.mountpoint,
      figures,
    });
  }
  return entries;
}

/**
 * Docker mounts single files over /etc/hosts and friends, a 64 MiB tmpfs named `shm`, and the
 * container's root as `overlay` or `none`: hardly a host prints such rows.
 */
function seenInContainer(row: DfEntry): boolean {
  if (/^\/etc\/(?:hosts|hostname|resolv\.conf)$/.test(row.mountpoint)) return true;
  if (row.filesystem === 'shm' && row.mountpoint === '/dev/shm') return true;
  return row.mountpoint === '/' && /^(?:overlay|none|overlayfs|aufs|fuse-overlayfs|-)$/i.test(row.filesystem);
}
