import { growLoopPool, loopLvm, poolName, poolStatus } from '../devicemapper/pool.ts';
import { beside, volumeOf } from '../devicemapper/volume.ts';
import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import type { Incident, Lab } from '../incident.ts';

/**
 * Founding incidents 2 and 5: `dm.basesize` is the limit of one container. Docker's mounts are its own, as
 * on the hosts that devicemapper was made for: df on the host shows nothing of them.
 */
export const containerVolumeFull: Incident = {
  name: 'container-volume-full',
  title: "devicemapper: one container's own volume is full, pool and disk have room",
  grounds: ['vm'],
  causes: ['docker-dm-basesize'],
  consumer: /container api/,
  async make(lab) {
    lab.docker = await dockerd(lab.ground, loopLvm('2G', '512M'), { ownMounts: true });
    await lab.docker.must('load', '--quiet', '--input', lab.ground.imagesTar);
    await container(lab, 'api');
    await container(lab, 'other');
    await lab.content.record(lab.docker, 'api', 'other');
  },
  async break(lab) {
    const ran = await write(lab, 'api', 'fill', '2000');
    return lineWith(ran.stderr, "dd: error writing '/data/fill': No space left on device", 'a write in the container');
  },
  async state(lab) {
    const { ground, docker } = lab;
    const { usedBlocks, totalBlocks, mode } = await poolStatus(ground, await poolName(ground));
    holds(mode === 'rw' && usedBlocks < totalBlocks / 2, `the pool is not the limit: ${usedBlocks} of ${totalBlocks}`);
    contains(await docker.must('exec', 'api', 'df', '-k', '/'), / 100% \/$/m, 'df in the container');
    holds((await write(lab, 'other', 'more', '8')).exitCode === 0, 'another container does not write either');
    const host = await ground.must(['df', '-a']);
    holds(!host.includes('/devicemapper/mnt/'), `the host sees a container's mount: ${host}`);
  },
  async works(lab) {
    const ran = await write(lab, 'api', 'after', '8');
    holds(ran.exitCode === 0, `the container cannot write: ${ran.stderr}`);
  },
  /** The volume is made larger so that it stays so: where Docker reads its size from, before it makes the device. */
  async cure(lab) {
    const { ground, docker } = lab;
    const volume = await volumeOf(ground, docker, 'api', await poolName(ground));
    await docker.must('stop', '-t', '1', 'api');
    await docker.stop();
    const kept = JSON.parse(await ground.must(['cat', volume.record])) as object;
    await ground.write(volume.record, JSON.stringify({ ...kept, size: 2 * volume.bytes }));
    await docker.start();
    for (const name of ['api', 'other']) await docker.must('start', name);
    await beside(ground, ['xfs_growfs', volume.mountedAt]);
  },
  heal: {
    cures: [{ remedy: 'grow-container', on: 'api' }],
    drifts: [
      {
        what: 'a container was started in between',
        cure: { remedy: 'container-volume', on: 'other', set: { delete: '/data/more', save: '/root' } },
        ready: async ({ docker }) => void (await docker.must('stop', '-t', '1', 'other')),
        disturb: async ({ docker }) => void (await docker.must('start', 'other')),
        says: /does other run: was "false", is "true"/,
      },
      {
        what: 'the pool was grown meanwhile',
        cure: { remedy: 'grow-loop-pool', set: { size: '3g' } },
        disturb: async ({ ground }) => growLoopPool(ground, await poolName(ground), '2500M'),
        says: /the table of the pool: was "0 4194304 thin-pool .*, is "0 5120000 thin-pool /,
      },
      {
        what: 'the pool has other device numbers',
        cure: { remedy: 'grow-loop-pool', set: { size: '3g' } },
        async disturb({ ground, docker }) {
          await docker.stop();
          // the pool that was grown by hand stays when the daemon goes, and holds its loop devices
          await ground.must(['truncate', '--size', '1M', '/root/occupied']);
          await eventually(60, 'the first loop device is free', async () => {
            await ground.run(['dmsetup', 'remove_all']);
            return (await ground.run(['losetup', '/dev/loop0', '/root/occupied'])).exitCode === 0 ? true : undefined;
          });
          await docker.start();
        },
        says: /the table of the pool: was "0 5120000 thin-pool 7:1 7:0 .*, is "0 5120000 thin-pool 7:2 7:1 /,
      },
    ],
  },
};

/** As many MiB, and on the disk before it says so. */
const write = (lab: Lab, name: string, file: string, mib: string) =>
  lab.docker.run(['exec', name, 'dd', 'if=/dev/zero', `of=/data/${file}`, 'bs=1M', `count=${mib}`, 'conv=fsync']);
