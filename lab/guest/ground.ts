import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Ground } from '../ground.ts';
import { type Background, failed, launch, must, type RunOptions, run } from '../process.ts';
import { project } from '../tools.ts';
import { doctorOf, ullageArgv } from '../ullage.ts';
import { GUEST_IMAGES, imageOf } from './image.ts';
import { type GuestName, recipes } from './recipe.ts';
import { systemdInitrd } from './systemd.ts';
import { bootVm, type VmOptions } from './vm.ts';

/** What {@link guestGround} can do beside a ground's own: the crash loop's needs. */
export interface Guest extends Ground {
  /** power lost and back */
  reset(): Promise<void>;
  save(name: string): Promise<void>;
  load(name: string): Promise<void>;
  /** the built command on this machine, which looks in and changes over ssh */
  afar: Ground['inside'];
}

export interface GuestOptions extends Omit<VmOptions, 'work' | 'readOnlyDisk' | 'initrd'> {
  /** with node and the built CLI on a disk of its own; `packages`: and what npm installs with it */
  withCommand?: boolean | 'packages';
  /** PID 1 is systemd, where the image has one */
  systemd?: boolean;
}

/** A booted guest, driven over ssh on the loopback. */
export async function guestGround(guest: GuestName, given: GuestOptions): Promise<Guest> {
  const { withCommand, systemd, ...options } = given;
  const image = imageOf(recipes[guest]);
  if (!existsSync(image.root)) throw new Error(`the ${guest} image is not built: npm run lab -- image ${guest}`);
  const work = await mkdtemp(join(tmpdir(), 'ullage-lab-'));
  const readOnlyDisk = withCommand ? await commandDisk(work, withCommand === 'packages') : undefined;
  const vm = await bootVm(image, {
    ...options,
    work,
    ...(systemd ? { initrd: await systemdInitrd(image, work) } : {}),
    ...(readOnlyDisk === undefined ? {} : { readOnlyDisk }),
  });
  const config = join(work, 'ssh_config');
  await writeFile(config, sshConfig(vm.port, image.key, image.knownHosts, join(work, 'ssh')));
  const ssh = ['ssh', '-F', config, 'lab', '--'];
  let master: Background;
  const connect = async (): Promise<void> => {
    master = launch(['ssh', '-F', config, '-M', '-N', 'lab'], { timeoutMs: 2 ** 31 - 1 });
    await connected(ssh, master, vm.console);
  };
  await connect();
  /** A connection does not outlive the guest's memory. */
  const apart = async (act: () => Promise<void>): Promise<void> => {
    master.kill();
    await master.done;
    await rm(join(work, 'ssh'), { force: true });
    await act();
    await connect();
  };

  const overSsh = (argv: readonly string[], options: RunOptions = {}): Background =>
    launch([...ssh, remoteCommand(argv, options.env)], { ...withoutEnv(options) });
  const letters = 'bcdefgh';
  const disks = options.disks.map((_, index) => `/dev/vd${letters[index]}`);
  const mountCommand = (): Promise<unknown> =>
    withCommand
      ? ground.must(['mount', '-o', 'ro,X-mount.mkdir', `/dev/vd${letters[disks.length]}`, COMMAND_AT])
      : Promise.resolve();
  const ground: Guest = {
    kind: 'vm',
    disks,
    imagesTar: GUEST_IMAGES,
    dockerdArgs: [],
    run: (argv, options) => overSsh(argv, options).done,
    async must(argv, options) {
      const ran = await overSsh(argv, options).done;
      if (ran.exitCode !== 0) throw new Error(failed(argv, ran));
      return ran.stdout.trim();
    },
    launch: overSsh,
    async write(path, text) {
      await ground.must(['mkdir', '-p', dirname(path)]);
      await ground.must(['dd', `of=${path}`, 'status=none'], { input: text });
    },
    async mount(disk, at, mountOptions) {
      await ground.must(['mkdir', '-p', at]);
      await ground.must(['mount', ...(mountOptions ? ['-o', mountOptions] : []), disk, at]);
    },
    device: async (disk) => disk,
    ullage: (verb, ...argv) =>
      run(ullageArgv(verb ?? 'doctor', 'ssh://lab', ...argv), {
        env: { ULLAGE_SSH_CONFIG: config },
        timeoutMs: 10 * 60_000,
      }),
    inside: (argv, env) =>
      ground.run([...COMMAND, ...argv], {
        timeoutMs: 20 * 60_000,
        ...(env ? { env } : {}),
      }),
    afar: (argv, env) =>
      run(ullageArgv(...argv, ...(argv[0] === 'plan' ? ['ssh://lab'] : [])), {
        env: { ULLAGE_SSH_CONFIG: config, ...env },
        timeoutMs: 20 * 60_000,
      }),
    beside: (argv) => overSsh([...COMMAND, ...argv], { timeoutMs: 2 ** 31 - 1 }),
    reset: () =>
      apart(() => vm.reset()).then(async () => {
        await mountCommand();
      }),
    save: (name) => apart(() => vm.save(name)),
    load: (name) => apart(() => vm.load(name)),
    doctor: () => doctorOf(ground),
    async shell() {
      console.error(`doctor, from another terminal:
  ULLAGE_SSH_CONFIG=${config} ${ullageArgv('doctor', 'ssh://lab').join(' ')}`);
      spawnSync('ssh', ['-F', config, '-t', 'lab'], { stdio: 'inherit' });
    },
    console: vm.console,
    async close() {
      master.kill();
      await vm.kill();
      await rm(work, { recursive: true, force: true });
    },
  };
  await mountCommand();
  return ground;
}

