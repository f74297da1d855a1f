import {
  autoextend,
  directLvm,
  freeExtents,
  lvmBoot,
  makePool,
  monitoring,
  POOL_DM,
  POOL_LV,
} from '../devicemapper/direct-lvm.ts';
import { errorMode, poolStatus } from '../devicemapper/pool.ts';
import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { populate } from '../host-content.ts';
import type { Incident } from '../incident.ts';

/** Nobody switched autoextend on: the pool fills while its volume group has room. */
export const directLvmDataFull: Incident = {
  name: 'direct-lvm-data-full',
  title: 'devicemapper on an LVM thin pool without autoextend: the pool is full, the volume group is not',
  grounds: ['vm'],
  disks: [3072],
  causes: ['dm-thin-data-full'],
  consumer: /pool|docker/,
  async make(lab) {
    const [disk = ''] = lab.ground.disks;
    await makePool(lab.ground, disk, { data: '1G', metadata: '16M' });
    lab.docker = await dockerd(lab.ground, directLvm('900M'));
    await populate(lab);
  },
  async break(lab) {
    const { ground, docker } = lab;
    await docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/fill', 'bs=1M', 'count=600', 'conv=fsync');
    // the last writer waits a minute for room, then fails
    const writer = ground.launch(
      ['docker', 'exec', 'db', 'dd', 'if=/dev/zero', 'of=/data/fill'].concat('bs=1M', 'count=600', 'conv=fsync'),
      { timeoutMs: 240_000 },
    );
    await eventually(90, 'the pool is out of data space', async () =>
      (await poolStatus(ground, POOL_DM)).mode === 'out_of_data_space' ? true : undefined,
    );
    contains(await ground.must(['dmesg']), /switching pool to out-of-data-space \(queue IO\) mode/, 'the kernel log');
    await errorMode(ground, POOL_DM);
    const ran = await writer.done;
    holds(ran.exitCode !== 0, 'the writer that filled the pool ended as if all were written');
    contains(await ground.must(['dmesg']), /switching pool to out-of-data-space \(error IO\) mode/, 'the kernel log');
    const refused = await docker.run(['run', '--rm', '--network', 'none', 'lab/base:1', 'true']);
    return lineWith(refused.stderr, /Thin Pool has 0 free data blocks which is less than minimum/, 'docker run');
  },
  async state(lab) {
    const status = await poolStatus(lab.ground, POOL_DM);
    holds(status.usedBlocks === status.totalBlocks, `the pool is not full: ${status.line}`);
    holds((await freeExtents(lab.ground)) >= 256, 'the volume group has no room: this is another incident');
    const threshold = await lab.ground.must(['lvmconfig', '--typeconfig', 'full', THRESHOLD]);
    contains(threshold, /=100$/, 'lvm.conf');
    contains(await lab.docker.must('info'), /Data Space Available: 0B/, 'docker info');
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
    await lab.docker.must('run', '--rm', '--network', 'none', 'lab/base:1', 'true');
  },
  async cure(lab) {
    const { ground, docker } = lab;
    await ground.must(['lvextend', '-L', '+1G', POOL_LV]);
    await autoextend(ground, 80, 20);
    holds((await monitoring(ground)) === 'monitored', 'dmeventd does not watch the pool');
    // their file systems stopped themselves; only unmounting brings them back, with the journal replayed
    for (const name of ['web', 'db']) {
      await docker.must('stop', '-t', '1', name);
      await docker.must('start', name);
    }
  },
  heal: { cures: [{ remedy: 'thin-extend' }, { remedy: 'thin-autoextend' }], boot: lvmBoot },
};

const THRESHOLD = 'activation/thin_pool_autoextend_threshold';
