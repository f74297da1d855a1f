import type { Facts } from './fact.ts';

/** Images are full as they are made, memory is not a disk, and an overlay shows the disk below it. */
const NO_DISK = /^(?:squashfs|iso9660|udf|erofs|cramfs|romfs|tmpfs|devtmpfs|ramfs|overlay)$/;

/** Whether df shows a disk of this host with 5 % or less left: then the dearer questions are worth their price. */
export function runsOut(known: Facts): boolean {
  return known.has(
    'df',
    (row) =>
      row.inContainer !== true && row.size > 0 && !NO_DISK.test(row.type ?? '') && row.available <= row.size * 0.05,
  );
}
