import { checkRange } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { u64 } from './bytes.ts';
import { EXTENT_BYTES } from './extent.ts';
import { type Fork, INODE_CRC, INODE_MAGIC, type Inode, parseInode } from './inode.ts';
import { BAD_CHECKSUM, checksumMatches } from './metadata-header.ts';
import { inodePosition, type Volume } from './volume.ts';

/** Inodes are allocated 64 at a time, and a directory's files lie together: one read serves many. */
const WINDOW = 64 * 1024;
const WINDOWS = 64;

/** Inodes by number, each checked before it is given out. */
export class InodeTable {
  private readonly volume: Volume;
  private readonly windows = new Map<number, Buffer>();

  constructor(volume: Volume) {
    this.volume = volume;
  }

  /**
   * One whose checksum alone is wrong is given as doubtful.
   * @throws FormatError where there is no such inode, or it cannot be read
   */
  get(number: number): Inode {
    const { reader, sb } = this.volume;
    const source = `${reader.name}, inode ${number}`;
    const position = inodePosition(sb, number);
    if (position === undefined) throw new FormatError('no inode can have this number', source, 0);
    const bytes = this.bytes(position);
    const fault = identityFault(this.volume, bytes, number);
    if (fault !== undefined && fault !== BAD_CHECKSUM) throw new FormatError(fault, source, position);
    const inode = parseInode(bytes, number, position);
    if (typeof inode === 'string') throw new FormatError(inode, source, position);
    // the window is used again
    keep(inode.data);
    if (inode.attribute) keep(inode.attribute);
    if (fault !== undefined) inode.doubtful = 'checksum of the inode does not match';
    return inode;
  }

  /** Good until the next is read. */
  private bytes(position: number): Buffer {
    const { reader, sb } = this.volume;
    const start = position - (position % WINDOW);
    let window = this.windows.get(start);
    if (window === undefined || position - start + sb.inodeSize > window.length) {
      // a source cut short still has the inodes before its end
      const length = Math.max(Math.min(WINDOW, reader.size - start), position - start + sb.inodeSize);
      checkRange(reader, start, length);
      window = this.room(length);
      reader.readInto(window, start);
      this.windows.set(start, window);
    }
    return window.subarray(position - start, position - start + sb.inodeSize);
  }

  /** The oldest window's memory serves the next: thousands of new ones would grow the process between collections. */
  private room(length: number): Buffer {
    if (this.windows.size < WINDOWS) return Buffer.allocUnsafeSlow(length);
    const [oldest = 0, room] = this.windows.entries().next().value ?? [];
    this.windows.delete(oldest);
    return room?.length === length ? room : Buffer.allocUnsafeSlow(length);
  }
}

/** Copies what is in a fork: of a list of extents no more than there are. */
function keep(fork: Fork): void {
  const used = fork.format === 'extents' ? fork.extents * EXTENT_BYTES : fork.bytes.length;
  const kept = Buffer.allocUnsafe(Math.min(used, fork.bytes.length));
  fork.bytes.copy(kept);
  fork.bytes = kept;
}

function identityFault(volume: Volume, bytes: Buffer, number: number): string | undefined {
  const { sb } = volume;
  if (bytes.readUInt16BE(0) !== INODE_MAGIC) return 'no inode lies where this one should';
  const version = bytes[4] as number;
  if (sb.version === 4) return version === 1 || version === 2 ? undefined : `inode of version ${version}`;
  if (version !== 3) return `inode of version ${version}`;
  if (u64(bytes, 152) !== number) return 'belongs elsewhere on the device';
  if (sb.metaUuid.compare(bytes, 160, 176) !== 0) return 'belongs to another file system';
  return checksumMatches(bytes, INODE_CRC) ? undefined : BAD_CHECKSUM;
}
