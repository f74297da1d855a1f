import { RawInodes } from '../formats/ext4/raw-inodes.ts';
import { readSuperblock } from '../formats/ext4/superblock.ts';
import { deviceNumbers, openDeviceOf } from '../host/device-of.ts';
import { PROOF_COLUMNS, rowsOf } from '../host/known-trees.ts';
import type { InodeLook } from '../host/scan-types.ts';
import { settledBlocks } from '../host/settled-blocks.ts';
import { Ext4Count } from './ext4-count.ts';
import { readMounts } from './mounts.ts';

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Looks at inodes of a mounted ext4 where they lie on its device, in the order in which they lie there. ext4 writes
 * each change of an inode into the page cache of its device before the call that makes it returns
 * (ext4_mark_inode_dirty(), fs/ext4/inode.c), so that who reads the device sees what lstat(2) says. Two things are
 * excepted: times alone under `lazytime`, where nothing is looked at in this way, and blocks that have
 * no place yet, which then differ.
 * @param device st_dev
 * @param settled until when (ms since 1970) what was last changed has all its blocks
 * @returns undefined where it is not mounted as ext4 here, or may not be read
 */
export function ext4Inodes(
  device: number,
  mounts: readonly string[] = [],
  settled = settledBlocks(device, Date.now()),
): InodeLook | undefined {
  const numbers = deviceNumbers(device);
  const lines = readMounts().filter((mount) => mount.device === numbers);
  if (!LITTLE_ENDIAN || lines.length === 0) return undefined;
  if (lines.some(({ type, options }) => type !== 'ext4' || options.split(',').includes('lazytime'))) return undefined;
  const file = openDeviceOf(device);
  if (!file) return undefined;
  try {
    const { superblock } = readSuperblock(file);
    const inodes = new RawInodes(file, superblock);
    return {
      unchanged(proof, root) {
        try {
          return holds(inodes, rowsOf(proof), root);
        } catch {
          // the device cannot be read there, or is not what it seemed: paths are looked at
          return false;
        }
      },
      count: new Ext4Count(file, superblock, inodes, { mounts, settled }),
      close: () => file.close(),
    };
  } catch {
    file.close();
    return undefined;
  }
}

/** Whether these rows (known-trees.ts, by inode) are as they were, the inode `root` among them. */
function holds(inodes: RawInodes, rows: Float64Array, root: number): boolean {
  const numbers = new Float64Array(rows.length / PROOF_COLUMNS);
  for (let i = 0; i < numbers.length; i++) numbers[i] = rows[i * PROOF_COLUMNS] as number;
  const same = (at: number, index: number): boolean => {
    const row = index * PROOF_COLUMNS;
    return (
      at >= 0 &&
      inodes.isInUse(at) &&
      inodes.isPlain(at) &&
      inodes.ctime(at) === rows[row + 2] &&
      inodes.mtime(at) === rows[row + 1] &&
      inodes.blocks(at) === rows[row + 3] &&
      inodes.size(at) === rows[row + 4]
    );
  };
  return numbers.includes(root) && inodes.each(numbers, same);
}
