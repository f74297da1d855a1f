import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { type FileSystem, holding } from './file-systems.ts';
import type { Pool } from './thin.ts';
import { kernel } from './thin-signs.ts';

/** A sparse file that serves as a disk, and may still grow by more than there is below it. */
export interface SparseLoop {
  loop: Fact<'loop'>;
  file: Fact<'file'>;
  below: FileSystem;
  growth: number;
  /** none of it can be had now */
  spent: boolean;
}

/** Below this a file system is as good as full: one allocation of xfs or ext4 may need it. */
export const NOTHING = 64 * 2 ** 20;

/** xfs keeps a few blocks back that no writer gets. */
const KEPT_BACK = 2 ** 20;

export function sparseLoops(scene: Scene): SparseLoop[] {
  const failed = loopWriteErrors(scene).length > 0;
  return scene.facts.all('loop').flatMap((loop): SparseLoop[] => {
    const path = loop.value.backFile;
    // snaps and ISO images are read-only: they never grow
    if (loop.value.readOnly === true || loop.value.deleted === true || /\.snap$|^\/var\/lib\/snapd\//.test(path))
      return [];
    const file = scene.facts.last(
      'file',
      (value) => value.path === path && value.allocated !== undefined && value.size !== undefined,
    );
    const below = holding(scene, path);
    if (file === undefined || below === undefined) return [];
    const growth = (file.value.size ?? 0) - (file.value.allocated ?? 0);
    const { available } = below;
    if (growth <= Math.max(available, 2 ** 20)) return [];
    return [{ loop, file, below, growth, spent: available <= KEPT_BACK || (failed && available <= NOTHING) }];
  });
}

/** The file under a pool's data or metadata that cannot grow any more. */
export function spentBelow(scene: Scene, pool: Pool): SparseLoop | undefined {
  const { dataDevice, metadataDevice } = pool.table?.value.thinPool ?? {};
  const files = [pool.docker?.value.dataLoopFile, pool.docker?.value.metadataLoopFile];
  return sparseLoops(scene).find(({ loop: { value }, spent }) => {
    const number = `7:${/\d+$/.exec(value.device)?.[0] ?? ''}`;
    return spent && (dataDevice === number || metadataDevice === number || files.includes(value.backFile));
  });
}

export function loopWriteErrors({ facts }: Scene): Fact<'kernel-event'>[] {
  return [
    ...kernel(facts, 'loop-write-error'),
    ...kernel(facts, 'block-io-error').filter((fact) => /\bloop\d/.test(`${fact.value.device ?? ''} ${fact.quote}`)),
  ];
}
