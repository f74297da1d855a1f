import { INODE_CRC, INODE_MAGIC } from '../inode.ts';
import { checksumMatches, checksumOf } from '../metadata-header.ts';
import type { Superblock } from '../superblock.ts';
import { blockPosition } from '../volume.ts';
import type { Cancelled } from './cancelled.ts';
import type { Overlay } from './overlay.ts';
import { BB } from './record.ts';

/** A chunk has 64, a sparse one a part of them. */
const MOST = 64;

/**
 * An item that says that a chunk of inodes was made (xfs_icreate_log, big-endian): all of them
 * free, xlog_recover_icreate_commit_pass2(). Returns what could not be done.
 */
export function applyInodeCreate(
  region: Buffer | undefined,
  sb: Superblock,
  overlay: Overlay,
  cancelled: Cancelled,
  lsn: bigint,
): string | undefined {
  if (region === undefined || region.length < 28) return 'an item of new inodes is impossible';
  const [ag, block, count, size, length] = [4, 8, 12, 16, 20].map((at) => region.readUInt32BE(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const position = ag < sb.agCount ? blockPosition(sb, ag * 2 ** sb.agBlockLog + block, length) : undefined;
  if (position === undefined || size !== sb.inodeSize || count > MOST || count * size !== length * sb.blockSize)
    return 'an item of new inodes is impossible';
  // buffers of inodes: XFS_INODE_BIG_CLUSTER_SIZE, as large as inodes are larger than the least
  const cluster = Math.max(sb.blockSize, (8192 * sb.inodeSize) / 256) / BB;
  const sectors = Math.min(cluster, (length * sb.blockSize) / BB);
  for (let at = position / BB; at < position / BB + (length * sb.blockSize) / BB; at += sectors)
    if (cancelled.has(at, sectors)) return undefined;
  const bytes = overlay.read(position / BB, (length * sb.blockSize) / BB);
  const first = (ag * 2 ** sb.agBlockLog + block) * 2 ** sb.inodesPerBlockLog;
  for (let i = 0; i < count; i++) {
    const inode = bytes.subarray(i * size, (i + 1) * size);
    if (!isLater(inode, first + i, sb, lsn)) freshInode(inode, first + i, region, sb);
  }
  overlay.write(position / BB, bytes);
  return undefined;
}

/** Written after the chunk was made: where a damaged log ends too early, nothing after would bring it back. */
function isLater(inode: Buffer, number: number, sb: Superblock, lsn: bigint): boolean {
  return (
    sb.version === 5 &&
    inode.readUInt16BE(0) === INODE_MAGIC &&
    inode.readBigUInt64BE(152) === BigInt(number) &&
    sb.metaUuid.compare(inode, 160, 176) === 0 &&
    inode.readBigUInt64BE(112) > lsn &&
    checksumMatches(inode, INODE_CRC)
  );
}

function freshInode(inode: Buffer, number: number, region: Buffer, sb: Superblock): void {
  inode.fill(0);
  inode.writeUInt16BE(INODE_MAGIC, 0);
  inode[4] = sb.version === 5 ? 3 : 2;
  region.copy(inode, 92, 24, 28);
  inode.writeUInt32BE(0xffffffff, 96);
  if (sb.version === 4) return;
  inode.writeBigUInt64BE(BigInt(number), 152);
  sb.metaUuid.copy(inode, 160);
  inode.writeUInt32LE(checksumOf(inode, INODE_CRC), INODE_CRC);
}
