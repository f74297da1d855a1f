import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask, rest } from './planned.ts';

/**
 * Can overlay2 work on that directory's file system? Needs overlay in the kernel (4.0; 3.10.0-514
 * of RHEL), d_type, and no overlay, aufs, NFS, eCryptfs or ZFS below (moby, overlay2.Init).
 * @throws UllageError with what is in the way
 */
export function* overlay2Fits(root: string): Generator<Look, void, Ran> {
  const known = yield* ask(['grep', '-w', 'overlay', '/proc/filesystems']);
  if (known.exitCode !== 0) {
    const module = yield* ask(['modinfo', '-F', 'filename', 'overlay']);
    if (module.exitCode !== 0)
      throw new UllageError(
        'this kernel has no overlay',
        'neither /proc/filesystems nor modinfo knows it',
        'It needs Linux 4.0, or 3.10.0-514 of RHEL',
      );
  }
  const where = yield* rest('the file system of the data root', [
    'findmnt',
    '--noheadings',
    '--output',
    'FSTYPE,TARGET',
    '--target',
    root,
  ]);
  const [type = '', target = root] = where.stdout.trim().split(/\s+/);
  if (/^(overlay|aufs|nfs4?|ecryptfs|zfs|fuse.*)$/.test(type))
    throw new UllageError(
      `overlay2 does not work on ${type}`,
      root,
      'Move the data root to ext4 or xfs first: ullage plan move-data-root --set to=DIR',
    );
  if (type === 'xfs') {
    const info = yield* ask(['xfs_info', target]);
    if (/ftype=0/.test(info.stdout))
      throw new UllageError(
        'this xfs was made with ftype=0',
        target,
        'overlay2 needs d_type: move the data root to a file system with it: ullage plan move-data-root --set to=DIR',
      );
  }
}
