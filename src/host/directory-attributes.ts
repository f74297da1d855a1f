import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { UllageError } from './host.ts';

export interface FileAttribute {
  name: Buffer;
  /** as getxattr(2) gives it */
  value: Buffer;
}

/** Extended attributes of all below a directory, asked for once. */
export interface DirectoryAttributes {
  /** `directories`: those of files are not known; `none`: no program that reads them is here */
  known: 'all' | 'directories' | 'none';
  of(path: Buffer): FileAttribute[];
}

/** attributes are few; a layer with more than this of them is none that an engine made */
const MOST = 512 * 2 ** 20;
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' };

/**
 * Node has no getxattr(2): getfattr(1) reads them, and where it is not installed GNU tar does,
 * of directories alone (of files it would have to read the content too).
 */
export function directoryAttributes(root: string): DirectoryAttributes {
  const argv = ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'base64', '--absolute-names', '--', root];
  const all = spawnSync('getfattr', argv, { maxBuffer: MOST, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] });
  // it ends with 1 where a file went away or is denied, and prints the others
  if (!all.error) return table('all', getfattrOutput(all.stdout));
  refuseTooMany(all.error, root);
  const paths = Buffer.concat(directories(Buffer.from(root)).flatMap((path) => [path, Buffer.from([0])]));
  const words = [
    '-cP',
    '--format=posix',
    '--xattrs',
    '--xattrs-include=*',
    '--no-recursion',
    '--null',
    '-T',
    '-',
    '-f',
    '-',
  ];
  const headers = spawnSync('tar', words, { input: paths, maxBuffer: MOST, env: ENVIRONMENT });
  if (headers.error || (headers.status !== 0 && headers.stdout.length === 0)) {
    if (headers.error) refuseTooMany(headers.error, root);
    return table('none', new Map());
  }
  return table('directories', paxHeaders(headers.stdout));
}

function table(known: DirectoryAttributes['known'], found: ReadonlyMap<string, FileAttribute[]>): DirectoryAttributes {
  return { known, of: (path) => found.get(path.toString('latin1')) ?? [] };
}

function refuseTooMany(error: Error, root: string): void {
  if ((error as NodeJS.ErrnoException).code === 'ENOBUFS')
    throw new UllageError('too many extended attributes', root, 'Take a smaller directory of it');
}

function directories(root: Buffer): Buffer[] {
  const found: Buffer[] = [root];
  for (const at of found) {
    try {
      for (const one of readdirSync(at, { encoding: 'buffer', withFileTypes: true }))
        if (one.isDirectory()) found.push(Buffer.concat([at, Buffer.from('/'), one.name]));
    } catch (error) {
      // denied or gone: whoever copies it says so
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return found;
}

/** `# file: PATH`, then `NAME=0sBASE64`; bytes that would break a line are `\ooo` (attr, libmisc/quote.c). */
function getfattrOutput(output: Buffer): Map<string, FileAttribute[]> {
  const found = new Map<string, FileAttribute[]>();
  let here: FileAttribute[] = [];
  for (const line of output.toString('latin1').split('\n')) {
    const path = /^# file: (.*)$/.exec(line)?.[1];
    if (path !== undefined) {
      here = [];
      found.set(unquoted(path), here);
      continue;
    }
    const [, name, value] = /^([^=#]+)(?:=(?:0s)?(.*))?$/.exec(line) ?? [];
    if (name !== undefined)
      here.push({ name: Buffer.from(unquoted(name), 'latin1'), value: Buffer.from(value ?? '', 'base64') });
  }
  return found;
}

const unquoted = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Members without content, each behind a pax header (POSIX.1-2001) with `LENGTH SCHILY.xattr.NAME=VALUE` in it. */
function paxHeaders(archive: Buffer): Map<string, FileAttribute[]> {
  const found = new Map<string, FileAttribute[]>();
  let pending: { path?: string; attributes: FileAttribute[] } = { attributes: [] };
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0;
    const type = String.fromCharCode(archive[at + 156] ?? 0);
    if (type === 'x') pending = paxRecords(archive.subarray(at + 512, at + 512 + size));
    else {
      const path = pending.path ?? ustarName(archive.subarray(at, at + 512));
      if (pending.attributes.length > 0) found.set(path.replace(/(.)\/+$/, '$1'), pending.attributes);
      pending = { attributes: [] };
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

function paxRecords(bytes: Buffer): { path?: string; attributes: FileAttribute[] } {
  const attributes: FileAttribute[] = [];
  let path: string | undefined;
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, space));
    const equals = bytes.indexOf(0x3d, space);
    if (!(length > 0) || space < 0 || equals < 0) break;
    const key = bytes.toString('latin1', space + 1, equals);
    const value = bytes.subarray(equals + 1, at + length - 1);
    if (key === 'path') path = value.toString('latin1');
    const name = /^SCHILY\.xattr\.(.+)$/.exec(key)?.[1];
    if (name !== undefined) attributes.push({ name: Buffer.from(name, 'latin1'), value });
    at += length;
  }
  return { ...(path === undefined ? {} : { path }), attributes };
}

function ustarName(header: Buffer): string {
  const field = (from: number, length: number): string =>
    header.toString('latin1', from, from + length).replace(/\0.*$/s, '');
  const prefix = field(345, 155);
  return prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
}
