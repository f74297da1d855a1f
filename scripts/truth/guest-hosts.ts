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
    disks: [2048],
    async make(guest) {
      await pool(guest, '500M', '16M', '64K');
      await thinVolume(guest, 'ext4', '2G', ['mkfs.ext4', '-q', '-m', '5']);
    },
    rows: [onPath('ext4 on a thin LV, pool, as a user', '/mnt/ext4', 'user')],
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

/** A thin LV of the pool with a file system, mounted at /mnt/NAME for everybody to write. */
async function thinVolume({ ground }: Guest, name: string, size: string, mkfs: string[]): Promise<void> {
  await ground.must(['lvcreate', '--yes', '-V', size, '-T', POOL_LV, '-n', name]);
  await ground.must([...mkfs, `/dev/${VG}/${name}`]);
  await ground.mount(`/dev/${VG}/${name}`, `/mnt/${name}`);
  await ground.must(['chmod', '1777', `/mnt/${name}`]);
}
