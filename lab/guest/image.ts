/**
 * A guest's kernel, initrd and root disk, made once from Debian's archive. The tree is made on a tmpfs of
 * the lab's own mount namespace and the disk without a name, so that a killed build leaves nothing behind.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { imagesTar } from '../images.ts';
import { must } from '../process.ts';
import { type Recipe, recipeHash } from './recipe.ts';
import { GUEST_INIT, INITRD_INIT, SSHD_CONFIG } from './scripts.ts';

export interface Image {
  directory: string;
  kernel: string;
  initrd: string;
  root: string;
  /** the private key that opens the guest; its host key stands in known_hosts */
  key: string;
  knownHosts: string;
}

/** O_TMPFILE (open(2)): a file without a name, gone with its last descriptor. Node does not export it. */
export const O_TMPFILE = 0o20200000;
/** Where images.ts' archive stands in the guest. */
export const GUEST_IMAGES = '/usr/lib/lab/images.tar';
const ROOT_SIZE = '8G';

export function cacheDirectory(): string {
  return (
    process.env['ULLAGE_LAB_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ullage', 'lab')
  );
}

export function imageOf(recipe: Recipe): Image {
  const directory = join(cacheDirectory(), `${recipe.name}-${recipeHash(recipe)}`);
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    kernel: at('vmlinuz'),
    initrd: at('initrd'),
    root: at('root.img'),
    key: at('id_ed25519'),
    knownHosts: at('known_hosts'),
  };
}

export const isBuilt = (recipe: Recipe): boolean => existsSync(imageOf(recipe).root);

/** One builder at a time (the caller holds a lock). Needs root, mmdebstrap, mke2fs, busybox, and a work directory on a tmpfs of our own (about 1 GiB). */
export async function buildImage(recipe: Recipe, work: string, say: (line: string) => void): Promise<void> {
  const image = imageOf(recipe);
  const tree = join(work, 'root');
  const parts = join(work, 'parts');
  mkdirSync(parts, { recursive: true });
  say(`${recipe.name}: packages of ${recipe.suite} (mmdebstrap)`);
  await must(
    [
      'mmdebstrap',
      '--mode=root',
      '--variant=minbase',
      '--components=main',
      `--include=${recipe.packages.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=Acquire::Retries "3"',
      ...['doc', 'man', 'locale', 'info'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`),
      recipe.suite,
      tree,
      ...recipe.sources,
    ],
    // the kernel package's script would make an initrd of its own: half a minute for what we do not use
    { timeoutMs: 20 * 60_000, env: { INITRD: 'No', TMPDIR: work } },
  );
  const boot = await readdir(join(tree, 'boot'));
  const kernel = boot.find((name) => name.startsWith('vmlinuz-'));
  if (!kernel) throw new Error(`${recipe.name}: the kernel package brought no vmlinuz`);
  await copyFile(join(tree, 'boot', kernel), join(parts, 'vmlinuz'));
  say(`${recipe.name}: initrd and root disk (${kernel.slice('vmlinuz-'.length)})`);
  await makeInitrd(tree, kernel.slice('vmlinuz-'.length), join(work, 'initrd'), join(parts, 'initrd'));
  await configure(tree, parts);
  await makeDisk(tree, parts, image);
}

async function makeInitrd(tree: string, version: string, at: string, to: string): Promise<void> {
  for (const directory of ['bin', 'proc', 'sys', 'dev', 'newroot', 'mods'])
    await mkdir(join(at, directory), { recursive: true });
  await copyFile(join(tree, 'bin/busybox'), join(at, 'bin/busybox'));
  await writeFile(join(at, 'init'), INITRD_INIT, { mode: 0o755 });
  const order: string[] = [];
  for (const module of ['virtio_pci', 'virtio_blk', 'ext4']) {
    const shown = await must(['chroot', tree, 'modprobe', '-S', version, '--show-depends', module]);
    for (const line of shown.split('\n')) {
      const path = /^insmod (\S+)/.exec(line)?.[1];
      if (path === undefined) continue; // built in
      const name = basename(path).replace(/\.ko(\.\w+)?$/, '.ko');
      if (order.includes(name)) continue;
      order.push(name);
      await mkdir(join(at, 'mods'), { recursive: true });
      const target = join(at, 'mods', name);
      await copyFile(join(tree, path), path.endsWith('.ko') ? target : `${target}.xz`);
      if (path.endsWith('.xz')) await must(['xz', '--decompress', `${target}.xz`]);
    }
  }
  await writeFile(join(at, 'mods/order'), `${order.join('\n')}\n`);
  // cpio has no argv way to take names from a directory: busybox's shell of the tree is not needed, find|cpio is
  const names = await must(['find', '.', '-mindepth', '1'], { cwd: at });
  await must(['cpio', '--create', '--format=newc', '--quiet', `--file=${to}`], { cwd: at, input: `${names}\n` });
}

async function configure(tree: string, parts: string): Promise<void> {
  await writeFile(join(tree, 'sbin/lab-init'), GUEST_INIT, { mode: 0o755 });
  await writeFile(join(tree, 'etc/ssh/lab_sshd_config'), SSHD_CONFIG);
  await writeFile(join(tree, 'etc/hostname'), 'lab\n');
  await writeFile(join(tree, 'etc/hosts'), '127.0.0.1 localhost lab\n');
  await mkdir(join(tree, dirname(GUEST_IMAGES)), { recursive: true });
  await writeFile(join(tree, GUEST_IMAGES), await imagesTar(await readFile(join(tree, 'bin/busybox'))));
  const key = join(parts, 'id_ed25519');
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ullage-lab', '-f', key]);
  await mkdir(join(tree, 'root/.ssh'), { recursive: true, mode: 0o700 });
  await copyFile(`${key}.pub`, join(tree, 'root/.ssh/authorized_keys'));
  await chmod(join(tree, 'root/.ssh/authorized_keys'), 0o600);
  const hostKey = join(tree, 'etc/ssh/ssh_host_ed25519_key');
  rmSync(hostKey, { force: true });
  rmSync(`${hostKey}.pub`, { force: true });
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', hostKey]);
  const [type, bytes] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ');
  await writeFile(join(parts, 'known_hosts'), `lab ${type} ${bytes}\n`);
  for (const junk of ['var/cache/apt', 'var/lib/apt/lists']) rmSync(join(tree, junk), { recursive: true, force: true });
}

async function makeDisk(tree: string, parts: string, image: Image): Promise<void> {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const disk = openSync(cache, O_TMPFILE | constants.O_RDWR, 0o644);
  try {
    const nameless = `/proc/${process.pid}/fd/${disk}`;
    await must(['truncate', '--size', ROOT_SIZE, nameless]);
    // -F: it is no block device; lazy: the guest's kernel need not zero what the sparse file already holds as zeros
    await must(
      [
        'mke2fs',
        '-q',
        '-F',
        '-t',
        'ext4',
        '-L',
        'labroot',
        '-E',
        'lazy_itable_init=1,lazy_journal_init=1',
        '-d',
        tree,
        nameless,
      ],
      {
        timeoutMs: 10 * 60_000,
      },
    );
    mkdirSync(image.directory, { recursive: true });
    for (const name of await readdir(parts)) await copyFile(join(parts, name), join(image.directory, name));
    await chmod(image.key, 0o600);
    // last, so that an image with a disk is whole. -L follows the magic link: linkat(2) with
    // AT_SYMLINK_FOLLOW gives the nameless file its name
    await must(['ln', '-L', nameless, image.root]);
  } finally {
    closeSync(disk);
  }
}
