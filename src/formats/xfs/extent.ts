/** A run of blocks of a fork: xfs_bmbt_irec, in file system blocks. */
export interface Extent {
  kind: 'extent';
  /** first block of the fork */
  start: number;
  count: number;
  /** file system block (or block of the realtime device) */
  block: number;
  /** allocated, never written: reads as zeros */
  unwritten: boolean;
}

/** Blocks `[start, end)` of a fork whose mapping cannot be known. */
export interface LostExtent {
  kind: 'lost';
  start: number;
  /** Infinity: to the end */
  end: number;
  what: string;
  /** byte of the structure at fault */
  position: number;
}

export type Mapping = Extent | LostExtent;

export const EXTENT_BYTES = 16;

/** xfs_bmbt_disk_get_all(): 1 bit unwritten, 54 offset, 52 block, 21 count. */
export function unpackExtent(bytes: Buffer, at: number): Extent {
  const a = bytes.readUInt32BE(at);
  const b = bytes.readUInt32BE(at + 4);
  const c = bytes.readUInt32BE(at + 8);
  const d = bytes.readUInt32BE(at + 12);
  return {
    kind: 'extent',
    start: (a & 0x7fffffff) * 2 ** 23 + (b >>> 9),
    block: (b & 0x1ff) * 2 ** 43 + c * 2 ** 11 + (d >>> 21),
    count: d & 0x1fffff,
    unwritten: a >>> 31 === 1,
  };
}
