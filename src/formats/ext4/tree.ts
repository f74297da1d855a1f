import { type BlockReader, readBytes } from '../block-reader.ts';
import { crc32c } from '../crc32c.ts';
import {
  type ContentRange,
  type DirectoryEntry,
  type ExtendedAttribute,
  type FileNode,
  type FileTree,
  type OnDamage,
  readContent,
  type TreeState,
} from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { userAcl } from './acl.ts';
import { attributeName, blockAttributes, inodeAttributes, isInlineData, type RawAttribute } from './attributes.ts';
import { contentRanges, type InlineData, inodeMap } from './content.ts';
import { directoryBlockIsGood, records } from './directory.ts';
import type { MappingSource } from './extents.ts';
import { type Ext4Inode, INODE_FLAG } from './inode.ts';
import { InodeTable } from './inode-table.ts';
import type { Superblock } from './superblock.ts';

/** XATTR_SIZE_MAX, include/uapi/linux/limits.h: no value is longer */
const LONGEST_VALUE = 65_536;
/** PATH_MAX */
const LONGEST_TARGET = 4096;

interface Identity {
  label: string;
  uuid: string;
  features: readonly string[];
  state: TreeState;
}

/** An ext4 file system as a {@link FileTree}. */
export class Ext4Tree implements FileTree {
  readonly format = 'ext4';
  readonly root = 2;
  readonly label: string;
  readonly uuid: string;
  readonly features: readonly string[];
  readonly state: TreeState;
  readonly blockSize: number;
  readonly usage: FileTree['usage'];
  readonly reader: BlockReader;
  readonly #superblock: Superblock;
  readonly #inodes: InodeTable;
  /** room for one block of a directory */
  #names: Buffer | undefined;

  constructor(reader: BlockReader, superblock: Superblock, identity: Identity) {
    this.reader = reader;
    this.#superblock = superblock;
    this.#inodes = new InodeTable(reader, superblock);
    this.label = identity.label;
    this.uuid = identity.uuid;
    this.features = identity.features;
    this.state = identity.state;
    const { blockSize, blocks, freeBlocks, inodes, freeInodes } = superblock;
    this.blockSize = blockSize;
    this.usage = { bytes: blocks * blockSize, freeBytes: freeBlocks * blockSize, inodes, freeInodes };
  }

  node(inode: number): Ext4Inode {
    const node = this.#inodes.get(inode);
    const { notes } = this.#inodes.groups;
    if (notes.size > 0) for (const note of notes) if (!this.state.notes.includes(note)) this.state.notes.push(note);
    return node;
  }

  *entries(directory: FileNode, damaged: OnDamage): Iterable<DirectoryEntry> {
    const node = this.#own(directory);
    const problem = (offset: number) => (what: string, at: number) =>
      damaged({
        what,
        source: `${this.reader.name}, directory inode ${node.inode}`,
        offset: offset + at,
        lost: 'names in that block of the directory',
      });
    const { inodes } = this.#superblock;
    if (node.flags & INODE_FLAG.encrypt) return problem(0)('the names in the directory are encrypted', 0);
    const inline = this.#inline(node);
    if (inline) {
      const own = inodeMap(node).length;
      // the parent's number, records to the end of i_block; then the attribute's own records
      yield* records(inline.bytes.subarray(4, own), inodes, problem(0), node.doubtful);
      if (inline.bytes.length > own) yield* records(inline.bytes.subarray(own), inodes, problem(0), node.doubtful);
      if (inline.broken !== undefined) problem(0)(inline.broken, 0);
      return;
    }
    for (const range of this.ranges(node)) {
      if (range.kind === 'lost') problem(0)(range.what, 0);
      if (range.kind !== 'data') continue;
      for (let at = 0; at + this.blockSize <= range.length; at += this.blockSize)
        yield* this.#directoryBlock(node, range.position + at, problem(range.position + at));
    }
  }

