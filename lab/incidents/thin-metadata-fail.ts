import { lvmBoot, POOL_DM, POOL_LV } from '../devicemapper/direct-lvm.ts';
import { DISK_MIB, smallMetadata, writePages } from '../devicemapper/fill-metadata.ts';
import { poolStatus } from '../devicemapper/pool.ts';
import { contains, holds, lineWith } from '../expect.ts';
import type { Ground } from '../ground.ts';
import type { Incident } from '../incident.ts';
import { thinMetadataFull } from './thin-metadata-full.ts';

/**
 * The same on a pool as Docker's manual makes it, without zeroing: writes that are on their way take the
 * pool down, the kernel cannot even note needs_check. Nothing on disk is damaged.
 */
export const thinMetadataFail: Incident = {
  name: 'thin-metadata-fail',
  title: "devicemapper as Docker's manual has it: the pool's metadata is full and the whole pool fails",
  grounds: ['vm'],
  disks: [DISK_MIB],
  causes: ['dm-thin-metadata-full'],
  consumer: /pool|docker/,
  make: (lab) => smallMetadata(lab, 'n'),
  async break(lab) {
    contains((await writePages(lab)).stderr, 'Input/output error', 'the writer');
    const log = await lab.ground.must(['dmesg']);
    contains(log, 'No free metadata blocks', 'the kernel log');
    contains(log, "failed to set 'needs_check' flag in metadata", 'the kernel log');
    return lineWith(log, 'switching pool to fail mode', 'the kernel log');
  },
  async state(lab) {
    const { line } = await poolStatus(lab.ground, POOL_DM);
    contains(line, /thin-pool Fail$/, 'the pool');
  },
  works: (lab) => thinMetadataFull.works(lab),
  async cure(lab) {
    const { ground, docker } = lab;
    for (const name of ['web', 'db']) await docker.must('stop', '-t', '1', name);
    await docker.stop();
    await removeThins(ground);
    await ground.must(['lvchange', '-an', POOL_LV]);
    await ground.must(['lvextend', '--poolmetadatasize', '+14M', POOL_LV]);
    await ground.must(['lvchange', '-ay', POOL_LV]);
    const status = await poolStatus(ground, POOL_DM);
    holds(status.mode === 'rw', `the pool does not take writes again: ${status.line}`);
    await docker.start();
    for (const name of ['web', 'db']) await docker.must('start', name);
  },
  heal: { cures: [{ remedy: 'thin-repair' }], boot: lvmBoot },
};

/** Devices of containers are no LVs: what a daemon on a dead pool could not remove keeps the pool in use. */
async function removeThins(ground: Ground): Promise<void> {
  const listed = await ground.must(['dmsetup', 'ls', '--target', 'thin']);
  // `name<TAB>(major:minor)`; without any, nothing, or "No devices found"
  for (const [, name = ''] of listed.matchAll(/^(\S+)\t/gm)) {
    await ground.run(['umount', `/dev/mapper/${name}`]);
    await ground.must(['dmsetup', 'remove', '--retry', name]);
  }
}
