import type { ContentRange, ExtendedAttribute, FileNode, FileTree } from '../formats/file-tree.ts';
import { FormatError } from '../formats/format-error.ts';
import { UllageError } from '../host/host.ts';
import type { Findings } from './report.ts';

/** One thing to be put into a target. */
export interface Entry {
  /** names from the top of what is copied; none for the top itself */
  path: readonly Buffer[];
  node: FileNode;
  attributes: readonly ExtendedAttribute[];
}

/** What a copy is made of: a tar archive, a directory. */
export interface TreeSink {
  /** false where it cannot be made: what is in it is left out */
  enter(entry: Entry): boolean;
  /** everything in the directory last entered is done */
  leave(entry: Entry): void;
  /** @param ranges of its content, to be walked as often as needed */
  file(entry: Entry, tree: FileTree, ranges: () => Iterable<ContentRange>): void;
  symlink(entry: Entry, target: Buffer): void;
  /** another name of a file that was put in before */
  link(entry: Entry, to: readonly Buffer[]): void;
  /** a device node, fifo or socket */
  special(entry: Entry): void;
}

/** deeper than any path that a program can name (PATH_MAX, two bytes a name) */
const DEEPEST = 2048;

interface Level {
  entry: Entry;
  children: Iterator<{ name: Buffer; inode: number; doubtful?: string }>;
  names: Set<string>;
}

/** Names as people read them: bytes that are no UTF-8 show as replacement characters. */
export const pathText = (path: readonly Buffer[]): string =>
  Buffer.concat(path.flatMap((name) => [Buffer.from('/'), name])).toString('utf8') || '/';

/**
 * Copies a directory and all in it. Damage is told to `findings` and the copy goes on; each
 * directory is entered once, so that no loop is followed.
 */
export function copyTree(tree: FileTree, top: number, sink: TreeSink, findings: Findings): void {
  const entered = new Set<number>();
  const linked = new Map<number, readonly Buffer[]>();
  const budget = new ReadBudget(tree);
  const levels: Level[] = [];

  const place = (path: readonly Buffer[], inode: number, doubt: string | undefined): void => {
    const text = (): string => pathText(path);
    let entry: Entry;
    try {
      const node = tree.node(inode);
      const doubtful = doubt ?? node.doubtful;
      if (doubtful !== undefined) findings.lose({ path: text(), what: doubtful });
      entry = { path, node, attributes: tree.attributes(node, findings.damaged(text)) };
    } catch (error) {
      findings.lose({ path: text(), what: messageOf(error) });
      return;
    }
    const { node } = entry;
    if (node.kind === 'directory') {
      open(entry);
      return;
    }
    findings.entries++;
    // a node that a target leaves out cannot be linked to
    const links = node.nlink > 1 && (node.kind === 'file' || node.kind === 'symlink');
    const before = links ? linked.get(node.inode) : undefined;
    if (before) {
      sink.link(entry, before);
      return;
    }
    if (node.kind === 'symlink') {
      let target: Buffer;
      try {
        target = tree.target(node);
      } catch (error) {
        findings.lose({ path: text(), what: messageOf(error) });
        return;
      }
      if (target.includes(0)) {
        findings.lose({ path: text(), what: 'a symlink whose target has a NUL in it' });
        return;
      }
      sink.symlink(entry, target);
    } else if (node.kind === 'file') {
      sink.file(entry, tree, () => budget.within(() => tree.ranges(node), node.size));
      budget.settle();
    } else sink.special(entry);
    if (links) linked.set(node.inode, path);
  };

  const open = (entry: Entry): void => {
    if (entered.has(entry.node.inode)) {
      findings.lose({ path: pathText(entry.path), what: 'a directory that stands in two places: it is taken once' });
      return;
    }
    if (levels.length >= DEEPEST) {
      findings.lose({ path: `${pathText(entry.path).slice(0, 200)}…`, what: `directories more than ${DEEPEST} deep` });
      return;
    }
    entered.add(entry.node.inode);
    if (!sink.enter(entry)) return;
    findings.entries++;
    const children = tree
      .entries(
        entry.node,
        findings.damaged(() => pathText(entry.path)),
      )
      [Symbol.iterator]();
    levels.push({ entry, children, names: new Set() });
  };

  place([], top, undefined);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const next = nextChild(level, findings);
    if (next === undefined) {
      levels.pop();
      sink.leave(level.entry);
      continue;
    }
    const key = next.name.toString('latin1');
    const path = [...level.entry.path, next.name];
    if (level.names.has(key))
      findings.lose({ path: pathText(path), what: 'a name that stands twice in its directory' });
    else {
      level.names.add(key);
      place(path, next.inode, next.doubtful);
    }
  }
}

function nextChild(level: Level, findings: Findings): { name: Buffer; inode: number; doubtful?: string } | undefined {
  try {
    const next = level.children.next();
    return next.done ? undefined : next.value;
  } catch (error) {
    findings.lose({ path: pathText(level.entry.path), what: `the rest of the directory: ${messageOf(error)}` });
    return undefined;
  }
}

/** The message of an error that bad bytes or a bad disk make; anything else is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof FormatError || error instanceof UllageError) return error.message;
  throw error;
}

/**
 * Where no two files can share blocks, all files together hold no more than the file system:
 * what is claimed twice is a trick or damage, and would fill the target.
 */
class ReadBudget {
  #left: number;
  /** of the present file, in its longest walk */
  #used = 0;

  constructor(tree: FileTree) {
    const shares = tree.features.some((name) => name === 'reflink' || name === 'shared_blocks');
    this.#left = shares ? Number.POSITIVE_INFINITY : tree.usage.bytes;
  }

  /**
   * The ranges of a file, which may be walked twice: a map, then the bytes. Where they contradict
   * themselves the rest of the file is lost, and no other.
   */
  *within(ranges: () => Iterable<ContentRange>, size: number): Iterable<ContentRange> {
    let used = 0;
    let end = 0;
    try {
      for (const range of ranges()) {
        end = range.offset + range.length;
        if (range.kind === 'data') used += range.length;
        if (used > this.#used) this.#used = used;
        if (used <= this.#left) yield range;
        else
          yield { kind: 'lost', offset: range.offset, length: range.length, what: 'blocks that other files claim too' };
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      if (end < size) yield { kind: 'lost', offset: end, length: size - end, what: error.message };
    }
  }

  /** The present file is done. */
  settle(): void {
    this.#left -= this.#used;
    this.#used = 0;
  }
}