/** Where the command's disk is mounted. */
export const COMMAND_AT = '/opt/ullage';
const COMMAND = [`${COMMAND_AT}/node`, `${COMMAND_AT}/dist/bin/ullage.cjs`];

/** What the command loads at run time: SQLite of Node before 22.13. */
const PACKAGES = ['@photostructure/sqlite', 'node-gyp-build'];

/** An ext4 image with this node and the built CLI: nothing has to be copied into the guest. */
async function commandDisk(work: string, packages: boolean): Promise<string> {
  const tree = join(work, 'command');
  const disk = join(work, 'command.img');
  await must(['mkdir', '-p', join(tree, 'dist')]);
  await must(['cp', '-aL', process.execPath, join(tree, 'node')]);
  await must(['cp', '-a', join(project, 'dist/bin'), join(tree, 'dist/bin')]);
  await must(['cp', join(project, 'package.json'), tree]);
  for (const name of packages ? PACKAGES : []) {
    await must(['mkdir', '-p', join(tree, 'node_modules', dirname(name))]);
    await must(['cp', '-aL', join(project, 'node_modules', name), join(tree, 'node_modules', dirname(name))]);
  }
  await must(['truncate', '--size', '256M', disk]);
  await must(['mke2fs', '-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-d', tree, disk]);
  await must(['rm', '-r', tree]);
  return disk;
}

function withoutEnv(options: RunOptions): RunOptions {
  const { env: _, ...rest } = options;
  return rest;
}

/** sshd gives the words to a shell: each is quoted, so that it arrives as it is. */
function remoteCommand(argv: readonly string[], env: Record<string, string> = {}): string {
  const words = ['env', 'LC_ALL=C', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

async function connected(ssh: string[], master: Background, console: () => string): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < 20; attempt++) {
    const ran = await run([...ssh, 'true'], { timeoutMs: 30_000 });
    if (ran.exitCode === 0) return;
    last = ran.stderr;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  master.kill();
  throw new Error(`no ssh to the guest: ${last}\n${console().slice(-1000)}`);
}

const sshConfig = (port: number, key: string, knownHosts: string, socket: string): string => `Host lab
  HostName 127.0.0.1
  Port ${port}
  User root
  IdentityFile ${key}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
  HostKeyAlias lab
  StrictHostKeyChecking yes
  PreferredAuthentications publickey
  Ciphers aes128-gcm@openssh.com,chacha20-poly1305@openssh.com
  ControlPath ${socket}
  ControlMaster no
  LogLevel ERROR
  ServerAliveInterval 0
  ConnectTimeout 60
`;
