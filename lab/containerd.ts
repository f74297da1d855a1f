/**
 * containerd alone, with the devmapper snapshotter on a thin pool of a blank disk, made as its own
 * documentation does (docs/snapshotters/devmapper.md). No state is kept here: the daemon is found by its name.
 */
import { contains, eventually, sleep } from './expect.ts';
import type { Ground } from './ground.ts';
import { SEED } from './host-content.ts';
import type { Lab } from './incident.ts';
import { failed, type Ran, type RunOptions } from './process.ts';

export const POOL = 'containerd-pool';
export const STORE = '/var/lib/containerd/io.containerd.snapshotter.v1.devmapper';
const LOG = '/var/log/containerd.log';
/** 512-byte sectors in a MiB */
const SECTORS = 2048;
const METADATA_MIB = 16;
const DEVMAPPER = ['--snapshotter', 'devmapper'];

/** A pool of this size at the start of the first disk; its file systems promise 256 MB each. */
export async function thinPool(ground: Ground, dataMiB: number): Promise<void> {
  const disk = ground.disks[0] ?? '';
  await ground.must(['modprobe', 'dm_thin_pool']);
  await create(ground, `${POOL}-meta`, `0 ${METADATA_MIB * SECTORS} linear ${disk} 0`);
  await create(ground, `${POOL}-data`, dataTable(disk, dataMiB));
  // a superblock of zeros is what makes the kernel format the pool
  await ground.must(['dd', 'if=/dev/zero', `of=/dev/mapper/${POOL}-meta`, 'bs=4096', 'count=1', 'status=none']);
  const devices = `/dev/mapper/${POOL}-meta /dev/mapper/${POOL}-data`;
  await create(ground, POOL, `0 ${dataMiB * SECTORS} thin-pool ${devices} 128 32768 1 skip_block_zeroing`);
  await ground.write(
    '/etc/containerd/config.toml',
    [
      'version = 2',
      '[plugins."io.containerd.snapshotter.v1.devmapper"]',
      `  pool_name = "${POOL}"`,
      '  base_image_size = "256MB"',
      '',
    ].join('\n'),
  );
}

/** More of the same disk, while everything runs. */
export async function growPool(ground: Ground, dataMiB: number): Promise<void> {
  const table = (await ground.must(['dmsetup', 'table', POOL])).split(' ');
  table[1] = String(dataMiB * SECTORS);
  await ground.must(['dmsetup', 'reload', `${POOL}-data`, '--table', dataTable(ground.disks[0] ?? '', dataMiB)]);
  await ground.must(['dmsetup', 'suspend', '--noflush', POOL]);
  await ground.must(['dmsetup', 'suspend', `${POOL}-data`]);
  await ground.must(['dmsetup', 'resume', `${POOL}-data`]);
  await ground.must(['dmsetup', 'reload', POOL, '--table', table.join(' ')]);
  await ground.must(['dmsetup', 'resume', POOL]);
}

const dataTable = (disk: string, mib: number): string => `0 ${mib * SECTORS} linear ${disk} ${METADATA_MIB * SECTORS}`;

async function create(ground: Ground, name: string, table: string): Promise<void> {
  await ground.must(['dmsetup', 'create', name, '--table', table]);
}

/** Starts it and waits until it answers; what its snapshotter came up as: `ok` or `error`. */
export async function startContainerd(ground: Ground): Promise<string> {
  ground.launch(['sh', '-c', `exec setsid --wait containerd >>${LOG} 2>&1`], { timeoutMs: 2 ** 31 - 1 });
  await eventually(180, 'containerd answers', async () =>
    (await ctr(ground, ['version'])).exitCode === 0 ? true : undefined,
  );
  const plugins = await mustCtr(ground, 'plugins', 'ls');
  return /^\S+snapshotter\.v1\s+devmapper\s.*\s(\w+)\s*$/m.exec(plugins)?.[1] ?? plugins;
}

