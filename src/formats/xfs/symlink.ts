import { FormatError } from '../format-error.ts';
import { forkMappings } from './fork.ts';
import type { Inode } from './inode.ts';
import { HEADERS, headerFault } from './metadata-header.ts';
import { readBlocks, type Volume } from './volume.ts';

/** XFS_SYMLINK_MAXLEN */
const LONGEST = 1024;
const MAGIC = 0x58534c4d; // XSLM

/** @throws FormatError where a part of the target cannot be read */
export function symlinkTarget(volume: Volume, inode: Inode): Buffer {
  const fail = (what: string, offset: number): never => {
    throw new FormatError(what, `${volume.reader.name}, inode ${inode.inode}`, offset, 'target of the symlink');
  };
  if (inode.size < 1 || inode.size > LONGEST)
    fail(`symlink's length is impossible (${inode.size})`, inode.data.position);
  const target =
    inode.data.format === 'local'
      ? Buffer.from(inode.data.bytes.subarray(0, inode.size))
      : remoteTarget(volume, inode, fail);
  if (target.length !== inode.size || target.includes(0)) fail('symlink ends before its length', inode.data.position);
  return target;
}

function remoteTarget(volume: Volume, inode: Inode, fail: (what: string, offset: number) => never): Buffer {
  const { sb } = volume;
  // xfs_symlink_blocks()
  const blocks = Math.ceil(inode.size / (sb.blockSize - (sb.version === 5 ? HEADERS.remote.size : 0)));
  const pieces: Buffer[] = [];
  let have = 0;
  let next = 0;
  for (const mapping of forkMappings(volume, inode.data)) {
    if (have >= inode.size) break;
    if (mapping.kind === 'lost') return fail(mapping.what, mapping.position);
    // every extent is one buffer with one header
    const count = Math.min(mapping.count, blocks - next);
    if (mapping.start !== next || count < 1) fail('a part of the symlink is not mapped', inode.data.position);
    next += count;
    const { bytes, position } = readBlocks(volume, mapping.block, count, 'symlink');
    let from = 0;
    let length = Math.min(inode.size - have, bytes.length);
    if (sb.version === 5) {
      const fault =
        bytes.readUInt32BE(0) === MAGIC
          ? headerFault(bytes, HEADERS.remote, sb.metaUuid, position, inode.inode)
          : 'no block of a symlink';
      if (fault !== undefined) fail(fault, position);
      from = HEADERS.remote.size;
      length = Math.min(inode.size - have, bytes.length - from);
      if (bytes.readUInt32BE(4) !== have || bytes.readUInt32BE(8) !== length)
        fail('symlink block is of another part', position);
    }
    pieces.push(bytes.subarray(from, from + length));
    have += length;
  }
  return Buffer.concat(pieces);
}