  #directoryBlock(
    node: Ext4Inode,
    position: number,
    problem: (what: string, at: number) => void,
  ): readonly DirectoryEntry[] {
    this.#names ??= Buffer.allocUnsafeSlow(this.blockSize);
    const block = this.#names;
    try {
      this.reader.readInto(block, position);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problem(error.what, 0);
      return [];
    }
    let doubtful = node.doubtful;
    if (node.seed !== undefined && !directoryBlockIsGood(block, node.seed, (node.flags & INODE_FLAG.index) !== 0)) {
      doubtful = 'the checksum of its directory block does not match';
      problem('the checksum of a directory block does not match', 0);
    }
    return records(block, this.#superblock.inodes, problem, doubtful);
  }

  ranges(file: FileNode): Iterable<ContentRange> {
    const node = this.#own(file);
    return contentRanges(this.#mapping(node), node, this.#inline(node));
  }

  target(symlink: FileNode): Buffer {
    const node = this.#own(symlink);
    const where = `inode ${node.inode}`;
    if (node.flags & INODE_FLAG.encrypt) throw new FormatError('the symlink is encrypted', this.reader.name, 0, where);
    if (node.size === 0 || node.size > LONGEST_TARGET)
      throw new FormatError('length of a symlink out of range', this.reader.name, 0, `${where}, ${node.size} bytes`);
    const map = inodeMap(node);
    if (!(node.flags & (INODE_FLAG.extents | INODE_FLAG.inlineData)) && node.size < map.length)
      return Buffer.from(map.subarray(0, node.size));
    const target = Buffer.alloc(node.size);
    readContent(this, node, target, 0, ({ what }) => {
      throw new FormatError(what, this.reader.name, 0, where);
    });
    return target;
  }

  attributes(node: FileNode, damaged: OnDamage): ExtendedAttribute[] {
    const own = this.#own(node);
    const found: ExtendedAttribute[] = [];
    for (const raw of this.#attributes(own, damaged)) {
      const name = attributeName(raw);
      if (!name) continue;
      const value = this.#value(own, raw, damaged);
      if (value) found.push({ name, value });
    }
    return found;
  }

  #attributes(node: Ext4Inode, damaged: OnDamage): RawAttribute[] {
    const problem = (what: string) =>
      damaged({
        what,
        source: `${this.reader.name}, inode ${node.inode}`,
        offset: 0,
        lost: 'extended attributes of the file',
      });
    const found = inodeAttributes(node.raw, problem);
    const block = node.attributeBlock;
    if (block === 0) return found;
    if (block >= this.#superblock.blocks) {
      problem('the block of extended attributes lies outside the file system');
      return found;
    }
    try {
      const bytes = this.#block(block);
      return [...found, ...blockAttributes(bytes, block, this.#superblock.seed, problem)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problem(error.what);
      return found;
    }
  }

  /** A value as getxattr(2) shows it: out of its own inode where it is long, ACLs in the users' form. */
  #value(node: Ext4Inode, raw: RawAttribute, damaged: OnDamage): Buffer | undefined {
    let value = raw.value;
    try {
      if (!value) value = this.#inodeValue(raw);
      if (raw.index === 2 || raw.index === 3) value = userAcl(value);
      if (value) return value;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    damaged({
      what: 'the value of an extended attribute cannot be read',
      source: `${this.reader.name}, inode ${node.inode}`,
      offset: 0,
      lost: `extended attribute ${attributeName(raw)?.toString('utf8') ?? ''} of the file`,
    });
    return undefined;
  }

  /** ea_inode: the value is the content of an inode, its sum stands where the access time does. */
  #inodeValue(raw: RawAttribute): Buffer {
    const holder = this.node(raw.valueInode);
    const fail = (what: string): never => {
      throw new FormatError(what, this.reader.name, 0, `inode ${holder.inode}`);
    };
    if (!(holder.flags & INODE_FLAG.eaInode)) fail('not an inode of an extended attribute');
    if (raw.valueSize > LONGEST_VALUE || holder.size !== raw.valueSize)
      fail('size of an extended attribute out of range');
    const value = Buffer.alloc(raw.valueSize);
    readContent(this, holder, value, 0, ({ what }) => fail(what));
    const { seed } = this.#superblock;
    if (seed !== undefined && crc32c(value, 0, value.length, seed) !== holder.raw.readUInt32LE(8))
      fail('the checksum of an extended attribute does not match');
    return value;
  }

  #inline(node: Ext4Inode): InlineData | undefined {
    if (!(node.flags & INODE_FLAG.inlineData)) return undefined;
    let broken: string | undefined;
    const attributes = this.#attributes(node, ({ what }) => {
      broken = what;
    });
    const rest = attributes.find(isInlineData)?.value;
    const bytes = rest ? Buffer.concat([inodeMap(node), rest]) : inodeMap(node);
    return broken === undefined ? { bytes } : { bytes, broken };
  }

  #mapping(node: Ext4Inode): MappingSource {
    const { blocks, blockSize } = this.#superblock;
    return { blocks, blockSize, seed: node.seed, readBlock: (block) => this.#block(block) };
  }

  #block(block: number): Buffer {
    return Buffer.from(readBytes(this.reader, block * this.blockSize, this.blockSize).buffer);
  }

  #own(node: FileNode): Ext4Inode {
    return 'raw' in node ? (node as Ext4Inode) : this.node(node.inode);
  }
}
