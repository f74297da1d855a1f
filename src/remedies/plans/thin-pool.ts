import type { Ran } from '../../host/host.ts';
import { UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv } from '../../plan/plan.ts';
import { ask, type PlanRequest, rest } from './planned.ts';

/** Sectors of device-mapper tables, bytes. */
export const SECTOR = 512;
/** dm-thin's metadata block, bytes (THIN_METADATA_BLOCK_SIZE, drivers/md/dm-thin-metadata.h). */
export const METADATA_BLOCK = 4096;
/** The most dm-thin uses of a metadata device (THIN_METADATA_MAX_SECTORS, the same file): 255 * 16384 - 1 blocks. */
export const METADATA_MOST = 255 * (1 << 14) * METADATA_BLOCK;

/** A thin pool as the kernel shows it. */
export interface Pool {
  name: string;
  /** the table's line, as `dmsetup table` prints it */
  table: string;
  /** `major:minor` */
  metadataDevice: string;
  dataDevice: string;
  /** bytes */
  blockSize: number;
  sectors: number;
  status: PoolNow;
}

/** Documentation/admin-guide/device-mapper/thin-provisioning.rst, "Status". */
export interface PoolNow {
  line: string;
  usedMetadata: number;
  totalMetadata: number;
  usedBlocks: number;
  totalBlocks: number;
  mode: string;
  needsCheck: boolean;
}

export const statusOf = (pool: string): Argv => ['dmsetup', 'status', '--noflush', pool];
export const tableOf = (device: string): Argv => ['dmsetup', 'table', device];

/**
 * The pool that is meant: named by `--on` (a pool, a VG/LV, or whatever lies on it where there is only
 * one), else Docker's, else the only one.
 * @throws UllageError when none or several fit
 */
export function* poolMeant(request: PlanRequest): Generator<Look, Pool, Ran> {
  const listed = yield* ask(['dmsetup', 'ls', '--target', 'thin-pool']);
  const names = listed.stdout.split('\n').flatMap((line) => /^(\S+)\s+\(/.exec(line)?.[1] ?? []);
  const name = chosen(names, request);
  const table = (yield* rest('the table of the pool', tableOf(name))).stdout.trim();
  const match = /^0 (\d+) thin-pool (\d+:\d+) (\d+:\d+) (\d+) /.exec(table);
  if (!match) throw new UllageError('the table of the pool is not as expected', `${name}: ${table || 'nothing'}`, HAND);
  const [, sectors = '', metadataDevice = '', dataDevice = '', block = ''] = match;
  const said = yield* ask(statusOf(name));
  const status = poolNow(said.stdout.trim());
  if (!status)
    throw new UllageError(
      'the pool does not tell its state',
      `${name}: ${said.stdout.trim() || said.stderr.trim()}`,
      /thin-pool (?:Fail|Error)/.test(said.stdout) ? 'It has failed: ullage plan thin-repair' : HAND,
    );
  return {
    name,
    table,
    metadataDevice,
    dataDevice,
    blockSize: Number(block) * SECTOR,
    sectors: Number(sectors),
    status,
  };
}

const HAND = 'dmsetup table and dmsetup status --noflush show what there is';

/** @throws UllageError when none of the pools is meant, or several may be */
export function chosen(names: readonly string[], { on, scene }: PlanRequest): string {
  const wanted = on?.replace(/^\/dev\/(?:mapper\/)?/, '').replace(/^thin pool /, '');
  const docker = scene.facts.first('docker-dm')?.value.poolName;
  const lvm = wanted?.includes('/')
    ? wanted
        .split('/')
        .map((part) => part.replaceAll('-', '--'))
        .join('-')
    : wanted;
  const named = names.find((name) => name === wanted || name === lvm || name === `${lvm}-tpool`);
  if (named !== undefined) return named;
  const dockers = names.find((name) => name === docker || name === `${docker}-tpool`);
  if (dockers !== undefined) return dockers;
  const [only, ...others] = names;
  if (only === undefined) throw new UllageError('there is no thin pool', 'this host', 'dmsetup ls --target thin-pool');
  if (others.length > 0) throw new UllageError('more than one thin pool', names.join(', '), 'Name one: --on POOL');
  return only;
}

/** Undefined when it is no status of a pool that works (`Fail`). */
export function poolNow(line: string): PoolNow | undefined {
  const words = line.split(' ');
  const [usedMetadata, totalMetadata] = (words[4] ?? '').split('/').map(Number);
  const [usedBlocks, totalBlocks] = (words[5] ?? '').split('/').map(Number);
  const mode = words.find((word) => /^(?:rw|ro|out_of_data_space)$/.test(word));
  if (usedMetadata === undefined || !totalMetadata || usedBlocks === undefined || !totalBlocks || !mode)
    return undefined;
  return {
    line,
    usedMetadata,
    totalMetadata,
    usedBlocks,
    totalBlocks,
    mode,
    needsCheck: words.includes('needs_check'),
  };
}

/** @throws UllageError when the pool's metadata is to be checked first: growing it would not bring it back */
export function refuseNeedsCheck(pool: Pool): void {
  if (pool.status.needsCheck)
    throw new UllageError(
      "the pool's metadata needs a check first",
      pool.name,
      `ullage plan thin-repair --on ${pool.name}`,
    );
}
