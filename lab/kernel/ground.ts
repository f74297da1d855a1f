import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Ground } from '../ground.ts';
import { imagesTar } from '../images.ts';
import { launch, must, type RunOptions, run } from '../process.ts';
import { doctorOf, ullageArgv } from '../ullage.ts';
import { cgroupOfLab, removeCgroup, removeDeadCgroups } from './cgroups.ts';
import { coverHost } from './cover-host.ts';
import { attachLoop } from './loop-device.ts';
import { staticBusybox } from './static-busybox.ts';

/** Below the private /run: the host's own directories get nothing, not even a mount point. */
const HOME = '/run/ullage-lab';

/**
 * This kernel, seen from the lab's own namespaces: loop devices and daemons on their usual paths, none of
 * them the host's. Only inNamespaces() gives the namespaces this takes for granted.
 */
export async function kernelGround({ disks: sizes }: { disks: readonly number[] }): Promise<Ground> {
  refuseOutside();
  await coverHost();
  mkdirSync(HOME);
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'ullage-lab', HOME]);
  await removeDeadCgroups();
  const cgroup = await cgroupOfLab();
  const disks = sizes.map((mib, index) => {
    const disk = join(HOME, `disk${index}`);
    writeFileSync(disk, '');
    truncateSync(disk, mib * 2 ** 20);
    return disk;
  });
  const images = join(HOME, 'images.tar');
  await writeFile(images, await imagesTar(readFileSync(staticBusybox())));
  const devices = new Map<string, string>();
  const ground: Ground = {
    kind: 'kernel',
    disks,
    imagesTar: images,
    dockerdArgs: [`--cgroup-parent=/${cgroup}`],
    run: (argv, options) => run(argv, here(options)),
    must: (argv, options) => must(argv, here(options)),
    launch: (argv, options) => launch(argv, here(options)),
    async write(path, text) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    },
    async mount(disk, at, options) {
      await mkdir(at, { recursive: true });
      // mount attaches the loop device with autoclear: there is no moment at which it would be left over
      const words = [...(disk.startsWith('/dev/') ? [] : ['loop']), ...(options ? [options] : [])];
      await ground.must(['mount', ...(words.length > 0 ? ['-o', words.join(',')] : []), disk, at]);
    },
    async device(disk) {
      const device = devices.get(disk) ?? (await attachLoop(ground, disk));
      devices.set(disk, device);
      return device;
    },
    ullage: (...argv) => ground.run(ullageArgv(...argv), { timeoutMs: 10 * 60_000 }),
    inside: (argv, env) => ground.run(ullageArgv(...argv), { timeoutMs: 20 * 60_000, ...(env ? { env } : {}) }),
    beside: (argv) => ground.launch(ullageArgv(...argv), { timeoutMs: 2 ** 31 - 1 }),
    doctor: () => doctorOf(ground),
    async shell() {
      console.error(`doctor: ${ullageArgv('doctor').join(' ')}`);
      spawnSync(process.env['SHELL'] ?? 'sh', { stdio: 'inherit', env: { ...process.env, ...OWN_DOCKER } });
    },
    console: () => '',
    close: () => removeCgroup(cgroup),
  };
  return ground;
}

/** The docker command asks the daemon made here, whatever this machine's own user is used to. */
const OWN_DOCKER = { DOCKER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: join(HOME, 'docker') };

const here = (options: RunOptions = {}): RunOptions => ({ ...options, env: { ...OWN_DOCKER, ...options.env } });

/** PID 1 of the lab's namespaces is the shell that was given this very program; anybody else's is not. */
function refuseOutside(): void {
  const first = readFileSync('/proc/1/cmdline', 'utf8');
  if (process.ppid !== 1 || !first.includes(basename(process.argv[1] ?? '\0')))
    throw new Error('the kernel ground mounts over /run and /etc: only in namespaces of its own');
}
