import type { FileNode, FileTree } from '../../../src/formats/file-tree.ts';
import { FormatError } from '../../../src/formats/format-error.ts';

/** What a reader says of a path in one line, and whether it said that it may be wrong. */
export interface Glance {
  line: string;
  doubtful: boolean;
}

const MOST_NAMES = 100_000;
const MOST_RANGES = 100_000;

/**
 * The whole tree, a line a path: everything but the content, for which the places it lies in
 * stand. Bounded, as hostile images are looked at too.
 */
export function glanceTree(tree: FileTree): { paths: Map<string, Glance>; damage: number } {
  const paths = new Map<string, Glance>();
  const seen = new Set<number>();
  let damage = 0;
  const queue: { inode: number; path: string; doubtful: boolean }[] = [
    { inode: tree.root, path: '/', doubtful: false },
  ];
  for (let next = queue.pop(); next !== undefined && paths.size < MOST_NAMES; next = queue.pop()) {
    let own = 0;
    const damaged = (): void => {
      own++;
      damage++;
    };
    try {
      const node = tree.node(next.inode);
      const line = lineOf(tree, node, damaged);
      paths.set(next.path, { line, doubtful: next.doubtful || own > 0 || node.doubtful !== undefined });
      if (node.kind !== 'directory' || seen.has(node.inode)) continue;
      seen.add(node.inode);
      for (const entry of tree.entries(node, damaged)) {
        queue.push({
          inode: entry.inode,
          path: `${next.path}${next.path === '/' ? '' : '/'}${entry.name.toString('latin1')}`,
          doubtful: next.doubtful || entry.doubtful !== undefined,
        });
        if (queue.length > MOST_NAMES) break;
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damage++;
    }
  }
  return { paths, damage };
}

/** A plain text: tens of thousands of them are made for each of thousands of images, and a digest costs more. */
function lineOf(tree: FileTree, node: FileNode, damaged: () => void): string {
  const { inode, kind, mode, uid, gid, size, nlink, atime, mtime, ctime, rdev } = node;
  let line = `${inode} ${kind} ${mode} ${uid} ${gid} ${size} ${nlink}`;
  for (const { seconds, nanoseconds } of [atime, mtime, ctime]) line += ` ${seconds}.${nanoseconds}`;
  if (rdev) line += ` ${rdev.major}:${rdev.minor}`;
  for (const { name, value } of tree.attributes(node, damaged))
    line += ` ${name.toString('latin1')}=${value.toString('latin1')}`;
  if (kind === 'symlink') line += ` ${tree.target(node).toString('latin1')}`;
  if (kind === 'file') {
    let count = 0;
    for (const range of tree.ranges(node)) {
      if (range.kind === 'lost') damaged();
      line += ` ${range.kind} ${range.offset} ${range.length} ${range.kind === 'data' ? range.position : ''}`;
      if (++count > MOST_RANGES) break;
    }
  }
  return line;
}
