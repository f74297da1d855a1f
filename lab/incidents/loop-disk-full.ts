import { loopLvm, poolName, poolStatus } from '../devicemapper/pool.ts';
import { checked } from '../devicemapper/volume.ts';
import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { container, smallFiles } from '../host-content.ts';
import type { Incident } from '../incident.ts';

const ROOT = '/var/lib/docker';
/** An empty disk that this host has to spare. */
const LARGER = '/mnt/larger';

/**
 * Founding incident 3, stage 1: the disk below the sparse files is full long before the pool has its size. The
 * pool's metadata is such a file too: its next commit fails, and the kernel leaves the pool read-only.
 */
export const loopDiskFull: Incident = {
  name: 'loop-disk-full',
  title: 'devicemapper on loop files: the disk below is full, I/O errors while the pool has free blocks',
  grounds: ['vm'],
  disks: [512, 1024],
  causes: ['loop-file-on-full-backing-fs'],
  consumer: /docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = '', larger = ''] = ground.disks;
    await ground.must(['mkfs.xfs', '-q', disk]);
    await ground.mount(disk, ROOT);
    await ground.must(['mkfs.xfs', '-q', larger]);
    await ground.mount(larger, LARGER);
    lab.docker = await dockerd(ground, [...loopLvm('4G', '1G'), '--storage-opt', 'dm.fs=ext4']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web');
    await container(lab, 'db');
    await lab.content.record(lab.docker, 'web', 'db');
  },
  async break(lab) {
    const { ground, docker } = lab;
    const ran = await docker.run(['exec', 'web', 'sh', '-c', smallFiles(60)], { timeoutMs: 300_000 });
    contains(ran.stderr, 'Input/output error', 'the writer');
    await eventually(90, 'ext4 stops writing', async () => {
      const touched = await docker.run(['exec', 'web', 'sh', '-c', 'rm -f /data/late; touch /data/late && sync']);
      return touched.stderr.includes('Read-only file system') ? true : undefined;
    });
    const log = await ground.must(['dmesg']);
    contains(log, /loop: Write error at byte offset \d+, length \d+\./, 'the kernel log');
    contains(
      log,
      /EXT4-fs warning \(device dm-\d+\): ext4_end_bio:\d+: I\/O error 10 writing to inode/,
      'the kernel log',
    );
    contains(log, /Buffer I\/O error on device dm-\d+, logical block \d+/, 'the kernel log');
    return lineWith(log, /EXT4-fs \(dm-\d+\): Remounting filesystem read-only/, 'the kernel log');
  },
  async state(lab) {
    const { ground, docker } = lab;
    const { usedBlocks, totalBlocks } = await poolStatus(ground, await poolName(ground));
    holds(usedBlocks < totalBlocks / 2, `the pool itself is full: ${usedBlocks} of ${totalBlocks}`);
    contains(await ground.must(['df', ROOT]), / 100% \/var\/lib\/docker$/m, 'df');
    contains(await docker.must('info'), /Data Space Available: [\d.]+k?B/, 'docker info');
  },
  async works(lab) {
    for (const name of ['web', 'db'])
      await lab.docker.must('exec', name, 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  /** To a larger disk, sparse as they are; the metadata is checked before anything is made of it again. */
  async cure(lab) {
    const { ground, docker } = lab;
    const [, larger = ''] = ground.disks;
    for (const name of ['web', 'db']) await docker.must('stop', '-t', '1', name);
    await docker.stop();
    await ground.must(['cp', '--archive', '--sparse=always', `${ROOT}/.`, LARGER]);
    await ground.must(['thin_check', '--clear-needs-check-flag', `${LARGER}/devicemapper/devicemapper/metadata`]);
    await ground.must(['umount', LARGER]);
    await ground.must(['umount', ROOT]);
    await ground.mount(larger, ROOT);
    await docker.start();
    for (const name of ['web', 'db']) {
      await checked(ground, docker, name);
      await docker.must('start', name);
    }
  },
  heal: { cures: [{ remedy: 'move-data-root', set: { to: `${LARGER}/docker` } }] },
};
