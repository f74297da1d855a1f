import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { kernelEvents } from './messages.ts';

/**
 * Signs that the device under a file system ran out (thin pool, loop file, array): then errors
 * and read-only states above it are consequences.
 */
export function spaceBelow(scene: Scene): Fact[] {
  return [
    ...kernelEvents(
      scene,
      'thin-pool-out-of-data-queue',
      'thin-pool-out-of-data-error',
      'thin-pool-read-only',
      'thin-pool-failed',
      'thin-pool-metadata-full',
      'loop-write-error',
      'block-nospc',
      'ext4-bio-nospc',
      'xfs-metadata-nospc',
      'scsi-space-allocation',
    ),
    ...scene.facts.all(
      'dm-status',
      (status) => status.failed !== undefined || (status.thinPool !== undefined && status.thinPool.mode !== 'rw'),
    ),
  ];
}
