import type { Check, Step } from '../../plan/plan.ts';
import { escapePattern } from '../../tools/escape-pattern.ts';
import type { LoopFile } from './loop-file.ts';
import { lvsOf } from './lvm-pool.ts';
import { type Pool, statusOf } from './thin-pool.ts';

/** Where a loop pool is moved to. Bytes. */
export interface Target {
  device: string;
  /** the device gets a volume group of its own */
  own: boolean;
  vg: string;
  lv: string;
  /** for the copy of the metadata, until it is the pool's */
  metaLv: string;
  /** what device-mapper calls the pool */
  name: string;
  size: number;
  metadataSize: number;
  /** of the empty map that LVM makes first; never that of the copied one */
  emptySize: number;
  /** what stays free in the group */
  left: number;
  /** of the pool's size */
  percent: number;
}

const typeOf = (target: Target, lv: string, type: string): Check => ({
  says: `${target.vg}/${lv} is ${type}`,
  run: lvsOf(`${target.vg}/${lv}`, 'segtype'),
  matches: `^\\s*${type}\\s*$`,
});

const mapHas = (lv: string, bytes: number): Check => ({
  says: `the map of ${lv} has ${bytes} bytes`,
  run: lvsOf(lv, 'lv_metadata_size'),
  matches: `^\\s*${bytes}\\s*$`,
});

const missing = (target: Target, lv: string): Check => ({
  says: `there is no ${target.vg}/${lv}`,
  run: ['lvs', '--noheadings', `${target.vg}/${lv}`],
  exit: 5,
});

export function createGroup(target: Target): Step[] {
  if (!target.own) return [];
  const has: Check = {
    says: `${target.device} is the volume group ${target.vg}`,
    run: ['pvs', '--noheadings', '--options', 'vg_name', target.device],
    matches: `^\\s*${escapePattern(target.vg)}\\s*$`,
  };
  return [
    {
      id: 'group',
      title: `make a volume group of ${target.device}`,
      why: 'the pool lies on whole devices from now on, not on a sparse file',
      run: [['vgcreate', '--yes', target.vg, target.device]],
      undo: [
        ['vgremove', '--yes', target.vg],
        ['pvremove', '--yes', target.device],
      ],
      undoIf: [has],
      before: [
        { says: `${target.device} is empty`, run: ['wipefs', '--no-act', '--noheadings', target.device], lacks: '\\S' },
      ],
      after: [has],
      risk: 'online',
      idempotent: false,
      ifStopped: 'An empty volume group; Docker is as before.',
    },
  ];
}

export function createVolume(target: Target, lv: string, size: number): Step {
  const has: Check = {
    says: `${target.vg}/${lv} has ${size} bytes`,
    run: lvsOf(`${target.vg}/${lv}`, 'lv_size'),
    matches: `^\\s*${size}\\s*$`,
  };
  return {
    id: `volume-${lv}`,
    title: `make the volume ${target.vg}/${lv}`,
    why: lv === target.lv ? 'for the blocks of the pool' : 'for the map of the pool',
    run: [['lvcreate', '--yes', '--wipesignatures', 'y', '--name', lv, '--size', `${size}b`, target.vg]],
    undo: [['lvremove', '--yes', `${target.vg}/${lv}`]],
    undoIf: [has],
    before: [missing(target, lv)],
    after: [has],
    risk: 'online',
    idempotent: false,
    ifStopped: 'An empty volume; Docker is as before.',
  };
}

/** Holes of the file are zeros of the volume: it is zeroed first, whatever the disk held before. */
function copy(file: LoopFile, volume: string, title: string, id: string): Step {
  return {
    id,
    title,
    why: 'every block as it is, and compared afterwards',
    run: [
      ['blkdiscard', '--zeroout', volume],
      ['dd', `if=${file.path}`, `of=${volume}`, 'bs=4M', 'conv=sparse,fsync,nocreat', 'status=none'],
    ],
    undo: [],
    before: [{ says: 'no loop device uses the file', run: ['losetup', '--associated', file.path], lacks: '\\S' }],
    after: [
      { says: 'the copy is the same, byte for byte', run: ['cmp', '--bytes', String(file.size), file.path, volume] },
    ],
    risk: 'downtime',
    idempotent: true,
    timeout: 7 * 24 * 3600,
    // as when Docker ran again after the new pool was made of this volume: its map is there, what was written since is not
    ifFailed: { matches: '.', says: 'The old pool is whole and stays so: ullage undo takes the new one away' },
    ifStopped: 'Docker is down; started, it opens the old pool, which is unchanged.',
  };
}

