import type { ExtendedAttribute, OnDamage } from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { AttributeBlocks } from './attribute-fork.ts';
import { leafAttributes, type RemoteAttribute } from './attribute-leaf.ts';
import { type RawAttribute, visibleAttribute } from './attribute-names.ts';
import { shortformAttributes } from './attribute-short.ts';
import type { Fork, Inode } from './inode.ts';
import type { Volume } from './volume.ts';

/** XATTR_SIZE_MAX */
const LONGEST_VALUE = 65536;
/** Bytes of attributes of one file that are kept: a list the kernel could give out is far smaller. */
const MOST = 256 * 2 ** 20;

const MAGICS = { 4: { leaf: 0xfbee, node: 0xfebe }, 5: { leaf: 0x3bee, node: 0x3ebe } } as const;

type Found = RawAttribute | RemoteAttribute | string;

/** All that can be read; what cannot is told. */
export function inodeAttributes(volume: Volume, inode: Inode, damaged: OnDamage): ExtendedAttribute[] {
  const fork = inode.attribute;
  if (fork === undefined || (fork.format === 'extents' && fork.extents === 0)) return [];
  const source = `${volume.reader.name}, inode ${inode.inode}`;
  const report = (what: string, offset: number): void =>
    damaged({ what: `extended attributes: ${what}`, source, offset, lost: 'extended attributes' });
  const list: ExtendedAttribute[] = [];
  try {
    collect(volume, fork, list, report);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(error.detail === '' ? error.what : `${error.what} (${error.detail})`, error.offset);
  }
  return list;
}

function collect(
  volume: Volume,
  fork: Fork,
  list: ExtendedAttribute[],
  report: (what: string, offset: number) => void,
): void {
  const blocks = fork.format === 'local' ? undefined : new AttributeBlocks(volume, fork);
  for (const lost of blocks?.lost ?? []) report(lost, fork.position);
  const found = blocks === undefined ? shortformAttributes(fork.bytes) : treeAttributes(volume, blocks, report);
  let kept = 0;
  for (const one of found) {
    const attribute = typeof one === 'string' ? one : visible(one, blocks);
    if (typeof attribute === 'string') report(attribute, fork.position);
    else if (attribute !== undefined) {
      list.push(attribute);
      kept += attribute.value.length + attribute.name.length;
      if (kept > MOST) throw new FormatError('more than can be', volume.reader.name, fork.position);
    }
  }
}

function visible(
  one: RawAttribute | RemoteAttribute,
  blocks: AttributeBlocks | undefined,
): ExtendedAttribute | string | undefined {
  if ('value' in one) return visibleAttribute(one);
  const shown = visibleAttribute({ ...one, value: Buffer.alloc(0) });
  // an incomplete attribute's blocks may not be there yet; an empty ACL is none
  if (shown === undefined || blocks === undefined) return undefined;
  if (one.length > LONGEST_VALUE) return `a value of ${one.length} bytes`;
  try {
    return visibleAttribute({ ...one, value: blocks.readValue(one.block, one.length) });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return `value of an attribute: ${error.what}`;
  }
}

/** Every leaf of the tree, or the one leaf there is. */
function* treeAttributes(
  volume: Volume,
  blocks: AttributeBlocks,
  report: (what: string, offset: number) => void,
): Generator<Found> {
  const { version } = volume.sb;
  const seen = new Set<number>();
  const stack: { number: number; level: number | undefined }[] = [{ number: 0, level: undefined }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next.number)) {
      report('block is in the tree twice', 0);
      continue;
    }
    seen.add(next.number);
    try {
      const { bytes, position, magic } = blocks.readTree(next.number);
      if (magic === MAGICS[version].leaf && (next.level ?? 0) === 0) yield* leafAttributes(bytes, version);
      else if (magic === MAGICS[version].node && next.level !== 0)
        stack.push(...nodeChildren(bytes, version, next.level));
      else throw new FormatError('no block of the attribute tree', volume.reader.name, position);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      report(error.what, error.offset);
    }
  }
}

/** xfs_da_intnode: children in the order they are to be popped. */
function nodeChildren(
  bytes: Buffer,
  version: 4 | 5,
  expected: number | undefined,
): { number: number; level: number }[] {
  const at = version === 5 ? 56 : 12;
  const header = version === 5 ? 64 : 16;
  const count = bytes.readUInt16BE(at);
  const level = bytes.readUInt16BE(at + 2);
  // XFS_DA_NODE_MAXDEPTH
  if (level < 1 || level > 5 || (expected !== undefined && level !== expected) || header + count * 8 > bytes.length)
    throw new FormatError(
      'node of the attribute tree is impossible',
      'attributes',
      0,
      `level ${level}, ${count} children`,
    );
  return Array.from({ length: count }, (_, i) => ({
    number: bytes.readUInt32BE(header + (count - 1 - i) * 8 + 4),
    level: level - 1,
  }));
}
