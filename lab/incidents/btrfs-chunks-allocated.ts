import { exhaustBtrfsMetadata } from '../btrfs/exhaust-metadata.ts';
import { dockerd } from '../dockerd.ts';
import { contains, holds, lineWith } from '../expect.ts';
import type { Ground } from '../ground.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Incident } from '../incident.ts';

const ROOT = '/var/lib/docker';

/** Founding incident 1: nothing is left to allocate, metadata is full, half of the data chunks is free and of no use. */
export const btrfsChunksAllocated: Incident = {
  name: 'btrfs-chunks-allocated',
  title: 'btrfs: every chunk allocated, dockerd cannot start, balance itself has no room, df shows plenty',
  grounds: ['kernel', 'vm'],
  // the second is lent to the file system while it is balanced
  disks: [512, 1024],
  causes: ['btrfs-metadata-exhausted'],
  consumer: /docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.btrfs', '-q', '--metadata', 'dup', disk]);
    await ground.mount(disk, ROOT);
    lab.docker = await dockerd(ground, ['--storage-driver', 'btrfs']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', APP, '--stop-timeout', '1');
    await container(lab, 'batch', BASE);
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { ground, docker } = lab;
    await exhaustBtrfsMetadata(ground, ROOT, `${ROOT}/volumes/cache`);
    await docker.stop();
    return lineWith(await docker.startFails(), 'chmod /var/lib/docker: no space left on device', 'dockerd, restarted');
  },
  async state({ ground }) {
    const { size, used } = await allocated(ground);
    // btrfs leaves the first mebibyte of a device alone (BTRFS_DEVICE_RANGE_RESERVED)
    holds(size - used <= 2 ** 20, `${size - used} bytes are unallocated`);
    const available = Number((await ground.must(['df', '--block-size=1', '--output=avail', ROOT])).split('\n')[1]);
    holds(available > 100 * 2 ** 20, `df shows ${available} bytes available`);
    const balance = await ground.run(['btrfs', 'balance', 'start', '-dusage=75', ROOT]);
    holds(balance.exitCode !== 0, `balance worked: ${balance.stdout}`);
    contains(balance.stderr, `error during balancing '${ROOT}': No space left on device`, 'balance');
  },
  async works(lab) {
    await lab.docker.must('run', '--rm', '--network', 'none', BASE, 'true');
    await lab.ground.must(['mkdir', `${ROOT}/volumes/after`]);
    await lab.ground.must(['rmdir', `${ROOT}/volumes/after`]);
  },
  async cure(lab) {
    const { ground } = lab;
    const spare = await ground.device(ground.disks[1] ?? '');
    await ground.must(['btrfs', 'device', 'add', '-f', spare, ROOT]);
    // emptiest chunks first, until enough have been given back
    for (const usage of [50, 55, 60, 65, 70]) {
      await ground.must(['btrfs', 'balance', 'start', `-dusage=${usage}`, ROOT]);
      const { size, used, lent } = await allocated(ground);
      // what was moved to the lent disk comes back
      if (size - used - lent > 128 * 2 ** 20) break;
    }
    // from here to its end the file system spans a disk that was only lent
    await ground.must(['btrfs', 'device', 'remove', spare, ROOT]);
    await lab.docker.start();
  },
  heal: {
    cures: [
      { remedy: 'btrfs-temporary-device', on: ROOT, set: { scratch: '/run/ullage-lab' } },
      { remedy: 'btrfs-maintenance', on: ROOT, ground: 'vm' },
    ],
    restart: ({ docker }) => docker.start(),
  },
};

/** The first device's size, and what belongs to chunks of it and of the lent one: `devid 1 size … used … path …`. */
async function allocated(ground: Ground): Promise<{ size: number; used: number; lent: number }> {
  const shown = await ground.must(['btrfs', 'filesystem', 'show', '--raw', ROOT]);
  const [, size, used] = /devid\s+1 size (\d+) used (\d+)/.exec(shown) ?? [];
  const [, lent = 0] = /devid\s+2 size \d+ used (\d+)/.exec(shown) ?? [];
  holds(size !== undefined && used !== undefined, `btrfs filesystem show: ${shown}`);
  return { size: Number(size), used: Number(used), lent: Number(lent) };
}
