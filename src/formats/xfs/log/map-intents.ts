import type { PendingMap } from '../volume.ts';

/** xfs_map_extent's flags */
const MAP = 1;
const UNMAP = 2;
const ATTRIBUTE_FORK = 2 ** 31;
const UNWRITTEN = 2 ** 30;

/** Mappings that a transaction promised (BUI) and a later one has not said to be done (BUD). */
export class MapIntents {
  private readonly open = new Map<bigint, { inode: number; map: PendingMap }[]>();

  promise(region: Buffer | undefined): void {
    if (region === undefined || region.length < 16) return;
    const count = Math.min(region.readUInt32LE(4), Math.floor((region.length - 16) / 32));
    const maps: { inode: number; map: PendingMap }[] = [];
    for (let at = 16; at < 16 + count * 32; at += 32) {
      const flags = region.readUInt32LE(at + 28);
      const kind = flags & 0xff;
      if (flags >= ATTRIBUTE_FORK || (kind !== MAP && kind !== UNMAP)) continue;
      maps.push({
        inode: u64le(region, at),
        map: {
          start: u64le(region, at + 16),
          count: region.readUInt32LE(at + 24),
          block: kind === MAP ? u64le(region, at + 8) : undefined,
          unwritten: (flags & UNWRITTEN) !== 0,
        },
      });
    }
    this.open.set(region.readBigUInt64LE(8), maps);
  }

  done(region: Buffer | undefined): void {
    if (region !== undefined && region.length >= 16) this.open.delete(region.readBigUInt64LE(8));
  }

  /** What is left at the end of the log, by inode. */
  left(): Map<number, PendingMap[]> {
    const maps = new Map<number, PendingMap[]>();
    for (const promised of this.open.values())
      for (const { inode, map } of promised) {
        const list = maps.get(inode) ?? [];
        list.push(map);
        maps.set(inode, list);
      }
    return maps;
  }
}

function u64le(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
}
