import type { Fact, Facts } from '../../probes/fact.ts';
import type { Pool } from './thin.ts';

/** lvm.conf's own defaults when a threshold is set and nothing else: 20 % (lvm.conf(5)). */
const DEFAULT_PERCENT = 20;

export interface Autoextend {
  /** percent full; 100 is off */
  threshold?: number;
  percent: number;
  fact?: Fact<'lvm-config'>;
}

/** The settings in force: the profile of the pool before lvm.conf's, as LVM does it. */
export function autoextend(facts: Facts, pool?: Pool): Autoextend {
  const set = facts.all('lvm-config', (config) => config.autoextendThreshold !== undefined);
  const profile = pool?.lv?.value.profile;
  const own = profile === undefined ? undefined : set.findLast((fact) => fact.value.from === profile);
  // a profile is written to switch it on; lvm.conf carries the default of 100
  const on = set.filter((fact) => (fact.value.autoextendThreshold ?? 100) < 100).at(-1);
  const fact = own ?? on ?? set.at(-1);
  const percent =
    fact?.value.autoextendPercent ??
    facts.last('lvm-config', (config) => config.autoextendPercent !== undefined)?.value.autoextendPercent ??
    DEFAULT_PERCENT;
  return {
    percent,
    ...(fact?.value.autoextendThreshold === undefined ? {} : { threshold: fact.value.autoextendThreshold }),
    ...(fact === undefined ? {} : { fact }),
  };
}

/** Above the threshold LVM extends at once; on it, not yet. */
export function isDue(used: number, { threshold }: Autoextend): boolean {
  return threshold !== undefined && threshold < 100 && used * 100 > threshold;
}

/**
 * Percent of the pool that the next step adds: what is set, or as much as brings the pool below its
 * threshold again. A full pool of 640 extents under 80/20 was seen to ask for 160.
 */
export function stepPercent(used: number, config: Autoextend): number {
  const { threshold, percent } = config;
  if (threshold === undefined || !isDue(used, config)) return percent;
  return Math.max(percent, Math.ceil((used * 100 * 100) / threshold - 100));
}

export interface Room {
  vg: string;
  /** bytes */
  free: number;
  size?: number;
  extentSize?: number;
  freeExtents?: number;
  fact: Fact;
  /** worked out from the disk and what stands on it, not printed */
  derived: boolean;
}

/** What the volume group of a pool still has: from vgs or pvs, else the disk less what lsblk and lvs show on it. */
export function roomFor(pool: Pool, facts: Facts): Room | undefined {
  const name = pool.lv?.value.vg;
  if (name === undefined) return undefined;
  const vg = facts.last('vg', (value) => value.name === name);
  if (vg !== undefined) {
    const { free, size, extentSize, freeExtents } = vg.value;
    return {
      vg: name,
      free,
      size,
      fact: vg,
      derived: false,
      ...(extentSize === undefined ? {} : { extentSize }),
      ...(freeExtents === undefined ? {} : { freeExtents }),
    };
  }
  const pvs = new Map(
    facts.all('pv', (value) => value.vg === name && value.free !== undefined).map((fact) => [fact.value.name, fact]),
  );
  const first = [...pvs.values()][0];
  if (first !== undefined) {
    return {
      vg: name,
      free: [...pvs.values()].reduce((sum, fact) => sum + (fact.value.free ?? 0), 0),
      fact: first,
      derived: false,
    };
  }
  return fromBlocks(pool, name, facts);
}

/** One disk with the parts of the pool (`VG-POOL_tdata`, `_tmeta`) directly on it. */
function fromBlocks(pool: Pool, vg: string, facts: Facts): Room | undefined {
  const blocks = facts.all('block');
  const data = blocks.findLast((fact) => fact.value.name === `${pool.name}_tdata`);
  const parent =
    data?.value.parents.length === 1 ? blocks.find((fact) => fact.value.name === data.value.parents[0]) : undefined;
  if (data === undefined || parent === undefined) return undefined;
  const children = new Map(
    blocks
      .filter((fact) => fact.value.parents.includes(parent.value.name))
      .map((fact) => [fact.value.name, fact.value.size]),
  );
  const used = [...children.values()].reduce((sum, size) => sum + size, 0);
  if (used > parent.value.size) return undefined;
  return { vg, free: parent.value.size - used, size: parent.value.size, fact: parent, derived: true };
}
