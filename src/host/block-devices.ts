import { readdirSync, realpathSync, statSync } from 'node:fs';

/**
 * All devices of the mounted btrfs that one of its devices belongs to, as sysfs names them; just the
 * device itself where it is not mounted.
 */
export function btrfsDevices(device: string): string[] {
  const name = last(real(device));
  for (const uuid of list('/sys/fs/btrfs')) {
    const devices = list(`/sys/fs/btrfs/${uuid}/devices`);
    if (devices.includes(name)) return devices.map((one) => (one === name ? device : `/dev/${one}`));
  }
  return [device];
}

/** Whether a block device is in use by a mounted btrfs. */
export function isMountedBtrfs(device: string): boolean {
  const name = last(real(device));
  return list('/sys/fs/btrfs').some((uuid) => list(`/sys/fs/btrfs/${uuid}/devices`).includes(name));
}

/** What a path is; `other` for pipes, sockets and what cannot be looked at; `denied` where the way to it is barred. */
export function pathKind(path: string): 'directory' | 'file' | 'block' | 'missing' | 'denied' | 'other' {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : stat.isBlockDevice() ? 'block' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : code === 'EACCES' ? 'denied' : 'other';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function last(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
