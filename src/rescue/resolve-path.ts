import type { FileNode, TreePart } from '../formats/file-tree.ts';
import { UllageError } from '../host/host.ts';

/** MAXSYMLINKS, include/linux/namei.h */
const MOST_LINKS = 40;

/**
 * The inode at a path of a container, as a process whose root is `part` would find it: `..` never
 * leads above that root, and absolute symlinks begin there.
 * @throws UllageError where there is none
 */
export function resolvePath(part: TreePart, path: string): { inode: number; name: Buffer } {
  const { tree, top } = part;
  const stack: { node: FileNode; name: Buffer }[] = [{ node: tree.node(top), name: Buffer.from('file') }];
  const left = Buffer.from(path, 'utf8');
  let parts = split(left);
  let links = 0;
  const missing = (why: string): UllageError =>
    new UllageError(why, path, 'Paths begin at the root of the container: / takes all of it');
  while (parts.length > 0) {
    const [name, ...rest] = parts;
    parts = rest;
    if (!name || name.length === 0 || name.equals(Buffer.from('.'))) continue;
    if (name.equals(Buffer.from('..'))) {
      if (stack.length > 1) stack.pop();
      continue;
    }
    const here = stack.at(-1)?.node;
    if (here?.kind !== 'directory') throw missing('not a directory on the way');
    const found = childOf(part, here, name);
    if (!found) throw missing('no such file');
    if (found.kind === 'symlink' && parts.length > 0) {
      if (++links > MOST_LINKS) throw missing('too many symlinks on the way');
      const target = tree.target(found);
      if (target[0] === 0x2f) stack.splice(1);
      parts = [...split(target), ...parts];
    } else stack.push({ node: found, name });
  }
  const last = stack.at(-1);
  return { inode: last?.node.inode ?? top, name: last?.name ?? Buffer.from('file') };
}

function childOf({ tree }: TreePart, directory: FileNode, name: Buffer): FileNode | undefined {
  for (const entry of tree.entries(directory, () => {})) if (entry.name.equals(name)) return tree.node(entry.inode);
  return undefined;
}

function split(path: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = path.indexOf(0x2f); at >= 0; at = path.indexOf(0x2f, from)) {
    parts.push(path.subarray(from, at));
    from = at + 1;
  }
  return [...parts, path.subarray(from)];
}
