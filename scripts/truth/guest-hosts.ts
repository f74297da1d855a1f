import { directLvm, makePool, POOL_LV, VG } from '../../lab/devicemapper/direct-lvm.ts';
import { loopLvm } from '../../lab/devicemapper/pool.ts';
import type { Headroom } from '../../src/stack/layer.ts';
import { type Guest, rootOf } from './guest.ts';
import { untilRefused } from './until-refused.ts';

/** A host in a guest of its own, and rows that are measured on it one after the other. */
export interface GuestHost {
  /** blank disks, in MiB */
  disks: readonly number[];
  make(guest: Guest): Promise<void>;
  rows: readonly GuestRow[];
}

export interface GuestRow {
  name: string;
  /** whose headroom doctor is asked for: `container web`, or a path */
  consumer: string;
  as?: 'root' | 'user';
  /** what is foretold is the least that can be written */
  atLeast?: true;
  /** until the first error: bytes that were written */
  fill(guest: Guest, room: Headroom): Promise<number>;
}

const DOCKER = '/var/lib/docker';

export const guestHosts: readonly GuestHost[] = [
  {
    disks: [4096],
    async make(guest) {
      await onDisk(guest, ['mkfs.ext4', '-q']);
      await guest.docker([...loopLvm('900M', '512M'), '--storage-opt', 'dm.fs=xfs'], 'web', 'db');
    },
    rows: [
      inContainer("loop-lvm, container's base size, xfs", 'web'),
      {
        name: 'loop-lvm, until Docker refuses containers',
        consumer: DOCKER,
        fill: (guest, room) => untilRefused(guest, 'db', room.bytes ?? 0),
      },
      inContainer('loop-lvm, pool, another container', 'db'),
    ],
  },
  {
    disks: [1024],
    async make(guest) {
      await onDisk(guest, ['mkfs.ext4', '-q']);
      await guest.docker(loopLvm('4G', '3G'), 'web');
    },
    rows: [inContainer('loop-lvm, sparse file on nearly full ext4', 'web')],
  },
  {
    disks: [2048],
    async make(guest) {
      await pool(guest, '700M', '16M', '64K');
      await guest.docker([...directLvm('400M'), '--storage-opt', 'dm.fs=ext4'], 'web', 'db');
    },
    rows: [
      inContainer("direct-lvm 64 KiB, container's base size, ext4", 'web'),
      inContainer('direct-lvm 64 KiB, pool, another container', 'db'),
    ],
  },
  {
    disks: [2048],
    async make(guest) {
      await pool(guest, '800M', '16M', '512K');
      await guest.docker([...directLvm('2G'), '--storage-opt', 'dm.fs=ext4'], 'web');
    },
    rows: [inContainer('direct-lvm 512 KiB, pool, ext4', 'web')],
  },
  {
    disks: [2048],
    async make(guest) {
      await pool(guest, '800M', '16M', '512K');
      await guest.docker([...directLvm('2G'), '--storage-opt', 'dm.fs=xfs'], 'web');
    },
    rows: [inContainer('direct-lvm 512 KiB, pool, xfs', 'web')],
  },
  {
    disks: [4096],
    make: (guest) => dockerOnTiny(guest, 128),
    // beside leaves that a snapshot shares with its origin others get fuller (dm-btree.c, rebalance_or_split),
    // and so does the last leaf: how far, the counts of a pool do not tell
    rows: [{ ...inContainer('thin pool, metadata first, a container', 'web'), atLeast: true }],
  },
  {
    disks: [4096],
    async make(guest) {
      await tinyMetadata(guest, 100);
      await guest.ground.must(['dmsetup', 'message', TINY.pool, '0', 'create_thin 0']);
      await guest.ground.must(['dmsetup', 'create', 'volume', '--table', `0 ${3 * GIB_SECTORS} thin ${TINY.pool} 0`]);
      await mounted(guest, '/dev/mapper/volume', 'xfs', ['mkfs.xfs', '-q']);
    },
    rows: [onPath('thin pool, metadata first, xfs', '/mnt/xfs')],
  },
  {
    disks: [1536],
    async make(guest) {
      await pool(guest, '600M', '16M', '64K');
      await thinVolume(guest, 'ext4', ['mkfs.ext4', '-q', '-m', '5', '-E', 'lazy_itable_init=0,lazy_journal_init=0']);
    },
    rows: [onPath('thin LV, pool, ext4 as a user', '/mnt/ext4', 'user')],
  },
  {
    disks: [1536],
    async make(guest) {
      await pool(guest, '600M', '16M', '64K');
      await thinVolume(guest, 'btrfs', ['mkfs.btrfs', '-q']);
    },
    rows: [onPath('thin LV, pool, btrfs', '/mnt/btrfs')],
  },
];

function inContainer(name: string, container: string): GuestRow {
  return {
    name,
    consumer: `container ${container}`,
    fill: async (guest) => guest.fill(await rootOf(guest, container)),
  };
}

function onPath(name: string, path: string, as: 'root' | 'user' = 'root'): GuestRow {
  return { name, consumer: path, as, fill: (guest) => guest.fill(path, as) };
}

async function onDisk({ ground }: Guest, mkfs: string[]): Promise<void> {
  const [disk = ''] = ground.disks;
  await ground.must([...mkfs, disk]);
  await ground.mount(disk, DOCKER);
}

async function pool({ ground }: Guest, data: string, metadata: string, chunk: string): Promise<void> {
  const [disk = ''] = ground.disks;
  await makePool(ground, disk, { data, metadata, chunk, extent: '1M' });
}

const GIB_SECTORS = 2 ** 21;
const BASE_3G = ['--storage-opt', 'dm.basesize=3G'];
/** A pool made by hand: LVM takes no metadata below 2 MiB, which maps more than a test should write. */
const TINY = { name: 'tiny', pool: '/dev/mapper/tiny' };

async function dockerOnTiny(guest: Guest, blocks: number): Promise<void> {
  await tinyMetadata(guest, blocks);
  const driver = ['--storage-driver', 'devicemapper', '--storage-opt', `dm.thinpooldev=${TINY.pool}`];
  await guest.docker([...driver, ...BASE_3G], 'web');
}

/** A pool of 3 GiB in chunks of 64 KiB, with so many metadata blocks of 4 KiB. */
async function tinyMetadata({ ground }: Guest, blocks: number): Promise<void> {
  const [disk = ''] = ground.disks;
  const make = (name: string, table: string) => ground.must(['dmsetup', 'create', name, '--table', table]);
  await make('metadata', `0 ${blocks * 8} linear ${disk} 0`);
  await make('data', `0 ${3 * GIB_SECTORS} linear ${disk} ${GIB_SECTORS / 2}`);
  const devices = '/dev/mapper/metadata /dev/mapper/data';
  await make(TINY.name, `0 ${3 * GIB_SECTORS} thin-pool ${devices} 128 0 1 skip_block_zeroing`);
}

/** A thin LV of 2 GiB with a file system, at /mnt/NAME for everybody to write. */
async function thinVolume(guest: Guest, type: string, mkfs: string[]): Promise<void> {
  await guest.ground.must(['lvcreate', '--yes', '-V', '2G', '-T', POOL_LV, '-n', type]);
  await mounted(guest, `/dev/${VG}/${type}`, type, mkfs);
}

async function mounted({ ground }: Guest, device: string, type: string, mkfs: string[]): Promise<void> {
  await ground.must([...mkfs, device]);
  await ground.mount(device, `/mnt/${type}`);
  await ground.must(['chmod', '1777', `/mnt/${type}`]);
}
