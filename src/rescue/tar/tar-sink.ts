import type { BlockReader } from '../../formats/block-reader.ts';
import type { ContentRange, FileTree } from '../../formats/file-tree.ts';
import { type Entry, pathText, type TreeSink } from '../copy-tree.ts';
import { ReadAhead } from '../read-ahead.ts';
import type { Findings } from '../report.ts';
import type { TarMember, TarType } from './header.ts';
import { type SparseMap, sparseMap } from './sparse.ts';
import type { TarStream } from './stream.ts';

/** A directory as a tar archive. Sockets, which tar cannot hold, are left out. */
export class TarSink implements TreeSink {
  readonly #tar: TarStream;
  readonly #findings: Findings;
  /** paths of the directories entered, each with its slash */
  readonly #above: Buffer[] = [];
  #behind: { reader: BlockReader; ahead: BlockReader } | undefined;

  constructor(tar: TarStream, findings: Findings) {
    this.#tar = tar;
    this.#findings = findings;
  }

  enter(entry: Entry): boolean {
    const path = entry.path.length === 0 ? TOP : withSlash(this.#path(entry));
    this.#member(entry, 'directory', path);
    this.#above.push(entry.path.length === 0 ? EMPTY : path);
    return true;
  }

  leave(): void {
    this.#above.pop();
  }

  symlink(entry: Entry, target: Buffer): void {
    this.#member(entry, 'symlink', this.#path(entry), target);
  }

  link(entry: Entry, to: readonly Buffer[]): void {
    this.#member(entry, 'link', this.#path(entry), joined(to));
  }

  special(entry: Entry): void {
    const { kind } = entry.node;
    if (kind === 'char' || kind === 'block' || kind === 'fifo') this.#member(entry, kind, this.#path(entry));
    else this.#findings.leave(kind);
  }

  file(entry: Entry, tree: FileTree, ranges: () => Iterable<ContentRange>): void {
    const { size } = entry.node;
    const map = sparseMap(size, ranges());
    if (map) this.#sparse(entry, map);
    else this.#tar.member(memberOf(entry, 'file', this.#path(entry), size));
    let at = 0;
    const lost = (offset: number, length: number, what: string): void =>
      this.#findings.lose({ path: pathText(entry.path), what: `bytes ${offset}-${offset + length - 1}: ${what}` });
    for (const range of ranges()) {
      if (!map && range.offset > at) this.#tar.zeros(range.offset - at);
      this.#range(tree, range, map !== undefined, lost);
      at = range.offset + range.length;
    }
    if (!map && at < size) this.#tar.zeros(size - at);
    if (map) this.#tar.zeros(map.padding);
  }

  #range(
    tree: FileTree,
    range: ContentRange,
    sparse: boolean,
    lost: (offset: number, length: number, what: string) => void,
  ): void {
    if (range.kind === 'lost') {
      lost(range.offset, range.length, range.what);
      if (!sparse) this.#tar.zeros(range.length);
    } else if (range.kind === 'bytes') {
      this.#tar.bytes(range.bytes);
      this.#findings.tick(range.length);
    } else
      this.#tar.range(this.#reader(tree), range.position, range.length, {
        tick: (bytes) => this.#findings.tick(bytes),
        lost: (offset, length, what) => lost(range.offset + offset, length, what),
      });
  }

  #reader({ reader }: FileTree): BlockReader {
    if (this.#behind?.reader !== reader) this.#behind = { reader, ahead: new ReadAhead(reader) };
    return this.#behind.ahead;
  }

  /** GNU's sparse format 1.0: the name and size in the extended header, the map before the data. */
  #sparse(entry: Entry, map: SparseMap): void {
    const path = this.#path(entry);
    const name = entry.path.at(-1) ?? Buffer.from('file');
    const parent = entry.path.length > 1 ? [joined(entry.path.slice(0, -1)), Buffer.from('/')] : [];
    const member = memberOf(
      entry,
      'file',
      Buffer.concat([...parent, Buffer.from('GNUSparseFile.0/'), name]),
      map.header.length + map.dataBytes + map.padding,
    );
    this.#tar.member({
      ...member,
      records: [
        ['GNU.sparse.major', '1'],
        ['GNU.sparse.minor', '0'],
        ['GNU.sparse.name', path],
        ['GNU.sparse.realsize', String(entry.node.size)],
      ],
    });
    this.#tar.bytes(map.header);
  }

  /** Never begins with a slash: names have none. */
  #path({ path }: Entry): Buffer {
    const name = path.at(-1) ?? DOT;
    const above = this.#above.at(-1) ?? EMPTY;
    if (above.length === 0) return name;
    const all = Buffer.allocUnsafe(above.length + name.length);
    all.set(above, 0);
    all.set(name, above.length);
    return all;
  }

  #member(entry: Entry, type: TarType, path: Buffer, link?: Buffer): void {
    const member = memberOf(entry, type, path, 0);
    if (link !== undefined) member.link = link;
    this.#tar.member(member);
  }
}

function memberOf({ node, attributes }: Entry, type: TarType, path: Buffer, size: number): TarMember {
  const { mode, uid, gid, mtime, rdev } = node;
  const member: TarMember = { type, path, mode, uid, gid, size, mtime };
  if (rdev && (type === 'char' || type === 'block')) member.rdev = rdev;
  if (attributes.length > 0 && type !== 'link') member.attributes = attributes;
  return member;
}

const DOT = Buffer.from('.');
const TOP = Buffer.from('./');
const SLASH = Buffer.from('/');
const EMPTY = Buffer.alloc(0);

const withSlash = (path: Buffer): Buffer => Buffer.concat([path, SLASH]);

/** Names with slashes between. */
const joined = (path: readonly Buffer[]): Buffer =>
  Buffer.concat(path.flatMap((name, i) => (i === 0 ? [name] : [SLASH, name])));
