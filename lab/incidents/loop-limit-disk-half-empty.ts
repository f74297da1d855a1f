import { errorMode, growLoopPool, loopLvm, poolName, poolStatus } from '../devicemapper/pool.ts';
import { checked } from '../devicemapper/volume.ts';
import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { container, smallFiles } from '../host-content.ts';
import type { Incident } from '../incident.ts';

const ROOT = '/var/lib/docker';

/** Founding incident 3, stage 3: the file has reached its own size on a disk that df shows half empty. */
export const loopLimitDiskHalfEmpty: Incident = {
  name: 'loop-limit-disk-half-empty',
  title: 'devicemapper on loop files: the pool reached its limit, df shows a half empty disk, ext4 turned read-only',
  grounds: ['vm'],
  disks: [1536],
  causes: ['dm-thin-data-full', 'docker-dm-loop-lvm'],
  consumer: /docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.xfs', '-q', disk]);
    await ground.mount(disk, ROOT);
    lab.docker = await dockerd(ground, [...loopLvm('640M', '600M'), '--storage-opt', 'dm.fs=ext4']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web');
    await container(lab, 'db');
    await lab.content.record(lab.docker, 'web', 'db');
  },
  async break(lab) {
    const { ground, docker } = lab;
    const pool = await poolName(ground);
    // writers wait for room a minute by default: nothing else is different when they wait less
    await ground.write('/sys/module/dm_thin_pool/parameters/no_space_timeout', '5');
    const write = (name: string, files: number) =>
      docker.run(['exec', name, 'sh', '-c', smallFiles(files)], { timeoutMs: 300_000 });
    const first = await write('web', 45);
    holds(first.exitCode === 0, first.stderr);
    const ran = await write('db', 60);
    contains(ran.stderr, 'Input/output error', 'the writer');
    await errorMode(ground, pool);
    await eventually(90, 'ext4 stops writing', async () => {
      const touched = await docker.run(['exec', 'db', 'sh', '-c', 'rm -f /data/late; touch /data/late && sync']);
      return touched.stderr.includes('Read-only file system') ? true : undefined;
    });
    const log = await ground.must(['dmesg']);
    contains(
      log,
      /EXT4-fs warning \(device dm-\d+\): ext4_end_bio:\d+: I\/O error 3 writing to inode/,
      'the kernel log',
    );
    contains(log, /Buffer I\/O error on device dm-\d+, logical block \d+/, 'the kernel log');
    return lineWith(log, /EXT4-fs \(dm-\d+\): Remounting filesystem read-only/, 'the kernel log');
  },
  async state(lab) {
    const { ground, docker } = lab;
    const status = await poolStatus(ground, await poolName(ground));
    holds(status.usedBlocks === status.totalBlocks, `the pool is not full: ${status.line}`);
    contains(await docker.must('info'), /Data Space Available: 0B/, 'docker info');
    const used = Number((await ground.must(['df', '--output=pcent', ROOT])).split('\n')[1]?.replace('%', ''));
    holds(used > 40 && used < 70, `the disk is not half empty: ${used} % used`);
    const mounts = await ground.must(['grep', '/devicemapper/mnt/', '/proc/mounts']);
    holds(!/ ext4 ro/.test(mounts), `the mount table tells of it after all: ${mounts}`);
  },
  async works(lab) {
    for (const name of ['web', 'db'])
      await lab.docker.must('exec', name, 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  /** The pool is grown where it is; then each file system is checked while nobody uses it. */
  async cure(lab) {
    const { ground, docker } = lab;
    await growLoopPool(ground, await poolName(ground), '1000M');
    for (const name of ['web', 'db']) {
      await docker.must('stop', '-t', '1', name);
      await checked(ground, docker, name);
      await docker.must('start', name);
    }
  },
  // as its operator did, with room to do it in; his images and containers come along
  heal: {
    cures: [
      { remedy: 'grow-loop-pool', set: { size: '1000m' } },
      { remedy: 'switch-to-overlay2', set: { scratch: '/var/tmp' } },
    ],
  },
};
