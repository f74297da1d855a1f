import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask } from './planned.ts';

/** What the last commit of a pool's metadata says is in use: a failed pool does not tell, its disk does. */
export interface Committed {
  /** blocks of the pool */
  usedData: number;
  totalData: number;
  /** blocks of 4 KiB, without the kernel's reserve */
  usedMetadata: number;
  totalMetadata: number;
}

/** Bytes before the roots of both space maps in struct thin_disk_superblock (drivers/md/dm-thin-metadata.c). */
const DATA_ROOT = 64;
const METADATA_ROOT = 192;
/** struct disk_sm_root begins with nr_blocks and nr_allocated, 64 bits each (persistent-data/dm-space-map-common.h). */
const WORD = 8;

/** Of an LVM pool by its device-mapper name: there whether LVM shows it in /dev/VG or not. */
export const metadataDevice = (pool: string): string => `/dev/mapper/${pool.replace(/-tpool$/, '')}_tmeta`;

/** Undefined where the device cannot be read, or does not begin as one superblock does. */
export function* committed(pool: string): Generator<Look, Committed | undefined, Ran> {
  const device = metadataDevice(pool);
  // the kernel writes below the page cache: what is kept there may be older
  yield* ask(['blockdev', '--flushbufs', device]);
  const length = METADATA_ROOT + 2 * WORD - DATA_ROOT;
  const said = yield* ask([
    'od',
    '-v',
    '-A',
    'n',
    '-t',
    'u8',
    '--endian=little',
    '-j',
    String(DATA_ROOT),
    '-N',
    String(length),
    device,
  ]);
  const words = said.stdout.trim().split(/\s+/).map(Number);
  const at = (METADATA_ROOT - DATA_ROOT) / WORD;
  const [totalData = 0, usedData = 0] = words;
  const [totalMetadata = 0, usedMetadata = 0] = words.slice(at);
  const sound = [totalData, totalMetadata].every((one) => Number.isSafeInteger(one) && one > 0);
  if (said.exitCode !== 0 || !sound || !(usedData <= totalData) || !(usedMetadata <= totalMetadata)) return undefined;
  return { usedData, totalData, usedMetadata, totalMetadata };
}

/** MAX_METADATA_RESERVE and a tenth (__set_metadata_reserve, drivers/md/dm-thin-metadata.c, since Linux 5.0). */
const RESERVE_MOST = 4096;

/** Metadata blocks the kernel counts as used though they are free, so that deletes still work. */
export const metadataReserve = (totalBlocks: number): number => Math.min(RESERVE_MOST, Math.floor(totalBlocks / 10));
