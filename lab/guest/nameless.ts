import { closeSync, constants, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../process.ts';
import { O_TMPFILE } from './image.ts';

/** A disk of a guest that no directory lists: whoever is killed, it is gone with the last who has it open. */
export interface NamelessDisk {
  fd: number;
  format: 'raw' | 'qcow2';
}

function nameless(directory: string): number {
  return openSync(directory, O_TMPFILE | constants.O_RDWR, 0o600);
}

/** A blank disk. */
export function blankDisk(directory: string, mib: number): NamelessDisk {
  const fd = nameless(directory);
  ftruncateSync(fd, mib * 2 ** 20);
  return { fd, format: 'raw' };
}

/**
 * A qcow2 disk, which can keep states (savevm): blank, or a layer over a raw image that is only read. QEMU's own
 * `snapshot=on` makes a file with a name first (bdrv_append_temp_snapshot), which stays when it is killed then.
 * `work` takes the empty disk, some 200 KiB, for a moment.
 */
export async function layeredDisk(
  directory: string,
  work: string,
  over: { image: string } | { mib: number },
): Promise<NamelessDisk> {
  const empty = join(work, 'empty.qcow2');
  const what = 'image' in over ? ['-F', 'raw', '-b', over.image, empty] : [empty, `${over.mib}M`];
  await must(['qemu-img', 'create', '-q', '-f', 'qcow2', ...what]);
  const fd = nameless(directory);
  try {
    writeSync(fd, readFileSync(empty));
    rmSync(empty);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { fd, format: 'qcow2' };
}