export const copyPool = (target: Target, data: LoopFile): Step =>
  copy(data, `/dev/${target.vg}/${target.lv}`, `copy the blocks to ${target.vg}/${target.lv}`, 'copy-data');

export const copyMetadata = (target: Target, metadata: LoopFile): Step =>
  copy(
    metadata,
    `/dev/${target.vg}/${target.metaLv}`,
    `copy the map to ${target.vg}/${target.metaLv}`,
    'copy-metadata',
  );

/** LVM gives a new pool an empty map; the copied one takes its place while the pool is not active. */
export function makePool(target: Target, pool: Pool): Step[] {
  const lv = `${target.vg}/${target.lv}`;
  const meta = `${target.vg}/${target.metaLv}`;
  const inactive: Check = { says: 'the pool is not active', run: ['dmsetup', 'info', target.name], exit: 1 };
  const ifStopped = 'Docker is down; started, it opens the old pool, which is unchanged.';
  return [
    {
      id: 'make-pool',
      title: `make a thin pool of ${lv}`,
      why: `with blocks of ${pool.blockSize} bytes, as the pool has them`,
      run: [
        [
          ...['lvconvert', '--yes', '--type', 'thin-pool', '--zero', 'n', '--chunksize', `${pool.blockSize}b`],
          // of another size than the copied one: that tells which of the two is in place
          ...['--poolmetadatasize', `${target.emptySize}b`, lv],
        ],
      ],
      undo: [],
      before: [typeOf(target, target.lv, 'linear')],
      after: [typeOf(target, target.lv, 'thin-pool')],
      risk: 'online',
      idempotent: false,
      ifStopped,
    },
    {
      id: 'pool-off',
      title: `deactivate ${lv}`,
      why: 'its map is exchanged',
      run: [['lvchange', '--activate', 'n', lv]],
      undo: [],
      before: [],
      after: [inactive],
      risk: 'online',
      idempotent: true,
      ifStopped,
    },
    {
      id: 'swap-map',
      title: 'put the copied map in its place',
      why: 'it says which block belongs to which image and container',
      run: [['lvconvert', '--yes', '--chunksize', `${pool.blockSize}b`, '--thinpool', lv, '--poolmetadata', meta]],
      undo: [],
      before: [inactive, mapHas(lv, target.emptySize)],
      after: [mapHas(lv, target.metadataSize)],
      risk: 'online',
      idempotent: false,
      ifStopped,
    },
    {
      id: 'pool-on',
      title: `activate ${lv}`,
      why: 'LVM checks the map with thin_check first',
      run: [['lvchange', '--activate', 'y', lv]],
      undo: [['lvchange', '--activate', 'n', lv]],
      undoIf: [{ says: 'it is active', run: ['dmsetup', 'info', target.name] }],
      before: [],
      after: [
        {
          says: 'the pool has the blocks of the old one',
          run: statusOf(target.name),
          matches: ` ${pool.status.usedBlocks === 0 ? '\\d+' : '[1-9]\\d*'}/${Math.floor(target.size / pool.blockSize)} .* rw `,
        },
      ],
      risk: 'online',
      idempotent: true,
      timeout: 3600,
      settle: 20,
      ifStopped,
    },
    {
      id: 'drop-empty-map',
      title: `remove ${meta}`,
      why: 'the empty map that LVM had made',
      run: [['lvremove', '--yes', meta]],
      undo: [],
      before: [],
      skipIf: [missing(target, target.metaLv)],
      after: [missing(target, target.metaLv)],
      risk: 'online',
      idempotent: true,
      ifStopped,
    },
  ];
}
