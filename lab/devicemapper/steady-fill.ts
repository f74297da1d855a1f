import { contains, lineWith } from '../expect.ts';
import type { Foreseen } from '../foreseen.ts';
import { errorMode, poolName, poolStatus } from './pool.ts';

/** 4 MiB every so many seconds, each waited for; what comes too late is made up for. Not of zeros. */
const EVERY = 4;
const WRITER = `head -c 4194304 /dev/zero | tr '\\0' x >/tmp/x; start=$(date +%s); i=0
while dd if=/tmp/x of=/data/fill-$i bs=1M conv=fsync 2>/tmp/said || { cat /tmp/said >&2; exit 1; }; do
  i=$((i + 1)); rest=$((start + i * ${EVERY} - $(date +%s))); [ $rest -le 0 ] || sleep $rest
done`;

/** Docker's own share: dm.min_free_space, 10 % unless set (dockerd(8)). */
const MINIMUM = 0.1;

/** Founding incident 2 in slow motion: first Docker refuses new containers, then the running ones lose writes. */
export const steadyFill: Foreseen = {
  async ready({ docker }) {
    // db's own file system is smaller than the pool: what web holds makes the pool end first
    await docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/held', 'bs=1M', 'count=350', 'conv=fsync');
  },
  fill: ({ ground }) =>
    ground.launch(['docker', 'exec', 'db', 'sh', '-c', WRITER], {
      timeoutMs: 2 ** 31 - 1,
    }),
  ends: [
    {
      consumer: '/var/lib/docker',
      cause: 'docker-dm-min-free-space',
      async reached({ ground }) {
        const { usedBlocks, totalBlocks } = await poolStatus(ground, await poolName(ground));
        return totalBlocks - usedBlocks < MINIMUM * totalBlocks;
      },
      async error({ docker }) {
        const refused = await docker.run(['run', '--rm', '--network', 'none', 'lab/base:1', 'true']);
        return lineWith(refused.stderr, /which is less than minimum required/, 'docker run below the minimum');
      },
    },
    {
      consumer: 'container db',
      cause: 'dm-thin-data-full',
      reached: async ({ ground }) => (await poolStatus(ground, await poolName(ground))).mode === 'out_of_data_space',
      async error({ ground }, fill) {
        await errorMode(ground, await poolName(ground));
        const ran = await fill.done;
        contains(await ground.must(['dmesg']), /switching pool to out-of-data-space/, 'the kernel log');
        return lineWith(ran.stderr, /Input\/output error|Read-only file system|No space left/, 'the writer');
      },
    },
  ],
};
