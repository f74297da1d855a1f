import { loopLvm, poolName, poolStatus } from '../devicemapper/pool.ts';
import { rescued, volumeOf } from '../devicemapper/volume.ts';
import { dockerd } from '../dockerd.ts';
import { contains, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import type { Incident, Lab } from '../incident.ts';

/** What must not change of the container next to it, until a boot: its process, its device's table and who has it open. */
const bystanders = new WeakMap<Lab, Bystander>();

interface Bystander {
  /** /proc/sys/kernel/random/boot_id */
  boot: string;
  is: string;
}

/**
 * Founding incident 5. Docker 1.10 made a directory for pivot_root in every root it started; what still must be
 * made there today is a working directory that is gone. Copying into the container fails by a pivot directory still.
 */
export const containerCannotStart: Incident = {
  name: 'container-cannot-start',
  title: 'devicemapper: a container cannot be started because its own volume is full',
  grounds: ['vm'],
  causes: ['docker-dm-basesize'],
  consumer: /^\/var\/lib\/docker$/,
  async make(lab) {
    lab.docker = await dockerd(lab.ground, loopLvm('2G', '512M'), { ownMounts: true });
    await lab.docker.must('load', '--quiet', '--input', lab.ground.imagesTar);
    await container(lab, 'api', 'lab/base:1', '--workdir', '/run/api');
    await container(lab, 'other');
    await lab.content.record(lab.docker, 'api', 'other');
    bystanders.set(lab, await bystander(lab));
  },
  async break(lab) {
    const { docker } = lab;
    const fill = 'dd if=/dev/zero of=/data/log bs=1M; dd if=/dev/zero bs=512 >>/data/log; sync; rmdir /run/api';
    const filled = await docker.run(['exec', 'api', 'sh', '-c', fill]);
    contains(filled.stderr, 'No space left on device', 'the log that fills the volume');
    // a service takes its directory below /run with it when it ends
    holds(filled.exitCode === 0, `the working directory is still there: ${filled.stderr}`);
    await docker.must('stop', '-t', '1', 'api');
    const refused = await docker.run(['start', 'api']);
    const own = /mkdir \S+\/devicemapper\/mnt\/[0-9a-f]{64}\/rootfs\/run\/api: no space left on device/;
    return lineWith(refused.stderr, own, 'docker start');
  },
  async state(lab) {
    const { ground, docker } = lab;
    const { usedBlocks, totalBlocks, mode } = await poolStatus(ground, await poolName(ground));
    holds(mode === 'rw' && usedBlocks < totalBlocks / 2, `the pool is not the limit: ${usedBlocks} of ${totalBlocks}`);
    const { device } = await volumeOf(ground, docker, 'api', await poolName(ground));
    holds(
      (await ground.run(['dmsetup', 'info', device])).exitCode !== 0,
      'the device of a stopped container is active',
    );
    const copied = await docker.run(['cp', '/etc/hostname', 'api:/data/hostname']);
    contains(
      copied.stderr,
      /Error setting up pivot dir: mkdir \S+\.pivot_root\d+: no space left on device/,
      'docker cp',
    );
  },
  async works(lab) {
    const started = await lab.docker.run(['start', 'api']);
    holds(started.exitCode === 0, started.stderr);
    await lab.docker.must('exec', 'api', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
    await untouched(lab);
  },
  async cure(lab) {
    const { ground } = lab;
    const pool = await poolName(ground);
    const volume = await volumeOf(ground, lab.docker, 'api', pool);
    await rescued(ground, pool, volume, async (device) => {
      // every volume is a snapshot of one base device: all have its UUID
      await ground.mount(device, '/mnt/rescue', 'nouuid');
      await ground.must(['rm', '/mnt/rescue/rootfs/data/log']);
      await ground.must(['fstrim', '/mnt/rescue']);
      await ground.must(['umount', '/mnt/rescue']);
      await untouched(lab);
    });
    await lab.docker.must('start', 'api');
  },
  heal: {
    cures: [{ remedy: 'container-volume', on: 'api', set: { delete: '/data/log', save: '/root' } }],
  },
};

async function untouched(lab: Lab): Promise<void> {
  const before = bystanders.get(lab);
  const now = await bystander(lab);
  holds(
    now.boot !== before?.boot || now.is === before.is,
    `the other container was touched: ${before?.is} before, ${now.is} after`,
  );
}

async function bystander(lab: Lab): Promise<Bystander> {
  const { ground, docker } = lab;
  const { device } = await volumeOf(ground, docker, 'other', await poolName(ground));
  const table = await ground.must(['dmsetup', 'table', device]);
  const open = await ground.must(['dmsetup', 'info', '--columns', '--noheadings', '-o', 'open,major,minor', device]);
  const process = await docker.must('inspect', '-f', '{{.State.Pid}} {{.State.StartedAt}}', 'other');
  const boot = await ground.must(['cat', '/proc/sys/kernel/random/boot_id']);
  return { boot, is: `${table}, open ${open}, process ${process}` };
}
