import type { Fact, Facts } from '../probes/fact.ts';
import type { DmStatus, DmTable, LogicalVolume } from '../probes/facts/device-mapper.ts';
import { lvmDmName } from './names.ts';

const SECTOR = 512;

/** Which facts speak of the same thin pool: dmsetup, lvs and docker info name it differently. Each list in the order seen. */
export interface PoolFacts {
  /** device-mapper name without LVM's `-tpool`, or what is known instead */
  name: string;
  /** as dmsetup has it */
  dmName?: string;
  table?: Fact<'dm-table'>;
  statuses: Fact<'dm-status'>[];
  lvs: Fact<'lv'>[];
  docker: Fact<'docker-dm'>[];
}

/** Every thin pool that was seen. */
export function poolFacts(facts: Facts): PoolFacts[] {
  const pools = new Map<string, PoolFacts>();
  const pool = (name: string): PoolFacts => {
    // the visible LV is a linear map over -tpool
    const key = name.replace(/-tpool$/, '');
    const known = pools.get(key) ?? { name: key, statuses: [], lvs: [], docker: [] };
    pools.set(key, known);
    return known;
  };
  for (const fact of facts.all('dm-table', (table) => table.thinPool !== undefined || table.target === 'thin-pool'))
    Object.assign(pool(fact.value.name), { table: fact, dmName: fact.value.name });
  for (const fact of facts.all('dm-status', (one) => one.thinPool !== undefined || one.target === 'thin-pool')) {
    const known = pool(fact.value.name);
    known.dmName = fact.value.name;
    known.statuses.push(fact);
  }
  const volumes = facts.all('lv', isPoolLv);
  for (const fact of volumes.filter(({ value }) => value.vg !== ''))
    pool(lvmDmName(fact.value.vg, fact.value.name)).lvs.push(fact);
  for (const fact of volumes.filter(({ value }) => value.vg === '')) {
    // a report without the VG column: the pool of that name, if one is known
    const known = [...pools.keys()].find((key) => key.endsWith(`-${fact.value.name.replaceAll('-', '--')}`));
    pool(known ?? fact.value.name).lvs.push(fact);
  }
  for (const fact of facts.all('docker-dm')) pool(nameForDocker(fact, [...pools.values()])).docker.push(fact);
  return [...pools.values()];
}

/** Bytes that a status line's block counts stand for; `blockSize` is the table's, else the length's part of a block. */
export function bytesOfStatus(
  status: DmStatus,
  table: DmTable | undefined,
): { blockSize: number; dataUsed: number; dataTotal: number } | undefined {
  const { thinPool, length } = status;
  if (!thinPool) return undefined;
  const { totalData, usedData } = thinPool;
  const sectors = table?.thinPool?.blockSectors ?? (totalData > 0 ? Math.floor(length / totalData) : 0);
  const blockSize = sectors * SECTOR;
  return sectors > 0 ? { blockSize, dataUsed: usedData * blockSize, dataTotal: totalData * blockSize } : undefined;
}

/** First attr letter `t`: thin pool; `T` is its hidden data, `V` a thin volume (lvs(8)). */
function isPoolLv(lv: LogicalVolume): boolean {
  if (lv.attr) return lv.attr.startsWith('t');
  if (lv.dataPercent === undefined || lv.pool || lv.origin) return false;
  // only pools have metadata, a discard policy, and a monitor
  return (
    lv.metadataPercent !== undefined || /passdown|ignore/.test(lv.discards ?? '') || /monitored/.test(lv.monitor ?? '')
  );
}

/** Of docker info that names no pool: the first of about that size. */
function nameForDocker({ value }: Fact<'docker-dm'>, pools: readonly PoolFacts[]): string {
  if (value.poolName) return value.poolName;
  const same = pools.find((pool) => {
    const total = totalOf(pool);
    return (
      total === undefined || value.dataTotal === undefined || Math.abs(total - value.dataTotal) < value.dataTotal * 0.01
    );
  });
  return same?.name ?? "Docker's thin pool";
}

/** Size of a pool's data as it was seen first. */
function totalOf({ table, statuses, lvs, docker }: PoolFacts): number | undefined {
  const [status] = statuses;
  if (status) return bytesOfStatus(status.value, table?.value)?.dataTotal;
  return lvs[0] ? lvs[0].value.size : docker[0]?.value.dataTotal;
}