/** Running containers go on: their shims are no children of it. */
export async function stopContainerd(ground: Ground): Promise<void> {
  await ground.must(['sh', '-c', 'kill $(pidof containerd)']);
  await eventually(120, 'containerd ends', async () =>
    (await ground.run(['pidof', 'containerd'])).exitCode === 0 ? undefined : true,
  );
}

export const containerdLog = async (ground: Ground): Promise<string> => (await ground.run(['cat', LOG])).stdout;

/** Asked again when a daemon that has just been started is too slow to shake hands: nothing was done then. */
export async function ctr(ground: Ground, argv: readonly string[], options?: RunOptions): Promise<Ran> {
  for (let attempt = 1; ; attempt++) {
    const ran = await ground.run(['ctr', ...argv], { timeoutMs: 180_000, ...options });
    if (attempt === 5 || !/^ctr: failed to dial /m.test(ran.stderr)) return ran;
    await sleep(1);
  }
}

export async function mustCtr(ground: Ground, ...argv: string[]): Promise<string> {
  const ran = await ctr(ground, argv);
  if (ran.exitCode !== 0) throw new Error(failed(['ctr', ...argv], ran));
  return ran.stdout.trim();
}

/** Loads and unpacks the lab's images; another namespace unpacks them into snapshots of its own. */
export const importImages = (ground: Ground, namespace = 'default'): Promise<Ran> =>
  ctr(ground, ['--namespace', namespace, 'image', 'import', ...DEVMAPPER, ground.imagesTar]);

/** Images of the archive have Docker's full names here. */
export const runTask = (ground: Ground, name: string, image: string, ...command: string[]): Promise<Ran> =>
  ctr(ground, ['run', '--detach', ...DEVMAPPER, `docker.io/${image}`, name, ...command]);

export const startTask = (ground: Ground, name: string): Promise<string> =>
  mustCtr(ground, 'task', 'start', '--detach', name);

/** The container stays, as after `docker stop`. */
export async function stopTask(ground: Ground, name: string): Promise<void> {
  await mustCtr(ground, 'task', 'kill', '--signal', 'KILL', name);
  // with the exit status of what it killed
  await ctr(ground, ['task', 'rm', name]);
}

let execs = 0;

export const execIn = (ground: Ground, name: string, argv: readonly string[]): Promise<Ran> =>
  ctr(ground, ['task', 'exec', '--exec-id', `lab${++execs}`, name, ...argv]);

export async function mustExecIn(ground: Ground, name: string, argv: readonly string[]): Promise<string> {
  const ran = await execIn(ground, name, argv);
  if (ran.exitCode !== 0) throw new Error(failed(['in', name, ...argv], ran));
  return ran.stdout;
}

/** A running container with known files in /data, recorded. */
export async function recordedTask(lab: Lab, name: string, image: string): Promise<void> {
  const { ground } = lab;
  const ran = await runTask(ground, name, image, 'sh', '-c', SEED);
  if (ran.exitCode !== 0) throw new Error(failed(['ctr run', name], ran));
  await mustExecIn(ground, name, [
    'sh',
    '-c',
    'until [ -s /data/6 ] && pidof sleep >/dev/null; do sleep 0.1; done; sync',
  ]);
  await lab.content.recordInside(`container ${name}`, async (argv) => {
    if (!(await mustCtr(ground, 'task', 'ls', '--quiet')).split('\n').includes(name)) await startTask(ground, name);
    return mustExecIn(ground, name, argv);
  });
}

/** The pool, images, `web` and `db` running, `batch` stopped. */
export async function containerdHost(lab: Lab, dataMiB: number): Promise<void> {
  const { ground } = lab;
  await thinPool(ground, dataMiB);
  contains(await startContainerd(ground), /^ok$/, 'the devmapper snapshotter');
  const imported = await importImages(ground);
  if (imported.exitCode !== 0) throw new Error(failed(['ctr image import'], imported));
  await recordedTask(lab, 'web', 'lab/app:1');
  await recordedTask(lab, 'db', 'lab/app:1');
  await recordedTask(lab, 'batch', 'lab/base:1');
  await stopTask(ground, 'batch');
}
