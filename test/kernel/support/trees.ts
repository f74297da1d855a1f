import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { FileNode, FileTree, Timestamp } from '../../../src/formats/file-tree.ts';
import type { Damage } from '../../../src/formats/format-error.ts';

/** What both a mount and a reader say of one path. */
export interface Listed {
  kind: string;
  mode: string;
  owner: string;
  size: number;
  nlink: number;
  atime: string;
  mtime: string;
  ctime: string;
  rdev?: string;
  target?: string;
  sha256?: string;
  attributes: string[];
}

/** Paths are latin1, `/` at the front; the root is `/`. */
export type Listing = Map<string, Listed>;

/** A directory as the kernel shows it; names that it cannot open are an error. */
export function kernelListing(root: string): Listing {
  const found: Listing = new Map();
  const attributes = kernelAttributes(root);
  const walk = (path: Buffer, name: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isSymbolicLink()
          ? 'symlink'
          : stat.isCharacterDevice()
            ? 'char'
            : stat.isBlockDevice()
              ? 'block'
              : stat.isFIFO()
                ? 'fifo'
                : 'socket';
    const one: Listed = {
      kind,
      mode: (Number(stat.mode) & 0o7777).toString(8),
      owner: `${stat.uid}:${stat.gid}`,
      size: Number(stat.size),
      nlink: Number(stat.nlink),
      atime: String(stat.atimeNs),
      mtime: String(stat.mtimeNs),
      ctime: String(stat.ctimeNs),
      attributes: attributes.get(name) ?? [],
    };
    if (kind === 'char' || kind === 'block') one.rdev = deviceNumber(stat.rdev);
    if (kind === 'symlink') one.target = readlinkSync(path, { encoding: 'buffer' }).toString('latin1');
    if (kind === 'file') one.sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    found.set(name, one);
    if (kind !== 'directory') return;
    for (const child of readdirSync(path, { encoding: 'buffer' }))
      walk(Buffer.concat([path, Buffer.from('/'), child]), `${name === '/' ? '' : name}/${child.toString('latin1')}`);
  };
  walk(Buffer.from(root), '/');
  return found;
}

/** glibc's gnu_dev_major and gnu_dev_minor */
function deviceNumber(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/** getfattr's dump: `# file: NAME` with octal escapes, then NAME=0xHEX lines. */
function kernelAttributes(root: string): Map<string, string[]> {
  const ran = spawnSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '--', '.'], {
    cwd: root,
    maxBuffer: 2 ** 30,
    encoding: 'latin1',
  });
  const found = new Map<string, string[]>();
  let list: string[] = [];
  for (const line of ran.stdout.split('\n')) {
    const file = /^# file: (.*)$/.exec(line)?.[1];
    if (file !== undefined) {
      const path = file.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
      list = [];
      found.set(path === '.' ? '/' : `/${path.replace(/^\.\//, '')}`, list);
    } else if (line !== '') list.push(line.includes('=') ? line : `${line}=0x`);
  }
  for (const one of found.values()) one.sort();
  return found;
}

/** The same of a reader; whatever it could not read is in `damage`. */
export function treeListing(tree: FileTree): { listing: Listing; damage: Damage[] } {
  const listing: Listing = new Map();
  const damage: Damage[] = [];
  const damaged = (one: Damage): void => void damage.push(one);
  const seen = new Set<number>();
  const walk = (inode: number, name: string): void => {
    let node: FileNode;
    try {
      node = tree.node(inode);
      const one: Listed = {
        kind: node.kind,
        mode: node.mode.toString(8),
        owner: `${node.uid}:${node.gid}`,
        size: node.kind === 'char' || node.kind === 'block' ? 0 : node.size,
        nlink: node.nlink,
        atime: nanoseconds(node.atime),
        mtime: nanoseconds(node.mtime),
        ctime: nanoseconds(node.ctime),
        attributes: tree
          .attributes(node, damaged)
          .map(({ name: key, value }) => `${escaped(key)}=0x${value.toString('hex')}`)
          .sort(),
      };
      if (node.rdev) one.rdev = `${node.rdev.major}:${node.rdev.minor}`;
      if (node.kind === 'symlink') one.target = tree.target(node).toString('latin1');
      if (node.kind === 'file') one.sha256 = contentHash(tree, node, damaged);
      if (node.doubtful !== undefined) damage.push({ what: node.doubtful, source: name, offset: 0 });
      listing.set(name, one);
    } catch (error) {
      damage.push({ what: (error as Error).message, source: name, offset: 0 });
      return;
    }
    if (node.kind !== 'directory' || seen.has(inode)) return;
    seen.add(inode);
    for (const entry of tree.entries(node, damaged)) {
      if (entry.doubtful !== undefined) damage.push({ what: entry.doubtful, source: name, offset: 0 });
      walk(entry.inode, `${name === '/' ? '' : name}/${entry.name.toString('latin1')}`);
    }
  };
  walk(tree.root, '/');
  return { listing, damage };
}

/** getfattr quotes what is not printable in names */
function escaped(name: Buffer): string {
  return name.toString('latin1').replace(/[^ -~]|[\\=]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function nanoseconds({ seconds, nanoseconds }: Timestamp): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
}

const ZEROS = Buffer.alloc(2 ** 20);

export function contentHash(tree: FileTree, node: FileNode, damaged: (damage: Damage) => void): string {
  const hash = createHash('sha256');
  let at = 0;
  const zeros = (until: number): void => {
    while (at < until) {
      const part = Math.min(ZEROS.length, until - at);
      hash.update(ZEROS.subarray(0, part));
      at += part;
    }
  };
  for (const range of tree.ranges(node)) {
    zeros(range.offset);
    if (range.kind === 'lost') {
      damaged({ what: range.what, source: `inode ${node.inode}`, offset: 0 });
      continue;
    }
    if (range.kind === 'bytes') hash.update(range.bytes);
    else {
      const buffer = Buffer.allocUnsafe(Math.min(2 ** 20, range.length));
      for (let done = 0; done < range.length; done += buffer.length) {
        const part = buffer.subarray(0, Math.min(buffer.length, range.length - done));
        tree.reader.readInto(part, range.position + done);
        hash.update(part);
      }
    }
    at = range.offset + range.length;
  }
  zeros(node.size);
  return hash.digest('hex');
}
