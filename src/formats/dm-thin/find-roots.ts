import type { BlockReader } from '../block-reader.ts';
import { readBytes } from '../block-reader.ts';
import { type MetadataBlocks, metadataBlocks } from './blocks.ts';
import { type DeviceDetails, readDevices } from './devices.ts';
import { BLOCK } from './layout.ts';
import { KIND, type Scan, scanNodes } from './scan.ts';
import { type Subtree, subtrees } from './subtrees.ts';
import { type Superblock, unpackSuperblock } from './superblock.ts';
import { noReferences, type References } from './tree.ts';

/** A pair of roots that could have been the pool's. */
export interface RootCandidate {
  mappingRoot: number;
  detailsRoot: number;
  devices: number;
  /** devices whose whole mapping tree is there and as large as their details say */
  matching: number;
  mapped: number;
  /** latest transaction that made a device, latest time of a device or mapping */
  transaction: number;
  time: number;
  /** the pool has at least so many data blocks */
  dataBlocks: number;
  /** a superblock, or what is left of one, points to it */
  named?: 'superblock' | 'metadata snapshot';
}

/** Candidates that are handed back. */
const KEPT = 20;
/** Roots of each kind that are compared: a busy pool leaves thousands of old ones behind. */
const COMPARED = 256;
/** Details roots of the same devices that are tried where none fits exactly. */
const TRIED = 8;

/**
 * Looks at every block of a metadata device whose superblock is gone for the roots of the two trees
 * that a pool hangs on. The kernel never writes over a node in use, so that roots of older
 * transactions are found too: the most complete and the latest come first.
 */
export function findRoots(reader: BlockReader): RootCandidate[] {
  const blocks = metadataBlocks(reader);
  const scan = scanNodes(blocks);
  const below = subtrees(scan);
  const inside = new Uint8Array(blocks.count); // a child of another node of the same tree
  for (let block = 0; block < blocks.count; block++) {
    if (scan.kind[block] !== KIND.internal) continue;
    const from = scan.starts[block] as number;
    for (let k = from; k < from + (scan.entries[block] as number); k++) inside[scan.children.items[k] as number] = 1;
  }
  const named = namedRoots(reader, scan);
  const uppers: number[] = [];
  const details: number[] = [];
  for (let block = 1; block < blocks.count; block++) {
    if (scan.kind[block] === KIND.none || (inside[block] === 1 && !named.has(block))) continue;
    const { leaves } = below(block);
    if (leaves === KIND.upper) uppers.push(block);
    else if (leaves === KIND.details) details.push(block);
  }
  const references = noReferences(blocks);
  const sides = {
    uppers: latest(uppers, named).map((root) => ({ root, devices: devicesOf(blocks, root, 0, references) })),
    details: latest(details, named).map((root) => ({ root, devices: devicesOf(blocks, 0, root, references) })),
  };
  return pairs(sides, below, named).sort(better).slice(0, KEPT);
}

type Found = Map<number, { root?: number; details?: DeviceDetails }>;

function devicesOf(blocks: MetadataBlocks, mappingRoot: number, detailsRoot: number, references: References): Found {
  return new Map(readDevices(blocks, { mappingRoot, detailsRoot }, [], references).map((entry) => [entry.id, entry]));
}

/** Of too many roots, those in the highest blocks: the kernel's allocator goes upwards. */
function latest(roots: number[], named: ReadonlyMap<number, unknown>): number[] {
  if (roots.length <= COMPARED) return roots;
  return [...roots.filter((root) => named.has(root)), ...roots.slice(-COMPARED).filter((root) => !named.has(root))];
}

