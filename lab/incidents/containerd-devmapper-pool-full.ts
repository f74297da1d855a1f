import {
  containerdHost,
  execIn,
  growPool,
  importImages,
  mustExecIn,
  POOL,
  runTask,
  STORE,
  startTask,
  stopTask,
} from '../containerd.ts';
import { errorMode, poolStatus } from '../devicemapper/pool.ts';
import { contains, holds, lineWith } from '../expect.ts';
import type { Incident } from '../incident.ts';
import { failed } from '../process.ts';

const FILL = ['dd', 'if=/dev/zero', 'of=/data/fill', 'bs=1M', 'count=200', 'conv=fsync'];

/** Two containers fill the pool that each of them could use alone. */
export const containerdDevmapperPoolFull: Incident = {
  name: 'containerd-devmapper-pool-full',
  title: "containerd's devmapper snapshotter: the thin pool is full, nothing starts and nothing is unpacked",
  grounds: ['vm'],
  disks: [1024],
  causes: ['dm-thin-data-full'],
  consumer: /snapshotter\.v1\.devmapper/,
  df: STORE,
  make: (lab) => containerdHost(lab, 320),
  async break({ ground }) {
    await mustExecIn(ground, 'web', FILL);
    // the last writer waits a minute for room, then fails; a journal that is aborted first makes it read-only
    const writer = await execIn(ground, 'db', FILL);
    holds(writer.exitCode !== 0, 'the writer that filled the pool ended as if all were written');
    contains(writer.stderr, /Input\/output error|No space left on device|Read-only file system/, 'the writer');
    await errorMode(ground, POOL);
    const refused = await runTask(ground, 'new', 'lab/base:1', 'sleep', '1000000');
    contains(refused.stderr, /failed to mount .*: input\/output error/, 'ctr run on the full pool');
    const unpacked = await importImages(ground, 'k8s.io');
    holds(unpacked.exitCode !== 0, 'an image was unpacked into the full pool');
    return lineWith(unpacked.stderr, /mkfs\.ext4 couldn't initialize/, 'ctr image import on the full pool');
  },
  async state({ ground }) {
    const status = await poolStatus(ground, POOL);
    holds(status.mode === 'out_of_data_space', `the pool has room: ${status.line}`);
    holds(status.usedBlocks === status.totalBlocks, `the pool is not full: ${status.line}`);
    contains(await ground.must(['dmesg']), /switching pool to out-of-data-space \(error IO\) mode/, 'the kernel log');
  },
  async works({ ground }) {
    for (const name of ['web', 'db'])
      await mustExecIn(ground, name, ['dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync']);
    const ran = await runTask(ground, 'after', 'lab/base:1', 'sleep', '1000000');
    if (ran.exitCode !== 0) throw new Error(failed(['ctr run'], ran));
    const unpacked = await importImages(ground, 'k8s.io');
    if (unpacked.exitCode !== 0) throw new Error(failed(['ctr image import'], unpacked));
  },
  async cure({ ground }) {
    await growPool(ground, 640);
    // what lost writes is mounted anew, with its journal replayed
    await stopTask(ground, 'db');
    await startTask(ground, 'db');
  },
};
