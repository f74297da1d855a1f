import { lvmBoot } from '../devicemapper/direct-lvm.ts';
import { errorMode, loopLvm, poolName, poolStatus } from '../devicemapper/pool.ts';
import { steadyFill } from '../devicemapper/steady-fill.ts';
import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { populate } from '../host-content.ts';
import type { Incident } from '../incident.ts';

const DATA = '/var/lib/docker/devicemapper/devicemapper/data';

/** Founding incident 2: the sparse file's pool is at its own limit; containers lose writes, ext4 goes read-only. */
export const loopPoolFull: Incident = {
  name: 'loop-pool-full',
  title: 'devicemapper on loop files: the pool is full, I/O errors, read-only remounts',
  grounds: ['vm'],
  disks: [3072],
  causes: ['dm-thin-data-full'],
  consumer: /pool|docker/,
  async make(lab) {
    // where its manual has them, so that a cure can change them
    const options = loopLvm('1G', '900M').filter((word) => word.startsWith('dm.'));
    const settings = { 'storage-driver': 'devicemapper', 'storage-opts': options, 'max-concurrent-downloads': 2 };
    await lab.ground.write('/etc/docker/daemon.json', JSON.stringify(settings));
    lab.docker = await dockerd(lab.ground, []);
    await populate(lab);
  },
  async break(lab) {
    const { ground, docker } = lab;
    const pool = await poolName(ground);
    await docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/fill', 'bs=1M', 'count=600', 'conv=fsync');
    // the last writer waits a minute for room, then fails
    const writer = ground.launch([
      'docker',
      'exec',
      'db',
      'dd',
      'if=/dev/zero',
      'of=/data/fill',
      'bs=1M',
      'count=600',
      'conv=fsync',
    ]);
    await eventually(90, 'the pool is out of data space', async () =>
      (await poolStatus(ground, pool)).mode === 'out_of_data_space' ? true : undefined,
    );
    await errorMode(ground, pool);
    const ran = await writer.done;
    holds(ran.exitCode !== 0, 'the writer that filled the pool ended as if all were written');
    const log = await ground.must(['dmesg']);
    contains(log, /switching pool to out-of-data-space \(error IO\) mode/, 'the kernel log');
    const refused = await docker.run(['run', '--rm', '--network', 'none', 'lab/base:1', 'true']);
    return lineWith(refused.stderr, /which is less than minimum required/, 'docker run on the full pool');
  },
  async state(lab) {
    const status = await poolStatus(lab.ground, await poolName(lab.ground));
    holds(status.usedBlocks === status.totalBlocks, `the pool is not full: ${status.line}`);
    contains(await lab.docker.must('info'), /Data Space Available: 0B/, 'docker info');
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
    await lab.docker.must('run', '--rm', '--network', 'none', 'lab/base:1', 'true');
  },
  async cure(lab) {
    const { ground, docker } = lab;
    const pool = await poolName(ground);
    const device = (await ground.must(['losetup', '--associated', DATA, '--output', 'NAME', '--noheadings'])).trim();
    await ground.must(['truncate', '--size', '2G', DATA]);
    await ground.must(['losetup', '--set-capacity', device]);
    const table = (await ground.must(['dmsetup', 'table', pool])).split(' ');
    table[1] = await ground.must(['blockdev', '--getsz', device]);
    await ground.must(['dmsetup', 'suspend', '--noflush', pool]);
    await ground.must(['dmsetup', 'reload', pool, '--table', table.join(' ')]);
    await ground.must(['dmsetup', 'resume', pool]);
    // ext4 stopped itself; only unmounting brings it back, with its journal replayed
    for (const name of ['web', 'db']) {
      await docker.must('stop', '-t', '1', name);
      await docker.must('start', name);
    }
  },
  heal: {
    cures: [
      { remedy: 'grow-loop-pool', set: { size: '1536m' } },
      { remedy: 'loop-to-direct-lvm', set: { device: '/dev/vdb' } },
    ],
    boot: lvmBoot,
  },
  foresee: steadyFill,
};
