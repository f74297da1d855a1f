import {
  containerdHost,
  containerdLog,
  ctr,
  importImages,
  mustCtr,
  mustExecIn,
  POOL,
  runTask,
  STORE,
  startContainerd,
  stopContainerd,
} from '../containerd.ts';
import { contains, holds, lineWith, sleep } from '../expect.ts';
import type { Ground } from '../ground.ts';
import type { Incident } from '../incident.ts';
import { failed } from '../process.ts';

/** As the OOM killer does it, at the moment a new image's first layer gets its file system. */
const KILLED = `ctr --namespace "$1" image import --snapshotter devmapper "$2" >/dev/null 2>&1 &
until pidof mkfs.ext4 >/dev/null; do kill -0 $! 2>/dev/null || exit 1; done
kill -9 $(pidof containerd)
wait`;

/** Doctor is sure when POOL.db has not changed for a minute: before, a snapshot might be in the making. */
const QUIET_S = 62;

/** The number of the device that has no snapshot, from POOL.db's own record of it. */
let left = { name: '', id: 0 };

export const containerdBoltMismatch: Incident = {
  name: 'containerd-bolt-mismatch',
  title: 'containerd was killed while it unpacked: its devmapper databases disagree, no snapshot can be made',
  grounds: ['vm'],
  disks: [1024],
  causes: ['containerd-devmapper-out-of-step'],
  df: STORE,
  make: (lab) => containerdHost(lab, 640),
  async break(lab) {
    const { ground } = lab;
    for (let attempt = 1; ; attempt++) {
      // a namespace of its own each time: what was unpacked before is not unpacked again
      await ground.run(['sh', '-c', KILLED, 'sh', `pull${attempt}`, ground.imagesTar], { timeoutMs: 60_000 });
      contains(await startContainerd(ground), /^ok$/, 'the devmapper snapshotter after the kill');
      const refused = await runTask(ground, 'new', 'lab/base:1', 'sleep', '1000000');
      if (refused.exitCode !== 0) {
        const error = lineWith(
          refused.stderr,
          /is already there \{DeviceID:\d+ .*\}: object already exists/,
          'ctr run',
        );
        const match = /device "(\S+)" is already there \{DeviceID:(\d+) /.exec(error);
        left = { name: match?.[1] ?? '', id: Number(match?.[2]) };
        lab.say(`killed at the right moment in attempt ${attempt}`);
        await stopContainerd(ground);
        await startContainerd(ground);
        const again = await importImages(ground, 'again');
        contains(again.stderr, /object already exists/, 'ctr image import after a restart');
        await sleep(QUIET_S);
        return error;
      }
      holds(attempt < 8, 'eight kills, and containerd recovered each time');
      await ctr(ground, ['task', 'kill', '--signal', 'KILL', 'new']);
      await ctr(ground, ['task', 'rm', 'new']);
      await mustCtr(ground, 'container', 'rm', 'new');
    }
  },
  async state({ ground }) {
    // the kernel has the device, under the thin id of the record
    contains(await ground.must(['dmsetup', 'table', left.name]), new RegExp(` thin \\S+ ${left.id}$`), 'dmsetup table');
    contains(await record(ground), new RegExp(`"device_id":${left.id},`), `${POOL}.db`);
    // and no snapshot is it: nothing mounts it, and it is the one device too many
    holds((await ground.run(['grep', '-q', left.name, '/proc/mounts'])).exitCode !== 0, `${left.name} is mounted`);
    const devices = (await ground.must(['dmsetup', 'ls', '--target', 'thin'])).split('\n').length;
    const listed = await mustCtr(ground, 'snapshots', '--snapshotter', 'devmapper', 'ls');
    const active = listed.split('\n').filter((line) => / Active\s*$/.test(line)).length;
    holds(devices === active + 1, `${devices} thin devices for ${active} active snapshots`);
  },
  async works({ ground }) {
    const ran = await runTask(ground, 'after', 'lab/base:1', 'sleep', '1000000');
    if (ran.exitCode !== 0) throw new Error(failed(['ctr run'], ran));
    const unpacked = await importImages(ground, 'after');
    if (unpacked.exitCode !== 0) throw new Error(failed(['ctr image import'], unpacked));
    await mustExecIn(ground, 'web', ['sh', '-c', 'echo works > /data/after && sync']);
  },
  async cure({ ground }) {
    await stopContainerd(ground);
    await ground.must(['dmsetup', 'remove', left.name]);
    await ground.must(['dmsetup', 'message', POOL, '0', `delete ${left.id}`]);
    // the first start finds no such device and leaves it half activated; the second calls that faulty
    contains(await startContainerd(ground), /^error$/, 'the snapshotter on the first start');
    await stopContainerd(ground);
    contains(await startContainerd(ground), /^ok$/, 'the snapshotter on the second start');
    contains(await containerdLog(ground), /invalid state .*marking as faulty/, "containerd's log");
  },
};

/** bolt keeps values as they are: the JSON of a device stands in the file. */
const record = (ground: Ground): Promise<string> =>
  ground.must(['grep', '-a', '-o', `{[^{}]*"name":"${left.name}"[^{}]*}`, `${STORE}/${POOL}.db`]);