/** Roots that superblocks point to, among them a damaged one at block 0. */
function namedRoots(reader: BlockReader, scan: Scan): Map<number, NonNullable<RootCandidate['named']>> {
  const named = new Map<number, NonNullable<RootCandidate['named']>>();
  for (const block of [...scan.superblocks.filter((at) => at !== 0), 0]) {
    let found: Superblock;
    try {
      found = unpackSuperblock(new Int32Array(readBytes(reader, block * BLOCK, BLOCK).buffer));
    } catch {
      continue; // what cannot be read names nothing
    }
    for (const root of [found.mappingRoot, found.detailsRoot])
      named.set(root, block === 0 ? 'superblock' : 'metadata snapshot');
  }
  return named;
}

interface Sides {
  uppers: { root: number; devices: Found }[];
  details: { root: number; devices: Found }[];
}

/** Each mapping root with the details that fit it best, and each details root with its best mappings. */
function pairs(
  sides: Sides,
  below: (block: number) => Subtree,
  named: Map<number, NonNullable<RootCandidate['named']>>,
): RootCandidate[] {
  const byIds = new Map<string, Sides['details']>();
  const byCounts = new Map<string, Sides['details'][number]>();
  for (const one of sides.details) {
    const ids = [...one.devices.keys()].join();
    const same = byIds.get(ids);
    if (same) same.push(one);
    else byIds.set(ids, [one]);
    byCounts.set([...one.devices].map(([id, { details }]) => `${id}:${details?.mapped}`).join(), one);
  }
  const found: RootCandidate[] = [];
  for (const upper of sides.uppers) {
    const same = byIds.get([...upper.devices.keys()].join()) ?? [];
    const exact = byCounts.get(
      [...upper.devices].map(([id, { root }]) => `${id}:${root === undefined ? undefined : below(root).total}`).join(),
    );
    const tried = new Set([
      ...same.filter(({ root }) => named.has(root)),
      ...same.slice(-TRIED),
      ...(exact ? [exact] : []),
    ]);
    const [best] = [...tried].map((one) => rate(upper, one, below, named)).sort(better);
    if (best) found.push(best);
  }
  return found;
}

function rate(
  upper: Sides['uppers'][number],
  side: Sides['details'][number],
  below: (block: number) => Subtree,
  named: Map<number, NonNullable<RootCandidate['named']>>,
): RootCandidate {
  const candidate: RootCandidate = {
    mappingRoot: upper.root,
    detailsRoot: side.root,
    devices: upper.devices.size,
    matching: 0,
    mapped: 0,
    transaction: 0,
    time: 0,
    dataBlocks: 0,
  };
  for (const [id, { root }] of upper.devices) {
    const tree = root === undefined ? undefined : below(root);
    const says = side.devices.get(id)?.details;
    if (!says) continue;
    candidate.transaction = Math.max(candidate.transaction, says.transaction);
    candidate.time = Math.max(candidate.time, says.created, says.snapped);
    if (!tree || tree.height < 0) continue;
    // what a device points to is of mappings, where it may be
    if (tree.leaves !== KIND.mapping && !tree.unsure && tree.total > 0) continue;
    candidate.mapped += tree.total;
    candidate.time = Math.max(candidate.time, tree.time);
    if (tree.total > 0) candidate.dataBlocks = Math.max(candidate.dataBlocks, tree.highest + 1);
    if (tree.total === says.mapped) candidate.matching++;
  }
  const by = named.get(upper.root);
  if (by && by === named.get(side.root)) candidate.named = by;
  return candidate;
}

/** Whole before broken, then later before earlier, then larger; a superblock's word breaks a tie. */
function better(a: RootCandidate, b: RootCandidate): number {
  const broken = (one: RootCandidate): number => one.devices - one.matching;
  return (
    Math.min(1, broken(a)) - Math.min(1, broken(b)) ||
    (b.named === 'superblock' ? 1 : 0) - (a.named === 'superblock' ? 1 : 0) ||
    b.transaction - a.transaction ||
    b.time - a.time ||
    b.matching - a.matching ||
    b.mapped - a.mapped ||
    b.mappingRoot - a.mappingRoot ||
    b.detailsRoot - a.detailsRoot
  );
}
