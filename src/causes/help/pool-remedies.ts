import type { Facts } from '../../probes/fact.ts';
import type { Pool } from './thin.ts';

/** Cures that ask LVM, and what does the same where a pool was made without it. */
const BY_LVM = new Map<string, 'data' | 'metadata' | 'none'>(
  Object.entries({
    'thin-extend': 'data',
    'vgextend-then-lvextend': 'data',
    'thin-autoextend': 'none',
    'extend-thin-metadata': 'metadata',
  }),
);

/** Cures that Docker's driver alone has. */
const DOCKERS_OWN = new Set(['loop-to-direct-lvm', 'switch-to-overlay2', 'lower-dm-min-free-space']);

/** The cures among `ids` that fit what the pool is made of and who uses it, in their order. */
export function fitting(ids: readonly string[], pool: Pool, facts: Facts): string[] {
  const whose = ofContainerd(pool, facts) ? containerds(ids) : ids;
  if (pool.loop) return swapped(whose, 'grow-loop-pool');
  if (byHand(pool, facts))
    return swapped(
      whose.filter((id) => id !== 'grow-loop-pool'),
      'dmsetup-grow-thin-pool',
    );
  return byLvm(pool, facts) ? whose.filter((id) => !id.startsWith('dmsetup-grow-')) : [...whose];
}

/** LVM keeps the data of its pools on a hidden volume `POOL_tdata` (lvmthin(7)). */
function byLvm(pool: Pool, facts: Facts): boolean {
  const hidden = `${pool.name}_tdata`;
  return (
    pool.lv !== undefined ||
    facts.has('dm-table', (one) => one.name === hidden) ||
    facts.has('dm-device', (one) => one.name === hidden)
  );
}

/** Made with dmsetup alone. A pool whose table was not seen may be anything. */
const byHand = (pool: Pool, facts: Facts): boolean => pool.table !== undefined && !byLvm(pool, facts);

/** The devmapper snapshotter names its devices after the pool and the number of the snapshot. */
function ofContainerd(pool: Pool, facts: Facts): boolean {
  const prefix = `${pool.name}-snap-`;
  return (
    pool.docker === undefined &&
    (facts.has('containerd-dm-device', (one) => one.name.startsWith(prefix)) ||
      facts.has('dm-table', (one) => one.target === 'thin' && one.name.startsWith(prefix)))
  );
}

const containerds = (ids: readonly string[]): string[] =>
  ids.flatMap((id) => {
    if (id === 'docker-image-prune') return ['clean-containerd-snapshots'];
    return DOCKERS_OWN.has(id) ? [] : [id];
  });

function swapped(ids: readonly string[], grow: string): string[] {
  const fit = ids.flatMap((id) => {
    const does = BY_LVM.get(id);
    if (does === undefined) return [id];
    if (does === 'none') return [];
    return [does === 'data' ? grow : 'dmsetup-grow-thin-metadata'];
  });
  return [...new Set(fit)];
}
