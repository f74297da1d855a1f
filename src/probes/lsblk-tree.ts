import { consoleRows } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BlockDevice } from './facts/file-systems.ts';
import { isFsType } from './fs-types.ts';
import { guessType } from './lsblk-records.ts';
import { parseSize } from './size.ts';

/** Tree glyphs: UTF-8, ASCII (`|-`, `` `- ``), and what a wrong encoding leaves of them. */
const GLYPHS = /^[\s│├└─|`�\-âÃ¢"€œ”]*(?=[\w/!])/u;
const COLUMN = new Set(
  'NAME KNAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT MOUNTPOINTS FSTYPE LABEL UUID PKNAME FSSIZE FSUSED FSAVAIL FSUSE% FSVER MODEL SERIAL ROTA STATE DISC-MAX DISC-GRAN'.split(
    ' ',
  ),
);
/** Columns that are never empty. */
const ALWAYS = new Map<string, RegExp>(
  Object.entries({
    KNAME: /^[\w!.-]+$/,
    'MAJ:MIN': /^\d+:\d+$/,
    RM: /^[01]$/,
    RO: /^[01]$/,
    SIZE: /^\d+(?:[.,]\d+)?[BKMGTPE]?$/,
    TYPE: /^[a-z][\w]*$/,
  }),
);
const MAYBE = new Map<string, (word: string) => boolean>(
  Object.entries({
    FSTYPE: isFsType,
    MOUNTPOINT: isMountpoint,
    MOUNTPOINTS: isMountpoint,
    UUID: (word) => /^[0-9A-Fa-f-]{8,36}$|^\w{6}(?:-\w{4}){5}-\w{6}$/.test(word),
  }),
);

const ROW = /^\S.{0,300}?\s\d+:\d+\s+[01]\s+\S+\s+[01]\s+[a-z]/u;

interface Open {
  /** devices by depth: the chain above the next row */
  chain: string[];
  columns: string[];
  devices: Map<string, { value: BlockDevice; line: number; quote: string }>;
  last?: BlockDevice;
}

/** The tree that lsblk draws, with any columns that hold at least a size. */
export function fromLsblkTree(doc: Document): Found[] {
  const facts: Found[] = [];
  let table: Open | undefined;
  const close = () => {
    if (table)
      for (const { value, line, quote } of table.devices.values()) facts.push(found('block', value, line, quote));
    table = undefined;
  };
  for (const { n, text, typed } of consoleRows(doc)) {
    if (text.length > 4000) continue;
    const words = text.includes('NAME') ? text.trim().split(/\s+/) : [];
    const isHeader =
      words[0] === 'NAME' && words.length >= 3 && words.every((word) => COLUMN.has(word)) && words.includes('SIZE');
    if (typed || isHeader) {
      close();
      if (isHeader) table = { chain: [], columns: words, devices: new Map() };
      continue;
    }
    // a row of the usual columns is known without its header: name maj:min rm size ro type
    if (!table && !(/\d:\d/.test(text) && ROW.test(text.trim()))) continue;
    table ??= {
      chain: [],
      columns: ['NAME', 'MAJ:MIN', 'RM', 'SIZE', 'RO', 'TYPE', 'MOUNTPOINTS'],
      devices: new Map(),
    };
    if (!addRow(table, text, n) && text.trim() !== '') close();
  }
  close();
  return facts;
}

function addRow(table: Open, text: string, line: number): boolean {
  const mountOnly = /^[\s│|]*(\/\S*|\[SWAP\])\s*$/u.exec(text);
  if (mountOnly && table.last) {
    table.last.mountpoints.push(mountOnly[1] ?? '');
    return true;
  }
  const glyphs = GLYPHS.exec(text)?.[0] ?? '';
  const words = text.slice(glyphs.length).trim().split(/\s+/);
  const name = (words.shift() ?? '').replace(/^[├└]─/u, '');
  // lsblk of 2011 prints the kernel name behind: `vg-lv (dm-3)`
  const kernelName = /^\((dm-\d+)\)$/.exec(words[0] ?? '')?.[1];
  if (kernelName) words.shift();
  const cells = cellsOf(table.columns, words);
  const size = parseSize(cells?.get('SIZE') ?? '', 'iec');
  if (name === '' || !cells || !size) return false;
  const depth = Math.ceil([...glyphs].length / 2);
  table.chain.length = Math.min(table.chain.length, depth);
  const parent = table.chain.at(-1);
  table.chain[table.chain.length] = name;
  const known = table.devices.get(name);
  if (known) {
    if (parent !== undefined && !known.value.parents.includes(parent)) known.value.parents.push(parent);
    table.last = { ...known.value, mountpoints: [] };
    return true;
  }
  const value = deviceOf(name, kernelName ?? cells.get('KNAME'), cells, size, parent);
  table.devices.set(name, { value, line, quote: text.trim() });
  table.last = value;
  return true;
}

function deviceOf(
  name: string,
  kname: string | undefined,
  cells: Map<string, string>,
  size: { bytes: number; resolution: number },
  parent: string | undefined,
): BlockDevice {
  const mountpoint = cells.get('MOUNTPOINTS') ?? cells.get('MOUNTPOINT');
  const majmin = cells.get('MAJ:MIN');
  const fstype = cells.get('FSTYPE');
  const uuid = cells.get('UUID');
  const ro = cells.get('RO');
  return {
    name,
    ...(kname ? { kname } : {}),
    ...(majmin ? { majmin } : {}),
    type: cells.get('TYPE') ?? guessType(name, kname),
    size: size.bytes,
    ...(size.resolution > 0 ? { resolution: size.resolution } : {}),
    ...(fstype ? { fstype } : {}),
    ...(uuid ? { uuid } : {}),
    mountpoints: mountpoint ? [mountpoint] : [],
    ...(ro === undefined ? {} : { readOnly: ro === '1' }),
    parents: parent === undefined ? [] : [parent],
  };
}

/** Words under columns. Empty cells leave no word: a column that cannot hold the next word is empty. */
function cellsOf(columns: readonly string[], words: readonly string[]): Map<string, string> | undefined {
  const cells = new Map<string, string>();
  let at = 0;
  for (const column of columns.slice(1)) {
    const word = words[at];
    const must = ALWAYS.get(column);
    if (must) {
      if (word === undefined || !must.test(word)) return undefined;
      cells.set(column, word);
      at++;
    } else if (word !== undefined && MAYBE.get(column)?.(word)) {
      cells.set(column, word);
      at++;
    } else if (!MAYBE.get(column)) break;
  }
  return cells.has('SIZE') ? cells : undefined;
}

function isMountpoint(word: string): boolean {
  return word.startsWith('/') || word === '[SWAP]';
}
