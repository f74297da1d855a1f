import { lvmBoot, POOL_DM, POOL_LV } from '../devicemapper/direct-lvm.ts';
import { DISK_MIB, smallMetadata, writePages } from '../devicemapper/fill-metadata.ts';
import { poolStatus } from '../devicemapper/pool.ts';
import { contains, holds, lineWith } from '../expect.ts';
import type { Incident } from '../incident.ts';

/** The map is full before the country is: no minute of grace, and a cure while it runs. */
export const thinMetadataFull: Incident = {
  name: 'thin-metadata-full',
  title: "devicemapper on an LVM thin pool: the pool's metadata is full, it turns read-only; its data is hardly used",
  grounds: ['vm'],
  disks: [DISK_MIB],
  causes: ['dm-thin-metadata-full'],
  consumer: /pool|docker/,
  // LVM's own default; without zeroing the same writes make the pool fail
  make: (lab) => smallMetadata(lab, 'y'),
  async break(lab) {
    contains((await writePages(lab)).stderr, 'Input/output error', 'the writer');
    const log = await lab.ground.must(['dmesg']);
    contains(log, 'switching pool to read-only mode', 'the kernel log');
    return lineWith(log, 'No free metadata blocks', 'the kernel log');
  },
  async state(lab) {
    const status = await poolStatus(lab.ground, POOL_DM);
    holds(status.mode === 'ro', `the pool is not read-only: ${status.line}`);
    holds(status.usedMetadata === status.totalMetadata, `the metadata is not full: ${status.line}`);
    holds(status.usedBlocks < status.totalBlocks / 10, `the data is used too: ${status.line}`);
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
    await lab.docker.must('run', '--rm', '--network', 'none', 'lab/base:1', 'true');
  },
  async cure(lab) {
    const { ground, docker } = lab;
    await ground.must(['lvextend', '--poolmetadatasize', '+14M', POOL_LV]);
    const status = await poolStatus(ground, POOL_DM);
    holds(status.mode === 'rw', `the pool does not take writes again: ${status.line}`);
    for (const name of ['web', 'db']) {
      await docker.must('stop', '-t', '1', name);
      await docker.must('start', name);
    }
  },
  heal: { cures: [{ remedy: 'thin-extend' }], boot: lvmBoot },
};
