import type { Fact, Facts } from '../../probes/fact.ts';
import type { DockerDeviceMapper, LogicalVolume, ThinPoolStatus } from '../../probes/facts/device-mapper.ts';

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
  const pools = new Map<string, Pool>();
  const put = (name: string, look: PoolLook): Pool => {
    const key = name.replace(/-tpool$/, '');
    const known = pools.get(key);
    if (known === undefined) {
      const pool: Pool = { name: key, looks: [look], now: look, loop: false };
      pools.set(key, pool);
      return pool;
    }
    known.looks.push(look);
    return known;
  };
  const tables = new Map(
    facts.all('dm-table', (table) => table.target === 'thin-pool').map((fact) => [fact.value.name, fact]),
  );
  for (const fact of facts.all('dm-status', (status) => status.target === 'thin-pool')) {
    const table = tables.get(fact.value.name);
    const pool = put(fact.value.name, lookOfStatus(fact, table));
    if (table !== undefined) pool.table = table;
  }
  const volumes = facts.all('lv', isPoolLv);
  for (const fact of volumes.filter(({ value }) => value.vg !== ''))
    put(dmNameOfLv(fact.value), lookOfLv(fact)).lv = fact;
  for (const fact of volumes.filter(({ value }) => value.vg === '')) {
    // a report without the VG column: the pool of that name, if one is known
    const known = [...pools.keys()].find((key) => key.endsWith(`-${fact.value.name.replaceAll('-', '--')}`));
    const pool = put(known ?? fact.value.name, lookOfLv(fact));
    pool.lv ??= fact;
  }
  for (const fact of facts.all('docker-dm')) {
    if (fact.value.dataTotal === undefined && fact.value.poolName === undefined) continue;
    const pool = put(nameForDocker(fact.value, [...pools.values()]), lookOfDocker(fact));
    pool.docker = fact;
    pool.loop ||= onLoop(fact.value);
  }
  for (const pool of pools.values()) {
    pool.looks.sort((a, b) => a.fact.order - b.fact.order);
    pool.now = newest(pool.looks);
    if (/^7:\d+$/.test(pool.table?.value.thinPool?.dataDevice ?? '')) pool.loop = true;
  }
  return [...pools.values()];
}

/** LVM doubles the dashes inside names and joins them with one (lvm(8), "VALID NAMES"). */
export function dmNameOfLv(lv: { vg: string; name: string }): string {
  return `${lv.vg.replaceAll('-', '--')}-${lv.name.replaceAll('-', '--')}`;
}

/** First attr letter `t`: thin pool; `T` is its hidden data, `V` a thin volume (lvs(8)). */
export function isPoolLv(lv: LogicalVolume): boolean {
  if (lv.attr !== undefined && lv.attr !== '') return lv.attr.startsWith('t');
  if (
    lv.dataPercent === undefined ||
    (lv.pool !== undefined && lv.pool !== '') ||
    (lv.origin !== undefined && lv.origin !== '')
  )
    return false;
  // only pools have metadata, a discard policy, and a monitor
  return (
    lv.metadataPercent !== undefined || /passdown|ignore/.test(lv.discards ?? '') || /monitored/.test(lv.monitor ?? '')
  );
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
  const sectors =
    table?.value.thinPool?.blockSectors ??
    (status.totalData > 0 ? Math.floor(fact.value.length / status.totalData) : 0);
  return {
    fact,
    exact: true,
    ...(sectors > 0 ? { dataUsed: status.usedData * sectors * 512, dataTotal: status.totalData * sectors * 512 } : {}),
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

function nameForDocker(docker: DockerDeviceMapper, others: Pool[]): string {
  if (docker.poolName !== undefined && docker.poolName !== '') return docker.poolName;
  const same = others.filter((pool) => {
    const total = pool.now.dataTotal;
    return (
      total === undefined ||
      docker.dataTotal === undefined ||
      Math.abs(total - docker.dataTotal) < docker.dataTotal * 0.01
    );
  });
  return same[0]?.name ?? "Docker's thin pool";
}
