import { type ConsoleRow, consoleRows } from './console-rows.ts';
import type { Document, Line } from './document.ts';
import { count, parseSize } from './size.ts';

/** One row of ls -l, ls -s, ls -i or find -ls. */
interface ListRow {
  line: number;
  /** first letter of the mode: `-` file, `d` directory, `l` link … */
  type: string;
  path: string;
  /** behind `->` of a link */
  target?: string;
  size?: number;
  allocated?: number;
  inode?: number;
  uid?: number;
  resolution?: number;
}

/** Cheap tests of what {@link ROW} and the head of a listing must have. */
const MODE = /[-r][-w][-xsStT][-r][-w][-xsStT][-r][-w][-xsStT]/;
const HEAD_END = /:\s*$/;
/** mode, links, owner, group, size (devices: `10, 236`), then date and name. */
const ROW =
  /^\s*(?:(\d+)\s+)?(?:(\d+(?:[.,]\d+)?[KMGTPE]?)\s+)?([-dlbcps][-rwxsStT]{9})[@.+]?\s+\d+\s+(\S+)\s+(\S+)\s+(\d+(?:[.,]\d+)?[KMGTPE]?i?B?|\d+,\s*\d+)\s+(\S.*)$/;
/** `Nov 21 01:36`, `23 Feb 10:31`, `2024-01-02 10:31`, `2024-01-02 10:31:12.123 +0100`, `11月 21 01:36` */
const DATE =
  /^(?:\d{4}-\d\d-\d\d\s+\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\s+[+-]\d{4})?|[^\s\d]\S{0,11}\s+\d{1,2}\.?\s+(?:\d{4}|\d{1,2}:\d\d(?::\d\d)?)|\d{1,2}\.?\s+\S{2,12}\s+(?:\d{4}|\d{1,2}:\d\d)|\d{1,2}月\s+\d{1,2}日?\s+(?:\d{4}年?|\d{1,2}:\d\d)|\S{1,12}\s+\d{1,2}\s+(?:\d{4}|\d{1,2}:\d\d))\s+(\S.*)$/u;

/** Several probes read the same listings: they are read once. */
const LISTS = new WeakMap<readonly Line[], readonly ListRow[]>();

/** The rows of every listing in a document, with the directory that was listed put before the name. */
export function listRows(doc: Document): readonly ListRow[] {
  const made = LISTS.get(doc.lines);
  if (made) return made;
  const list: ListRow[] = [];
  LISTS.set(doc.lines, list);
  let directory: string | undefined;
  let command = '';
  for (const row of consoleRows(doc)) {
    if (row.command !== command) {
      command = row.command;
      directory = undefined;
    }
    // `ls a b` prints `a:` before each listing
    const head =
      row.text.length < 4096 && HEAD_END.test(row.text)
        ? /^\s*(\/[^:]*|\.{1,2}(?:\/[^:]*)?):\s*$/.exec(row.text)?.[1]
        : undefined;
    if (head) directory = head;
    else if (!row.typed && row.text.length < 8192 && MODE.test(row.text)) {
      const item = rowOf(row, directory, doc.origin.kind === 'run');
      if (item) list.push(item);
    }
  }
  return list;
}

function rowOf(row: ConsoleRow, directory: string | undefined, ran: boolean): ListRow | undefined {
  const match = ROW.exec(row.text);
  const name = match ? DATE.exec(match[7] ?? '')?.[1]?.trimEnd() : undefined;
  if (!match || !name) return undefined;
  const [, first, second, mode = '', owner = '', group = '', sizeText = ''] = match;
  const type = mode[0] ?? '-';
  const size = parseSize(sizeText, 'iec');
  const options = lsOptions(row.command);
  // one number in front is blocks, unless the command asked for inodes
  const inode = second !== undefined ? first : options.inode && !options.blocks ? first : undefined;
  const blocksText = second ?? (inode === undefined ? first : undefined);
  const allocated = blocksText === undefined ? undefined : allocatedOf(blocksText, macOs(row.text, group));
  const arrow = type === 'l' ? name.indexOf(' -> ') : -1;
  const inodeNumber = count(inode);
  const uid = count(owner);
  const resolution = Math.max(size?.resolution ?? 0, allocated?.resolution ?? 0);
  return {
    line: row.n,
    type,
    path: fullPath(arrow < 0 ? name : name.slice(0, arrow), directory, row.command, ran),
    ...(arrow < 0 ? {} : { target: name.slice(arrow + 4) }),
    ...(size && !sizeText.includes(' ') ? { size: size.bytes } : {}),
    ...(allocated ? { allocated: allocated.bytes } : {}),
    ...(inodeNumber === undefined ? {} : { inode: inodeNumber }),
    ...(uid === undefined ? {} : { uid }),
    ...(resolution > 0 ? { resolution } : {}),
  };
}

function lsOptions(command: string): { inode: boolean; blocks: boolean } {
  const options = /\bls\s((?:-\S+\s+)*)/.exec(command)?.[1] ?? '';
  return { inode: /-\w*i/.test(options), blocks: /-\w*s/.test(options) };
}

/** Blocks of 1024 bytes (GNU, BusyBox), of 512 on macOS; `1.4G` with -h. */
function allocatedOf(text: string, mac: boolean): { bytes: number; resolution: number } | undefined {
  const size = parseSize(text, 'iec');
  if (!size) return undefined;
  const bytes = /[A-Z]$/.test(text) ? size.bytes : size.bytes * (mac ? 512 : 1024);
  return Number.isSafeInteger(bytes) ? { bytes, resolution: size.resolution } : undefined;
}

function macOs(text: string, group: string): boolean {
  return group === 'staff' || /[-dl][-rwxsStT]{9}@/.test(text);
}

function fullPath(name: string, directory: string | undefined, command: string, ran: boolean): string {
  if (/^[/~]/.test(name)) return name;
  const listed = directory ?? listedDirectory(command, ran);
  if (!listed) return name;
  const plain = listed.replace(/\/+$/, '');
  // the argument was the file itself
  return plain.endsWith(`/${name}`) ? plain : `${plain}/${name.replace(/^\.\//, '')}`;
}

/** The one directory in `ls -ls /var/lib/docker/devicemapper/devicemapper/`. */
function listedDirectory(command: string, ran: boolean): string | undefined {
  const call = /(?:^|[\s;&|(])(?:ls|ll)\s([^;&|>]{1,2000})/.exec(ran ? ` ${command}` : command)?.[1];
  const paths = call?.split(/\s+/).filter((word) => /^["']?[/~]/.test(word)) ?? [];
  return paths.length === 1 ? paths[0]?.replace(/^["']|["'`]$/g, '').replace(/\d?>.*$/, '') : undefined;
}
