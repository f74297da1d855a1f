import type { BlockReader } from '../formats/block-reader.ts';
import type { ContentRange, FileNode, FileTree } from '../formats/file-tree.ts';
import { UllageError } from '../host/host.ts';
import type { OutputDirectory } from '../host/output-directory.ts';
import type { OutputMeta, OutputPart } from '../host/output-part.ts';
import { type Entry, pathText, type TreeSink } from './copy-tree.ts';
import { ReadAhead } from './read-ahead.ts';
import { readCarefully } from './read-carefully.ts';
import type { Findings } from './report.ts';

/** bytes read and written at once */
const ROOM = 4 * 2 ** 20;
/** a file of no more is read first and written at once */
const SMALL = 2 ** 20;

/**
 * A directory of this machine. Device nodes, fifos and sockets are left out (a node of a foreign
 * container on this host would be a door), extended attributes too: a tar archive keeps both.
 */
export class DirectorySink implements TreeSink {
  readonly #out: OutputDirectory;
  readonly #findings: Findings;
  readonly #room = Buffer.allocUnsafeSlow(ROOM);
  #behind: { reader: BlockReader; ahead: BlockReader } | undefined;

  constructor(out: OutputDirectory, findings: Findings) {
    this.#out = out;
    this.#findings = findings;
  }

  enter(entry: Entry): boolean {
    this.#attributes(entry);
    const name = entry.path.at(-1);
    return name === undefined || this.#try(entry, () => this.#out.enter(name));
  }

  leave(entry: Entry): void {
    this.#try(entry, () => this.#out.leave(metaOf(entry.node)));
  }

  symlink(entry: Entry, target: Buffer): void {
    this.#attributes(entry);
    this.#try(entry, () => this.#out.symlink(nameOf(entry), target, metaOf(entry.node)));
  }

  link(entry: Entry, to: readonly Buffer[]): void {
    this.#try(entry, () => this.#out.link(nameOf(entry), to));
  }

  special(entry: Entry): void {
    this.#findings.leave(entry.node.kind);
  }

  file(entry: Entry, tree: FileTree, ranges: () => Iterable<ContentRange>): void {
    this.#attributes(entry);
    this.#try(entry, () => {
      const meta = metaOf(entry.node);
      const bytes = this.#small(entry, tree, ranges);
      if (bytes) return this.#out.whole(nameOf(entry), bytes, meta);
      const part = this.#out.file(nameOf(entry), entry.node.size, meta);
      if (!part) return;
      try {
        this.#content(entry, tree, ranges(), part);
      } catch (error) {
        part.abandon();
        throw error;
      }
      part.finish(entry.node.size, meta);
    });
  }

  /** All of a small file; undefined where it is larger, has holes or ranges that are lost. */
  #small(entry: Entry, tree: FileTree, ranges: () => Iterable<ContentRange>): Buffer | undefined {
    const { size } = entry.node;
    if (size > SMALL) return undefined;
    let at = 0;
    const data: (ContentRange & { kind: 'data' })[] = [];
    for (const range of ranges()) {
      if (range.kind === 'lost' || range.offset !== at) return undefined;
      if (range.kind === 'bytes') this.#room.set(range.bytes, at);
      else data.push(range);
      at += range.length;
    }
    if (at !== size) return undefined;
    for (const { offset, length, position } of data)
      readCarefully(this.#reader(tree), this.#room.subarray(offset, offset + length), position, (from, bytes, what) =>
        this.#lost(entry, offset + from - position, bytes, what),
      );
    this.#findings.tick(size);
    return this.#room.subarray(0, size);
  }

  #content(entry: Entry, tree: FileTree, ranges: Iterable<ContentRange>, part: OutputPart): void {
    for (const range of ranges) {
      if (range.kind === 'lost') this.#lost(entry, range.offset, range.length, range.what);
      else if (range.kind === 'bytes') {
        part.write(range.bytes, range.offset);
        this.#findings.tick(range.length);
      } else
        for (let done = 0; done < range.length; done += ROOM) {
          const piece = this.#room.subarray(0, Math.min(ROOM, range.length - done));
          readCarefully(tree.reader, piece, range.position + done, (at, length, what) =>
            this.#lost(entry, range.offset + at - range.position, length, what),
          );
          part.write(piece, range.offset + done);
          this.#findings.tick(piece.length);
        }
    }
  }

  #lost({ path }: Entry, offset: number, length: number, what: string): void {
    this.#findings.lose({ path: pathText(path), what: `bytes ${offset}-${offset + length - 1}: ${what}` });
  }

  #reader({ reader }: FileTree): BlockReader {
    if (this.#behind?.reader !== reader) this.#behind = { reader, ahead: new ReadAhead(reader) };
    return this.#behind.ahead;
  }

  #attributes({ attributes }: Entry): void {
    if (attributes.length > 0) this.#findings.leave('extended attributes');
  }

  /** What cannot be made is left out and told; a target without room ends it all. */
  #try(entry: Entry, body: () => void): boolean {
    try {
      body();
      return true;
    } catch (error) {
      if (!(error instanceof UllageError) || error.what === 'no room in the target') throw error;
      this.#findings.lose({ path: pathText(entry.path), what: `${error.what}: ${error.where}` });
      return false;
    }
  }
}

const nameOf = (entry: Entry): Buffer => entry.path.at(-1) ?? Buffer.from('file');

function metaOf(node: FileNode): OutputMeta {
  const time = ({ seconds, nanoseconds }: { seconds: number; nanoseconds: number }): number =>
    seconds + nanoseconds / 1e9;
  return { mode: node.mode, uid: node.uid, gid: node.gid, atime: time(node.atime), mtime: time(node.mtime) };
}
