import { FIRST_SUBVOLUME, INODE_REF } from './layout.ts';
import type { Subvolume } from './roots.ts';
import type { Volume } from './volume.ts';
import { walkTree } from './walk.ts';

/** Deeper than PATH_MAX allows: a chain of directories that is longer is a ring. */
const DEEPEST = 2048;

/**
 * Paths of subvolumes from the top of the file system, as UTF-8 text (bytes that are none become
 * U+FFFD); '' for the top level itself, absent where a part of the way could not be read.
 */
export function subvolumePaths(volume: Volume, subvolumes: readonly Subvolume[]): Map<number, string> {
  const byId = new Map(subvolumes.map((one) => [one.id, one]));
  const wanted = new Map<number, Set<number>>();
  for (const { parent } of subvolumes)
    if (parent) wanted.set(parent.id, (wanted.get(parent.id) ?? new Set()).add(parent.directory));
  const inside = new Map<number, Map<number, string>>();
  for (const [id, directories] of wanted) {
    const tree = byId.get(id);
    if (tree) inside.set(id, directoryPaths(volume, tree, directories));
  }
  const paths = new Map<number, string>();
  const pathOf = (one: Subvolume, depth: number): string | undefined => {
    const known = paths.get(one.id);
    if (known !== undefined || depth > 100) return known;
    if (!one.parent) return one.id < FIRST_SUBVOLUME ? '' : undefined;
    const above = byId.get(one.parent.id);
    const before = above && pathOf(above, depth + 1);
    const directory = inside.get(one.parent.id)?.get(one.parent.directory);
    if (before === undefined || directory === undefined) return undefined;
    return [before, directory, new TextDecoder().decode(one.parent.name)].filter((part) => part !== '').join('/');
  };
  for (const one of subvolumes) {
    const path = pathOf(one, 0);
    if (path !== undefined) paths.set(one.id, path);
  }
  return paths;
}

/** Paths of these directories inside one subvolume, reading only the leaves that name them. */
function directoryPaths(volume: Volume, tree: Subvolume, directories: ReadonlySet<number>): Map<number, string> {
  const parents = new Map<number, { parent: number; name: string }>();
  let open = [...directories].filter((id) => id > FIRST_SUBVOLUME);
  for (let depth = 0; open.length > 0 && depth < DEEPEST; depth++) {
    const ids = open.sort((a, b) => a - b);
    const before = parents.size;
    walkTree(
      volume,
      tree,
      (key, view, data, size) => {
        if (key.type !== INODE_REF || size < 10 || !includes(ids, key.id)) return;
        const length = Math.min(view.getUint16(data + 8, true), size - 10);
        const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + data + 10, length));
        parents.set(key.id, { parent: key.offset, name });
      },
      (low, high) => {
        const next = ids[firstNotBelow(ids, low.id)];
        return next !== undefined && (high === undefined || next <= high.id);
      },
    );
    if (parents.size === before) break;
    open = [...new Set(ids.map((id) => parents.get(id)?.parent))].filter(
      (id): id is number => id !== undefined && id > FIRST_SUBVOLUME && !parents.has(id),
    );
  }
  const paths = new Map<number, string>();
  for (const id of directories) {
    const parts: string[] = [];
    let at = id;
    for (; at > FIRST_SUBVOLUME && parts.length < DEEPEST; at = parents.get(at)?.parent ?? 0)
      parts.unshift(parents.get(at)?.name ?? '');
    if (at === FIRST_SUBVOLUME) paths.set(id, parts.join('/'));
  }
  return paths;
}

function firstNotBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function includes(sorted: readonly number[], value: number): boolean {
  return sorted[firstNotBelow(sorted, value)] === value;
}
