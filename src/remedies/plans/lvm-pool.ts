import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv } from '../../plan/plan.ts';
import { lvmOfDmName } from '../../stack/names.ts';
import { rest } from './planned.ts';

/** A thin pool that LVM keeps. Bytes. */
export interface LvmPool {
  vg: string;
  /** `vg/lv` */
  lv: string;
  size: number;
  metadataSize: number;
  chunkSize: number;
  monitored: boolean;
  profile: string;
  /** what the group has free, and its extents */
  free: number;
  extent: number;
}

export const lvsOf = (lv: string, fields: string): Argv => [
  ...['lvs', '--noheadings', '--nosuffix', '--units', 'b', '--separator', ':', '--options', fields],
  lv,
];

/** @throws UllageError when the pool of that device-mapper name is none of LVM's */
export function* lvmPool(name: string): Generator<Look, LvmPool, Ran> {
  const parts = lvmOfDmName(name.replace(/-tpool$/, ''));
  const lv = `${parts?.vg}/${parts?.lv}`;
  const said = yield* rest(
    'the pool as LVM has it',
    lvsOf(lv, 'lv_uuid,lv_size,lv_metadata_size,chunk_size,seg_monitor,lv_profile'),
  );
  const [uuid, size, metadataSize, chunkSize, monitor = '', profile = ''] = said.stdout.trim().split(':');
  if (!parts || said.exitCode !== 0 || !uuid || !Number(size) || !Number(metadataSize))
    throw new UllageError(
      'the pool is none of LVM’s',
      `${name}: ${said.stderr.trim().split('\n')[0] ?? ''}`,
      'A loop pool is grown by: ullage plan grow-loop-pool',
    );
  const group = yield* rest('what the volume group has free', [
    ...['vgs', '--noheadings', '--nosuffix', '--units', 'b', '--separator', ':', '--options', 'vg_free,vg_extent_size'],
    parts.vg,
  ]);
  const [free = 0, extent = 0] = group.stdout.trim().split(':').map(Number);
  if (!extent) throw new UllageError('the volume group does not tell what it has free', parts.vg, group.stderr.trim());
  return {
    vg: parts.vg,
    lv,
    size: Number(size),
    metadataSize: Number(metadataSize),
    chunkSize: Number(chunkSize),
    monitored: monitor.trim() === 'monitored',
    profile: profile.trim(),
    free,
    extent,
  };
}

/** A disk that holds nothing and that nobody uses. @throws UllageError naming what is on it */
export function* emptyDevice(device: string): Generator<Look, number, Ran> {
  const size = yield* rest(`the size of ${device}`, ['blockdev', '--getsize64', device]);
  if (size.exitCode !== 0 || !(Number(size.stdout) > 0))
    throw new UllageError('there is no such block device', device, size.stderr.trim());
  const found = yield* rest(`what is on ${device}`, [
    'wipefs',
    '--no-act',
    '--noheadings',
    '--output',
    'TYPE,OFFSET',
    device,
  ]);
  const tree = yield* rest(`who uses ${device}`, [
    'lsblk',
    '--noheadings',
    '--list',
    '--output',
    'NAME,TYPE,MOUNTPOINT',
    device,
  ]);
  const used = tree.stdout.trim().split('\n');
  const first = found.stdout.trim().split('\n')[0]?.trim();
  if (found.exitCode !== 0 || first)
    throw new UllageError(
      'the device is not empty',
      `${device}: ${first ? `it has a signature of ${first}` : found.stderr.trim()}`,
      'Name another one. If what is on it is not needed: wipefs -n shows it, wipefs -a takes it off',
    );
  if (used.length > 1 || / \/\S*$/.test(used[0] ?? ''))
    throw new UllageError('the device is in use', `${device}: ${used.slice(0, 4).join(', ')}`, 'Name another one');
  return Number(size.stdout);
}
