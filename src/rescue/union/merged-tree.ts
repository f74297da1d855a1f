import type { DirectoryEntry, FileNode, FileTree, OnDamage, TreePart } from '../../formats/file-tree.ts';
import { FormatError } from '../../formats/format-error.ts';
import { isMarker, isWhiteout, type Markers, markerName, markersOf } from './markers.ts';

/** A file or directory in one of the layers. */
interface Place {
  layer: number;
  inode: number;
}

/** A name while the layers of its directory are gone through, the upper first. */
interface Met {
  name: Buffer;
  places: Place[];
  /** what layers below have of it belongs to it too */
  open: boolean;
  doubtful?: string;
}

export interface MergeOptions {
  /** `.wh.NAME` hides NAME below it (aufs, fuse-overlayfs) */
  namesHide: boolean;
  /** full sentences, each told as damage of the root directory: layers that are missing */
  missing: readonly string[];
}

/** names gone through for the renamed things of one directory: more is a maze that somebody made */
const MOST_STEPS = 100_000;

const quiet = (): void => {};

/**
 * Layers put together as overlayfs shows them.
 * @param layers the uppermost first, at least one; all in one file system, or all directories of this machine
 */
export function mergedTree(layers: readonly TreePart[], { namesHide, missing }: MergeOptions): TreePart {
  const [upper] = layers;
  if (!upper) throw new RangeError('no layers');
  const numbers = new Map<string, number>();
  /** of each number: the places of a directory, or of a file and of its content */
  const placesOf: Place[][] = [];
  const numberOf = (places: Place[]): number => {
    const [top] = places;
    const key = `${top?.layer}:${top?.inode}`;
    let number = numbers.get(key);
    if (number === undefined) {
      placesOf.push(places);
      number = placesOf.length;
      numbers.set(key, number);
    }
    return number;
  };
  let steps = MOST_STEPS;
  const at = (inode: number): Place[] => {
    const places = placesOf[inode - 1];
    if (!places) throw new FormatError('no such inode', upper.tree.reader.name, 0, `${inode}`);
    return places;
  };
  const treeAt = ({ layer }: Place): FileTree => layers[layer]?.tree ?? upper.tree;
  const nodeAt = (place: Place): FileNode => treeAt(place).node(place.inode);
  const markersAt = (place: Place): Markers => markersOf(treeAt(place).attributes(nodeAt(place), quiet));
  const topOf = (inode: number): Place => at(inode)[0] as Place;
  const contentOf = (inode: number): Place => at(inode).at(-1) as Place;

  /** The same thing in the layers below, where it was renamed: by a path from the root, or a name beside it. */
  const redirected = (from: Place, to: Buffer, parents: readonly Place[]): Place[] => {
    const absolute = to[0] === 0x2f;
    const starts = absolute ? layers.map(({ top }, layer) => ({ layer, inode: top })) : parents;
    let places = starts.filter(({ layer }) => layer > from.layer);
    for (const step of to.toString('latin1').split('/')) {
      if (step === '') continue;
      if (steps-- <= 0)
        throw new FormatError('a directory renamed to a place that is not found', upper.tree.reader.name, 0);
      places = gather(places, quiet, step).get(step)?.places ?? [];
    }
    return places;
  };

  /** What the layers say of the names in a directory, or of one of them. */
  function gather(parents: readonly Place[], damaged: OnDamage, only?: string): Map<string, Met> {
    const met = new Map<string, Met>();
    for (const parent of parents) {
      const hidden: Buffer[] = [];
      let opaque = false;
      for (const entry of treeAt(parent).entries(nodeAt(parent), damaged)) {
        const marker = namesHide ? markerName(entry.name) : undefined;
        if (marker === 'opaque') opaque = true;
        else if (marker !== undefined && marker !== 'own') hidden.push(marker.hides);
        if (marker === undefined && (only === undefined || entry.name.toString('latin1') === only))
          take(met, { layer: parent.layer, inode: entry.inode }, entry, parents);
      }
      if (opaque) break;
      for (const name of hidden) {
        const key = name.toString('latin1');
        const before = met.get(key);
        if (before) before.open = false;
        else met.set(key, { name, places: [], open: false });
      }
    }
    return met;
  }

  function* entries(directory: FileNode, damaged: OnDamage): Iterable<DirectoryEntry> {
    const parents = at(directory.inode);
    if (directory.inode === root)
      for (const what of missing) damaged({ what, source: upper?.tree.reader.name ?? '', offset: 0 });
    steps = MOST_STEPS;
    const met = gather(parents, damaged);
    for (const { name, places, doubtful } of met.values())
      if (places.length > 0) yield { name, inode: numberOf(places), ...(doubtful === undefined ? {} : { doubtful }) };
  }

  /** One more layer's word on a name. */
  function take(met: Map<string, Met>, place: Place, entry: DirectoryEntry, parents: readonly Place[]): void {
    const key = entry.name.toString('latin1');
    const before = met.get(key);
    if (before && !before.open) return;
    let node: FileNode | undefined;
    try {
      node = nodeAt(place);
    } catch (error) {
      // whoever asks for it by its number is told
      if (!(error instanceof FormatError)) throw error;
    }
    if (before) {
      before.open = node?.kind === 'directory';
      if (!before.open) return;
      before.places.push(place);
      try {
        before.open = !markersAt(place).opaque;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        before.doubtful ??= `what layers below have of it is not known: ${error.message}`;
      }
      return;
    }
    const one: Met = { name: entry.name, places: [], open: false };
    if (entry.doubtful !== undefined) one.doubtful = entry.doubtful;
    met.set(key, one);
    if (node && isWhiteout(node)) return;
    one.places.push(place);
    if (!node || parents.at(-1)?.layer === place.layer) return;
    try {
      deepen(one, place, node, parents);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      one.doubtful ??= `what layers below have of it is not known: ${error.message}`;
    }
  }

  /** What the layers below add to a directory, or to a file that has nothing but attributes here. */
  function deepen(one: Met, place: Place, node: FileNode, parents: readonly Place[]): void {
    if (node.kind === 'directory') {
      const { redirect, opaque } = markersAt(place);
      one.open = redirect === undefined && !opaque;
      if (redirect !== undefined) one.places.push(...redirected(place, redirect, parents));
    } else if (node.kind === 'file' && node.size > 0) {
      const { metacopy, redirect } = markersAt(place);
      if (metacopy) one.places.push(...redirected(place, redirect ?? one.name, parents).slice(-1));
    }
  }

  const root = numberOf(layers.map(({ top }, layer) => ({ layer, inode: top })));
  const tree: FileTree = {
    ...upper.tree,
    // positions of content are the same in all of them: they lie in one file system
    reader: upper.tree.reader,
    get state() {
      const notes = new Set(layers.flatMap((layer) => layer.tree.state.notes));
      return { ...upper.tree.state, notes: [...notes] };
    },
    root,
    node: (inode) => ({ ...nodeAt(topOf(inode)), inode }),
    entries,
    ranges: (file) => treeAt(contentOf(file.inode)).ranges(nodeAt(contentOf(file.inode))),
    target: (symlink) => treeAt(topOf(symlink.inode)).target(nodeAt(topOf(symlink.inode))),
    attributes: (node, damaged) =>
      treeAt(topOf(node.inode))
        .attributes(nodeAt(topOf(node.inode)), damaged)
        .filter((one) => !isMarker(one)),
  };
  return { tree, top: root };
}
