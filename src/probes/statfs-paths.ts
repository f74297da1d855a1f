import type { Facts } from './fact.ts';
import { throughProcess } from './process-root.ts';
import { ENGINE } from './processes.ts';

/** Where engines and what they run write by default; asked wherever they exist. */
const USUAL = [
  '/',
  '/var',
  '/run',
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/containers/storage',
  '/var/lib/kubelet',
];

/** File systems that never run full in a way that stops an engine. */
const NOT_STORAGE =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|nsfs|rpc_pipefs|binfmt_misc|autofs|efivarfs|squashfs|iso9660|erofs|overlay|fuse\.fuse-overlayfs|selinuxfs|ramfs)$/;

/** Most hosts have a dozen; one with a thousand mounts is not worth a thousand questions. */
const MOST = 96;

/**
 * Paths whose file systems matter: the usual places that exist as a mount point or may be a
 * directory, every data root, every storage mount (one for each file system), and the
 * directories that hold the files under loop devices.
 */
export function statfsPaths(known: Facts): string[] {
  const paths = new Set(USUAL);
  for (const { value } of known.all('engine')) if (value.root?.startsWith('/')) paths.add(value.root);
  const systems = new Set<string>();
  for (const { value } of known.all('mount', (mount) => !NOT_STORAGE.test(mount.fstype) && mount.pid === undefined)) {
    const system = value.majmin ?? value.source;
    // bind mounts show a file system again; a mount of its root is the better name for it
    if (systems.has(system) || !value.target.startsWith('/')) continue;
    systems.add(system);
    paths.add(value.target);
  }
  for (const { value } of known.all('loop', (loop) => loop.deleted !== true)) {
    const slash = value.backFile.lastIndexOf('/');
    if (slash > 0) paths.add(value.backFile.slice(0, slash));
  }
  for (const path of elsewhere(known, systems)) paths.add(path);
  return [...paths].slice(0, MOST);
}

/**
 * Disks mounted in a daemon's own mount namespace alone: its containers' volumes, where its unit
 * says MountFlags=slave. Through its root they can be measured from outside.
 */
function elsewhere(known: Facts, own: ReadonlySet<string>): string[] {
  const systems = new Set(own);
  const daemons = new Set(known.all('process', (one) => ENGINE.test(one.program)).map(({ value }) => value.pid));
  return known
    .all(
      'mount',
      (mount) => daemons.has(mount.pid ?? 0) && mount.source.startsWith('/dev/') && mount.target.startsWith('/'),
    )
    .filter(({ value }) => !NOT_STORAGE.test(value.fstype))
    .flatMap(({ value }) => {
      const system = value.majmin ?? value.source;
      if (systems.has(system)) return [];
      systems.add(system);
      return [throughProcess(value.pid ?? 0, value.target)];
    });
}
