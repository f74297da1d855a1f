/** By mount point, the lowest first. */
export type MountedTypes = ReadonlyMap<string, readonly string[]>;

/**
 * Types of the file systems mounted at each place, the lowest first, from the text of `/proc/self/mountinfo` (proc(5)):
 * `36 35 98:0 /root /mount\040point options … - ext4 /dev/sda1 rw`.
 */
export function mountedTypes(mountinfo: string): MountedTypes {
  const types = new Map<string, string[]>();
  for (const line of mountinfo.split('\n')) {
    const [own = '', rest] = line.split(' - ');
    const path = own.split(' ', 5)[4];
    if (rest === undefined || path === undefined) continue;
    const place = path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const known = types.get(place);
    const type = rest.slice(0, rest.indexOf(' '));
    if (known) known.push(type);
    else types.set(place, [type]);
  }
  return types;
}

/**
 * Their statfs(2) adds up counters in memory: no lock of it is held across I/O (ext4_statfs, ext2_statfs, shmem_statfs;
 * xfs_fs_statfs waits for its inode workers in Linux 5.15 to 5.18, and a file system of the network or of FUSE for its server).
 */
export const COUNTS = /^(?:ext[234]|tmpfs|devtmpfs)$/;

/** Directories on the way to a mount point are held in memory by it; of these types nobody else is asked about them. */
const OWN_DIRECTORIES = /^(?:ext[234]|xfs|btrfs|tmpfs|devtmpfs|proc|sysfs)$/;

/** Whether statfs of this mount point can hang on no storage, on no server and on no other process. */
export function countsInMemory(path: string, mounted: MountedTypes): boolean {
  if (!path.startsWith('/') || path.includes('/../')) return false;
  const here = mounted.get(path);
  if (here === undefined || !here.every((type) => COUNTS.test(type))) return false;
  for (let above = path; above !== '/'; ) {
    above = above.slice(0, above.lastIndexOf('/')) || '/';
    if (!(mounted.get(above) ?? []).every((type) => OWN_DIRECTORIES.test(type))) return false;
  }
  return mounted.has('/');
}
