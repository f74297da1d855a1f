import { INODE_CRC, INODE_MAGIC, inodeCoreSize } from '../inode.ts';
import { checksumMatches, checksumOf } from '../metadata-header.ts';
import type { Superblock } from '../superblock.ts';
import { inodePosition } from '../volume.ts';
import type { Cancelled } from './cancelled.ts';
import { inodeCoreToDisk } from './inode-core.ts';
import { rootToDisk } from './inode-root.ts';
import type { Overlay } from './overlay.ts';
import { BB } from './record.ts';

/** XFS_ILOG_…: fs/xfs/libxfs/xfs_log_format.h */
const FIELDS = {
  local: 0x2,
  extents: 0x4,
  root: 0x8,
  device: 0x10,
  anyData: 0xe,
  attrLocal: 0x40,
  attrExtents: 0x80,
  attrRoot: 0x100,
  anyAttr: 0x1c0,
  owner: 0x600,
} as const;
const MAX_FLUSH = 0xffff;

/** Applies one inode item: xlog_recover_inode_commit_pass2(). Returns what could not be done. */
export class InodeReplay {
  private readonly overlay: Overlay;
  private readonly sb: Superblock;
  private readonly cancelled: Cancelled;
  readonly anyOwner: Set<number>;

  constructor(overlay: Overlay, sb: Superblock, cancelled: Cancelled, anyOwner: Set<number>) {
    this.overlay = overlay;
    this.sb = sb;
    this.cancelled = cancelled;
    this.anyOwner = anyOwner;
  }

  apply(regions: readonly Buffer[], lsn: bigint): string | undefined {
    const format = parseFormat(regions[0]);
    const core = regions[1];
    if (format === undefined || core === undefined || core.length < 96) return 'an inode item is impossible';
    const { sb } = this;
    if (this.cancelled.has(format.sector, format.sectors)) return undefined;
    if (format.fields & FIELDS.owner) this.anyOwner.add(format.inode);
    const position = inodePosition(sb, format.inode);
    if (position === undefined) return `an inode item is of inode ${format.inode}, which cannot be`;
    // an inode of 256 bytes shares its sector
    const within = position % BB;
    const bytes = this.overlay.read((position - within) / BB, Math.ceil((within + sb.inodeSize) / BB));
    const inode = bytes.subarray(within, within + sb.inodeSize);
    const version = core[4] as number;
    const there =
      inode.readUInt16BE(0) === INODE_MAGIC && (version < 3 || inode.readBigUInt64BE(152) === BigInt(format.inode));
    // the log's core of version 2 may end before the link to the next unlinked inode
    const whole = core.length >= (version >= 3 ? inodeCoreSize(version) : 96) && version >= 3 === (sb.version === 5);
    if (!there || !whole || core.readUInt16LE(0) !== INODE_MAGIC || version >= 3 !== (inode[4] as number) >= 3)
      return `inode ${format.inode} is in the log and not where it should lie`;
    if (isNewer(inode, core, version, lsn)) return undefined;
    const sound = version < 3 || checksumMatches(inode, INODE_CRC);
    inodeCoreToDisk(core, inode);
    const fault = this.forks(regions, format, inode, inodeCoreSize(version));
    if (fault !== undefined) return fault;
    if (sound && version >= 3) inode.writeUInt32LE(checksumOf(inode, INODE_CRC), INODE_CRC);
    this.overlay.write((position - within) / BB, bytes);
    return undefined;
  }

  private forks(regions: readonly Buffer[], format: Format, inode: Buffer, core: number): string | undefined {
    const offset = (inode[82] as number) * 8;
    const middle = offset === 0 ? inode.length : core + offset;
    if (middle > inode.length) return `inode ${format.inode} has an impossible attribute fork in the log`;
    const data = inode.subarray(core, middle);
    const attribute = inode.subarray(middle);
    const { fields } = format;
    if (fields & FIELDS.device) data.writeUInt32BE(format.device, 0);
    let next = 2;
    if (fields & FIELDS.anyData) {
      const region = regions[next++]?.subarray(0, format.dataBytes);
      if (region === undefined || !place(region, data, (fields & FIELDS.root) !== 0, this.sb))
        return `inode ${format.inode} has an impossible data fork in the log`;
    }
    if (fields & FIELDS.anyAttr) {
      const region = regions[next]?.subarray(0, format.attrBytes);
      if (region === undefined || !place(region, attribute, (fields & FIELDS.attrRoot) !== 0, this.sb))
        return `inode ${format.inode} has an impossible attribute fork in the log`;
    }
    return undefined;
  }
}

function place(region: Buffer, fork: Buffer, root: boolean, sb: Superblock): boolean {
  if (root) return rootToDisk(region, fork, sb.version);
  if (region.length > fork.length) return false;
  region.copy(fork);
  return true;
}

/** What is on the disk was written after the log's item. */
function isNewer(inode: Buffer, core: Buffer, version: number, lsn: bigint): boolean {
  if (version >= 3) {
    const there = inode.readBigUInt64BE(112);
    return there !== 0n && there !== 2n ** 64n - 1n && there > lsn;
  }
  const there = inode.readUInt16BE(30);
  const logged = core.readUInt16LE(30);
  return logged < there && !(there === MAX_FLUSH && logged < MAX_FLUSH >> 1);
}

interface Format {
  fields: number;
  attrBytes: number;
  dataBytes: number;
  inode: number;
  device: number;
  sector: number;
  sectors: number;
}

/** xfs_inode_log_format, with and without the padding of 64-bit kernels. */
function parseFormat(region: Buffer | undefined): Format | undefined {
  if (region === undefined || region.length < 52) return undefined;
  const at = region.length >= 56 ? 16 : 12;
  return {
    fields: region.readUInt32LE(4),
    attrBytes: region.readUInt16LE(8),
    dataBytes: region.readUInt16LE(10),
    inode: region.readUInt32LE(at + 4) * 2 ** 32 + region.readUInt32LE(at),
    device: region.readUInt32LE(at + 8),
    sector: region.readUInt32LE(at + 28) * 2 ** 32 + region.readUInt32LE(at + 24),
    sectors: region.readUInt32LE(at + 32),
  };
}
