import { FormatError } from '../format-error.ts';
import type { Extent } from './extent.ts';
import { forkMappings } from './fork.ts';
import type { Fork } from './inode.ts';
import { HEADERS, headerFault } from './metadata-header.ts';
import { readBlocks, type Volume } from './volume.ts';

/** More extents than this has no attribute fork: 64 KiB values and a tree over them. */
const MANY_EXTENTS = 1 << 20;

/** The attribute fork's blocks by number. */
export class AttributeBlocks {
  private readonly volume: Volume;
  private readonly fork: Fork;
  private readonly extents: Extent[] = [];
  /** what of the fork cannot be known */
  readonly lost: string[] = [];

  constructor(volume: Volume, fork: Fork) {
    this.volume = volume;
    this.fork = fork;
    for (const mapping of forkMappings(volume, fork)) {
      if (mapping.kind === 'lost') this.lost.push(mapping.what);
      else this.extents.push(mapping);
      if (this.extents.length + this.lost.length > MANY_EXTENTS)
        throw new FormatError('attribute fork in too many pieces', volume.reader.name, fork.position);
    }
  }

  /** @throws FormatError where block `number` is not mapped or cannot be read */
  read(number: number): { bytes: Buffer; position: number } {
    let low = 0;
    let high = this.extents.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const extent = this.extents[middle] as Extent;
      if (extent.start + extent.count <= number) low = middle + 1;
      else high = middle;
    }
    const extent = this.extents[low];
    if (extent === undefined || extent.start > number)
      throw new FormatError(
        'block of the attributes is not mapped',
        this.volume.reader.name,
        this.fork.position,
        `block ${number}`,
      );
    return readBlocks(this.volume, extent.block + (number - extent.start), 1, 'attributes');
  }

  /** A node or leaf of the attribute tree, identified. @throws FormatError */
  readTree(number: number): { bytes: Buffer; position: number; magic: number } {
    const { bytes, position } = this.read(number);
    const magic = bytes.readUInt16BE(8);
    if (this.volume.sb.version === 5) {
      const fault = headerFault(bytes, HEADERS.da, this.volume.sb.metaUuid, position, this.fork.inode);
      if (fault !== undefined) throw new FormatError(fault, this.volume.reader.name, position);
    }
    return { bytes, position, magic };
  }

  /**
   * A value of `length` bytes from block `number`: in version 5 each block has its own header.
   * @throws FormatError
   */
  readValue(number: number, length: number): Buffer {
    const { sb, reader } = this.volume;
    const value = Buffer.alloc(length);
    for (let have = 0, block = number; have < length; block++) {
      const { bytes, position } = this.read(block);
      const fail = (what: string): never => {
        throw new FormatError(what, reader.name, position);
      };
      const from = sb.version === 5 ? HEADERS.remote.size : 0;
      const count = Math.min(length - have, bytes.length - from);
      if (sb.version === 5) {
        if (bytes.readUInt32BE(0) !== REMOTE_MAGIC) fail('no block of an attribute value');
        const fault = headerFault(bytes, HEADERS.remote, sb.metaUuid, position, this.fork.inode);
        if (fault !== undefined) fail(fault);
        if (bytes.readUInt32BE(4) !== have || bytes.readUInt32BE(8) !== count)
          fail('block of another part of the value');
      }
      bytes.copy(value, have, from, from + count);
      have += count;
    }
    return value;
  }
}

const REMOTE_MAGIC = 0x5841524d; // XARM
