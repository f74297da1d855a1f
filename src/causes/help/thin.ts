import type { Fact, Facts } from '../../probes/fact.ts';
import type { DockerDeviceMapper, ThinPoolStatus } from '../../probes/facts/device-mapper.ts';
import { bytesOfStatus, poolFacts } from '../../stack/thin-facts.ts';

/**
 * A thin pool as everyone who spoke of it saw it: `dmsetup status`, `lvs` and `docker info`
 * name the same pool differently and see it at different moments.
 */
export interface Pool {
  /** dm name (`docker-thinpool`, `docker-8:1-1234-pool`), or a description where no name was printed */
  name: string;
  /** in the order they were seen */
  looks: PoolLook[];
  now: PoolLook;
  /** `vg/lv`, where lvs showed it */
  lv?: Fact<'lv'>;
  table?: Fact<'dm-table'>;
  docker?: Fact<'docker-dm'>;
  /** lies on a sparse file behind a loop device */
  loop: boolean;
}

export interface PoolLook {
  fact: Fact<'dm-status'> | Fact<'lv'> | Fact<'docker-dm'>;
  /** counted in blocks by the kernel, not rounded for people */
  exact: boolean;
  /** bytes */
  dataUsed?: number;
  dataTotal?: number;
  /** 0..1 */
  dataFraction?: number;
  metadataFraction?: number;
  mode?: ThinPoolStatus['mode'];
  status?: ThinPoolStatus;
  /** no block is left, by a line that says so */
  full: boolean;
  failed: boolean;
}

/** Every thin pool that was seen, with its looks in order. */
export function thinPools(facts: Facts): Pool[] {
  return poolFacts(facts).flatMap(({ name, table, statuses, lvs, docker }) => {
    const told = docker.filter(({ value }) => value.dataTotal !== undefined || value.poolName !== undefined);
    const looks = [
      ...statuses.map((fact) => lookOfStatus(fact, table)),
      ...lvs.map(lookOfLv),
      ...told.map(lookOfDocker),
    ].sort((a, b) => a.fact.order - b.fact.order);
    if (looks.length === 0) return [];
    const lv = lvs.findLast(({ value }) => value.vg !== '') ?? lvs[0];
    const last = told.at(-1);
    const loop = told.some(({ value }) => onLoop(value)) || /^7:\d+$/.test(table?.value.thinPool?.dataDevice ?? '');
    return [
      {
        name,
        looks,
        now: newest(looks),
        ...(lv ? { lv } : {}),
        ...(table ? { table } : {}),
        ...(last ? { docker: last } : {}),
        loop,
      },
    ];
  });
}

/**
 * Docker's own name for a pool is `docker-MAJ:MIN-INODE-pool` when nobody gave it a device; a
 * default one is 100 GiB, which no LV happens to be (moby daemon/graphdriver/devmapper).
 */
export function onLoop(docker: DockerDeviceMapper): boolean {
  if (docker.dataLoopFile !== undefined && docker.dataLoopFile !== '') return true;
  if (/^\/dev\/loop\d/.test(docker.dataFile ?? '')) return true;
  if (/\/devicemapper\/devicemapper\/data$/.test(docker.dataFile ?? '')) return true;
  if (!/^docker-\d+:\d+-\d+-pool$/.test(docker.poolName ?? '') || docker.dataTotal === undefined) return false;
  return Math.abs(docker.dataTotal - 100 * 2 ** 30) <= (docker.resolution ?? 0) + 2 ** 26;
}

/** The look that shows the pool full: the newest, or in a pasted story any, with what came after. */
export function fullLook(pool: Pool, from: 'host' | 'text'): { look: PoolLook; later?: PoolLook } | undefined {
  if (pool.now.full) return { look: pool.now };
  if (from === 'host') return undefined;
  const before = pool.looks.findLast((look) => look.full);
  // rounded figures of docker info do not overrule the kernel's block counts
  if (before === undefined || (!before.exact && pool.now.exact && pool.looks.indexOf(before) > 0)) return undefined;
  return { look: before, later: pool.now };
}

/** Bytes the pool itself can still give; not capped by what lies below it. */
export function poolFree(look: PoolLook): number | undefined {
  if (look.dataTotal === undefined || look.dataUsed === undefined) return undefined;
  return Math.max(0, look.dataTotal - look.dataUsed);
}

function lookOfStatus(fact: Fact<'dm-status'>, table: Fact<'dm-table'> | undefined): PoolLook {
  const status = fact.value.thinPool;
  if (status === undefined) return { fact, exact: true, full: false, failed: fact.value.failed !== undefined };
  const bytes = bytesOfStatus(fact.value, table?.value);
  return {
    fact,
    exact: true,
    ...(bytes ? { dataUsed: bytes.dataUsed, dataTotal: bytes.dataTotal } : {}),
    ...fraction('dataFraction', status.usedData, status.totalData),
    ...fraction('metadataFraction', status.usedMetadata, status.totalMetadata),
    mode: status.mode,
    status,
    full: status.mode === 'out_of_data_space' || (status.totalData > 0 && status.usedData >= status.totalData),
    failed: fact.value.failed !== undefined,
  };
}

function lookOfLv(fact: Fact<'lv'>): PoolLook {
  const lv = fact.value;
  const flag = lv.attr?.[8];
  const { dataPercent, metadataPercent, size } = lv;
  return {
    fact,
    exact: false,
    ...(dataPercent === undefined ? {} : { dataFraction: dataPercent / 100 }),
    ...(metadataPercent === undefined ? {} : { metadataFraction: metadataPercent / 100 }),
    ...(size === undefined ? {} : { dataTotal: size }),
    ...(size === undefined || dataPercent === undefined
      ? {}
      : { dataUsed: Math.min(size, (size * dataPercent) / 100) }),
    full: flag === 'D' || lv.health === 'out_of_data' || (dataPercent ?? 0) >= 100,
    failed: flag === 'F' || lv.health === 'failed',
  };
}

function lookOfDocker(fact: Fact<'docker-dm'>): PoolLook {
  const { dataUsed, dataTotal, dataAvailable, metadataUsed, metadataTotal } = fact.value;
  const full =
    dataTotal !== undefined &&
    dataTotal > 0 &&
    ((dataUsed ?? 0) >= dataTotal || (dataAvailable === 0 && !onLoop(fact.value)));
  return {
    fact,
    exact: false,
    ...(dataUsed === undefined ? {} : { dataUsed }),
    ...(dataTotal === undefined ? {} : { dataTotal }),
    ...fraction('dataFraction', dataUsed, dataTotal),
    ...fraction('metadataFraction', metadataUsed, metadataTotal),
    full,
    failed: false,
  };
}

function fraction<K extends 'dataFraction' | 'metadataFraction'>(
  key: K,
  used: number | undefined,
  total: number | undefined,
) {
  return used === undefined || total === undefined || total <= 0 ? {} : { [key]: used / total };
}

/** The newest look; one that docker info rounded to full gives way to earlier exact counts with room. */
function newest(looks: PoolLook[]): PoolLook {
  const last = looks.at(-1) as PoolLook;
  if (!last.full || last.exact) return last;
  const exact = looks.findLast((look) => look.exact);
  return exact !== undefined && !exact.full && (exact.dataFraction ?? 0) > 0.99 ? exact : last;
}
