import {
  autoextend,
  directLvm,
  freeExtents,
  grown,
  lvmBoot,
  makePool,
  monitoring,
  POOL_DM,
  POOL_LV,
  VG,
} from '../devicemapper/direct-lvm.ts';
import { errorMode, poolStatus } from '../devicemapper/pool.ts';
import { dockerd } from '../dockerd.ts';
import { eventually, holds, lineWith } from '../expect.ts';
import { populate } from '../host-content.ts';
import type { Incident } from '../incident.ts';

const SYSLOG = '/var/log/syslog';
const REFUSED = /Insufficient free space: \d+ extents needed, but only \d+ available/;

/**
 * The trap of founding incident 4: autoextend is on and dmeventd watches, but it adds a share of the
 * pool as a whole or nothing. The volume group had one step to give; growth has used it up.
 */
export const directLvmAutoextendNoExtents: Incident = {
  name: 'direct-lvm-autoextend-no-extents',
  title: 'devicemapper on an LVM thin pool with autoextend: the volume group cannot give the step, the pool fills',
  grounds: ['vm'],
  disks: [1400, 2048],
  causes: ['vg-no-free-extents'],
  consumer: /pool|docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    // where dmeventd's words go on every host
    await ground.must(['busybox', 'syslogd', '-O', SYSLOG]);
    await makePool(ground, disk, { data: '1G', metadata: '16M' });
    await autoextend(ground, 80, 20);
    lab.docker = await dockerd(ground, directLvm('1G'));
    await populate(lab);
  },
  async break(lab) {
    const { ground, docker } = lab;
    const before = await poolStatus(ground, POOL_DM);
    const fill = (name: string, count: number): string[] =>
      ['exec', name, 'dd', 'if=/dev/zero', `of=/data/fill-${count}`, 'bs=1M'].concat(`count=${count}`, 'conv=fsync');
    await docker.must(...fill('web', 780));
    const after = await grown(ground, before);
    lab.say(`dmeventd extended the pool from ${before.totalBlocks} to ${after.totalBlocks} blocks`);
    // deleted, and the pool does not learn of it: these blocks stay web's
    await docker.must('exec', 'web', 'sh', '-c', 'rm /data/fill-780 && sync');
    const writer = ground.launch(['docker', ...fill('db', 700)], { timeoutMs: 240_000 });
    await eventually(90, 'the pool is out of data space', async () =>
      (await poolStatus(ground, POOL_DM)).mode === 'out_of_data_space' ? true : undefined,
    );
    await errorMode(ground, POOL_DM);
    const ran = await writer.done;
    holds(ran.exitCode !== 0, 'the writer that filled the pool ended as if all were written');
    return lineWith(await ground.must(['cat', SYSLOG]), REFUSED, 'what dmeventd says');
  },
  async state(lab) {
    const { ground } = lab;
    const status = await poolStatus(ground, POOL_DM);
    holds(status.usedBlocks === status.totalBlocks, `the pool is not full: ${status.line}`);
    holds((await monitoring(ground)) === 'monitored', 'dmeventd does not watch the pool');
    // what dmeventd runs
    const ran = await ground.run(['lvextend', '--use-policies', POOL_LV]);
    const said = lineWith(ran.stderr, REFUSED, 'lvextend by the policy');
    const [needed = 0, available = 0] = (said.match(/\d+/g) ?? []).map(Number);
    holds(available === (await freeExtents(ground)) && needed > available, `not this group's extents: ${said}`);
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
    await lab.docker.must('run', '--rm', '--network', 'none', 'lab/base:1', 'true');
  },
  async cure(lab) {
    const { ground, docker } = lab;
    const [, second = ''] = ground.disks;
    await ground.must(['pvcreate', second]);
    await ground.must(['vgextend', VG, second]);
    await ground.must(['lvextend', '-L', '+1G', POOL_LV]);
    // their file systems stopped themselves; only unmounting brings them back, with the journal replayed
    for (const name of ['web', 'db']) {
      await docker.must('stop', '-t', '1', name);
      await docker.must('start', name);
    }
  },
  heal: {
    cures: [
      { remedy: 'thin-extend', set: { device: '/dev/vdc' } },
      { remedy: 'thin-trim' },
      { remedy: 'thin-autoextend' },
    ],
    boot: lvmBoot,
  },
};
