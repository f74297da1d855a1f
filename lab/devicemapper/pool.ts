import { eventually } from '../expect.ts';
import type { Ground } from '../ground.ts';

/** dockerd's arguments for a loop-lvm pool of these sizes (dockerd(8), "devicemapper options"). */
export const loopLvm = (data: string, base: string, metadata = '64M'): string[] => [
  ...['--storage-driver', 'devicemapper', '--storage-opt', `dm.loopdatasize=${data}`],
  ...['--storage-opt', `dm.loopmetadatasize=${metadata}`, '--storage-opt', `dm.basesize=${base}`],
];

/** A thin pool's status line, by the fields of Documentation/admin-guide/device-mapper/thin-provisioning.rst. */
export interface PoolStatus {
  line: string;
  mode: string;
  usedBlocks: number;
  totalBlocks: number;
  usedMetadata: number;
  totalMetadata: number;
}

/** Name of the pool Docker made: `docker-254:0-131-pool`. */
export async function poolName(ground: Ground): Promise<string> {
  const listed = await ground.must(['dmsetup', 'ls', '--target', 'thin-pool']);
  const name = listed.split(/\s/)[0];
  if (!name || name === 'No') throw new Error(`no thin pool: ${listed}`);
  return name;
}

/** `--noflush`: without it, asking a full pool waits for the writes that wait for the pool. */
export async function poolStatus(ground: Ground, pool: string): Promise<PoolStatus> {
  const line = await ground.must(['dmsetup', 'status', '--noflush', pool]);
  const [, , , , metadata = '', data = '', , mode = ''] = line.split(' ');
  const [usedMetadata, totalMetadata] = metadata.split('/').map(Number);
  const [usedBlocks, totalBlocks] = data.split('/').map(Number);
  return {
    line,
    mode,
    usedBlocks: usedBlocks ?? Number.NaN,
    totalBlocks: totalBlocks ?? Number.NaN,
    usedMetadata: usedMetadata ?? Number.NaN,
    totalMetadata: totalMetadata ?? Number.NaN,
  };
}

/** Waits until the pool fails writes: a minute after it filled (dm-thin's no_space_timeout). */
export const errorMode = (ground: Ground, pool: string): Promise<PoolStatus> =>
  eventually(120, `pool ${pool} gives up queueing`, async () => {
    const status = await poolStatus(ground, pool);
    return status.line.includes('error_if_no_space') ? status : undefined;
  });

/** Docker's data file when it was given no device. */
const DATA = '/var/lib/docker/devicemapper/devicemapper/data';

/** Makes a loop pool larger in place, containers running: file, loop device, pool. */
export async function growLoopPool(ground: Ground, pool: string, size: string): Promise<void> {
  const device = await ground.must(['losetup', '--associated', DATA, '--output', 'NAME', '--noheadings']);
  await ground.must(['truncate', '--size', size, DATA]);
  await ground.must(['losetup', '--set-capacity', device]);
  const table = (await ground.must(['dmsetup', 'table', pool])).split(' ');
  table[1] = await ground.must(['blockdev', '--getsz', device]);
  await ground.must(['dmsetup', 'suspend', '--noflush', pool]);
  await ground.must(['dmsetup', 'reload', pool, '--table', table.join(' ')]);
  await ground.must(['dmsetup', 'resume', pool]);
}
