import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { GIB, MIB } from './format.ts';

/** What ZFS keeps back of a pool: 1/32, at least 128 MiB, at most 128 GiB (module/zfs/spa_misc.c, spa_slop_shift). */
export function slop(poolSize: number): number {
  return Math.min(128 * GIB, Math.max(Math.min(128 * MIB, poolSize / 2), poolSize / 32));
}

/** The pool of a dataset: the name up to the first slash. */
export function poolOf(scene: Scene, dataset: string): Fact<'zpool'> | undefined {
  const name = dataset.split('/')[0];
  return scene.facts.last('zpool', (pool) => pool.name === name);
}
