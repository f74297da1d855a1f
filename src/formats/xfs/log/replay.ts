import type { Superblock } from '../superblock.ts';
import type { Pending } from '../volume.ts';
import { type BufferItem, BufferReplay, parseBufferItem } from './buffer-item.ts';
import { Cancelled } from './cancelled.ts';
import { applyInodeCreate } from './inode-create.ts';
import { InodeReplay } from './inode-item.ts';
import { MapIntents } from './map-intents.ts';
import type { Overlay } from './overlay.ts';
import type { LogItem, Transaction } from './transactions.ts';

/** XFS_LI_…: fs/xfs/libxfs/xfs_log_format.h */
const ITEM = {
  inode: 0x123b,
  buffer: 0x123c,
  create: 0x123f,
  maps: 0x1244,
  mapsDone: 0x1245,
  attr: 0x1246,
  attrDone: 0x1247,
  exchange: 0x1248,
  exchangeDone: 0x1249,
} as const;

/** Applies committed transactions in memory in the two passes of fs/xfs/xfs_log_recover.c. */
export class Replay {
  private readonly sb: Superblock;
  private readonly overlay: Overlay;
  private readonly cancelled = new Cancelled();
  private readonly buffers: BufferReplay;
  private readonly inodes: InodeReplay;
  private readonly maps = new MapIntents();
  private readonly unfinished = { attr: new Set<bigint>(), exchange: new Set<bigint>() };
  private readonly anyOwner = new Set<number>();
  readonly faults: string[] = [];
  applied = 0;

  constructor(sb: Superblock, overlay: Overlay) {
    this.sb = sb;
    this.overlay = overlay;
    this.buffers = new BufferReplay(overlay, sb.metaUuid, sb.version === 5);
    this.inodes = new InodeReplay(overlay, sb, this.cancelled, this.anyOwner);
  }

  /** First pass: which buffers were freed. */
  collect(transaction: Transaction): void {
    for (const item of transaction.items) {
      const buffer = item.type === ITEM.buffer && item.regions[0] ? parseBufferItem(item.regions[0]) : undefined;
      if (buffer?.cancel) this.cancelled.add(buffer.sector, buffer.sectors);
    }
  }

  /** Second pass. Buffers come before inodes, which lie in them; cancellations last. */
  apply({ items, lsn }: Transaction): void {
    this.applied++;
    const cancels: BufferItem[] = [];
    const later: LogItem[] = [];
    for (const item of items) {
      if (item.type === ITEM.create)
        this.fault(applyInodeCreate(item.regions[0], this.sb, this.overlay, this.cancelled, lsn));
      else if (item.type !== ITEM.buffer) later.push(item);
      else {
        const buffer = item.regions[0] ? parseBufferItem(item.regions[0]) : undefined;
        if (buffer === undefined) this.fault('a buffer item is impossible');
        else if (buffer.cancel) cancels.push(buffer);
        else this.buffers.apply(buffer, item.regions, lsn, this.cancelled);
      }
    }
    for (const item of later) this.other(item, lsn);
    for (const buffer of cancels) this.cancelled.take(buffer.sector, buffer.sectors);
  }

  private other(item: LogItem, lsn: bigint): void {
    const region = item.regions[0];
    if (item.type === ITEM.inode) this.fault(this.inodes.apply(item.regions, lsn));
    else if (item.type === ITEM.maps) this.maps.promise(region);
    else if (item.type === ITEM.mapsDone) this.maps.done(region);
    else if (region !== undefined && region.length >= 16) {
      const id = region.readBigUInt64LE(8);
      if (item.type === ITEM.attr) this.unfinished.attr.add(id);
      else if (item.type === ITEM.attrDone) this.unfinished.attr.delete(id);
      else if (item.type === ITEM.exchange) this.unfinished.exchange.add(id);
      else if (item.type === ITEM.exchangeDone) this.unfinished.exchange.delete(id);
    }
  }

  private fault(what: string | undefined): void {
    if (what !== undefined && this.faults.length < 20) this.faults.push(what);
  }

  finish(): Pending {
    this.buffers.finish();
    if (this.unfinished.attr.size > 0)
      this.faults.push(
        `${this.unfinished.attr.size} changes of extended attributes were begun and are not finished here`,
      );
    if (this.unfinished.exchange.size > 0)
      this.faults.push(
        `${this.unfinished.exchange.size} exchanges of file contents were begun and are not finished here`,
      );
    return { maps: this.maps.left(), anyOwner: this.anyOwner };
  }
}
