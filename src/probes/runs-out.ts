import type { Facts } from './fact.ts';

/** Images are full as they are made, memory is not a disk, and an overlay shows the disk below it. */
const NO_DISK = /^(?:squashfs|iso9660|udf|erofs|cramfs|romfs|tmpfs|devtmpfs|ramfs|overlay)$/;
/** The same by magic number (linux/magic.h): squashfs, iso9660, udf, erofs, cramfs, romfs, tmpfs, ramfs, overlay. */
const NO_DISK_MAGIC: ReadonlySet<number> = new Set([
  0x73717368, 0x9660, 0x15013346, 0xe0f5e1e2, 0x28cd3d45, 0x7275, 0x01021994, 0x858458f6, 0x794c7630,
]);

/**
 * Whether a disk of this host has 5 % or less left, by df or by statfs (df may hang on another disk): then the
 * dearer questions are worth their price.
 */
export function runsOut(known: Facts): boolean {
  return (
    known.has(
      'df',
      (row) =>
        row.inContainer !== true && row.size > 0 && !NO_DISK.test(row.type ?? '') && row.available <= row.size * 0.05,
    ) ||
    known.has('statfs', ({ type, blocks, bavail }) => blocks > 0 && !NO_DISK_MAGIC.has(type) && bavail <= blocks * 0.05)
  );
}
