import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import type { BtrfsFileSystem } from './btrfs-sources.ts';
import type { FileSystem } from './file-systems.ts';
import { fileSystems, fullness, holding, mountOf } from './file-systems.ts';
import { kernelEvents } from './messages.ts';
import { under } from './paths.ts';
import { failures, says } from './said.ts';

/** Proof that something failed on a btrfs file system for want of space. */
export interface BtrfsTrouble {
  /** creates, writes, chmod that ended in ENOSPC */
  failed: Fact<'symptom'>[];
  /** balances that ended in ENOSPC: by the tool's own message or the kernel's */
  balance: Fact[];
  any: boolean;
}

export function troubleOn(scene: Scene, fs: BtrfsFileSystem, upTo = Number.POSITIVE_INFINITY): BtrfsTrouble {
  const failed = failures(scene).filter(
    (fact) => fact.order <= upTo && concerns(scene, fs, fact) && !/balanc/i.test(fact.value.message),
  );
  const balance: Fact[] = [
    ...fs.balances.filter((fact) => fact.value.outcome === 'enospc' && fact.order <= upTo),
    ...kernelEvents(scene, 'btrfs-balance-enospc').filter((fact) => fact.order <= upTo && mayTellOf(fs, fact)),
    ...balanceWords(scene).filter((fact) => fact.order <= upTo),
  ];
  return { failed, balance, any: failed.length + balance.length > 0 };
}

/** What others say of a failed balance; the kernel's own lines are events, which end when a balance works. */
export function balanceWords(scene: Scene): Fact<'symptom'>[] {
  return failures(scene).filter(
    ({ value, quote }) =>
      /balanc/i.test(value.message) && !(scene.from === 'host' && /\bBTRFS \w+ \(device /.test(quote)),
  );
}

/** The kernel names a device, and sysfs every device of a mounted file system: another's, or one that is gone, is not ours. */
export function mayTellOf(fs: BtrfsFileSystem, { value }: Fact<'kernel-event'>): boolean {
  const devices = fs.states.at(-1)?.sysfs?.value.devices ?? [];
  return value.device === undefined || devices.length === 0 || devices.some(({ name }) => name === value.device);
}

/** The error names no path, or one that lies on the file system as far as its mounts are known. */
function concerns(scene: Scene, fs: BtrfsFileSystem, { value }: Fact<'symptom'>): boolean {
  if (value.path === undefined || !value.path.startsWith('/') || fs.paths.length === 0) return true;
  if (!fs.paths.some((path) => under(value.path ?? '', path)))
    return scene.from === 'text' && !knownElsewhere(scene, value.path);
  const mount = mountOf(scene, value.path);
  return mount === undefined || mount.fstype === 'btrfs' || mount.fstype === 'overlay';
}

/** A df row that is not btrfs holds the path: then it is not ours. */
function knownElsewhere(scene: Scene, path: string): boolean {
  const fs = holding(scene, path);
  return fs !== undefined && fs.mountpoint !== '/' && fs.type !== undefined && fs.type !== 'btrfs';
}

/** What df says of it: the row of one of its mount points. */
export function dfOf(scene: Scene, fs: BtrfsFileSystem): FileSystem | undefined {
  return (
    fileSystems(scene).find((row) => fs.paths.includes(row.mountpoint)) ??
    (scene.from === 'text' ? fileSystems(scene).find((row) => row.type === 'btrfs') : undefined)
  );
}

/** df rows of btrfs file systems with room: by type, by mount table, or by a btrfs driver's directory. */
export function roomyBtrfs(scene: Scene): FileSystem[] {
  const btrfsDevices = new Set(
    scene.facts
      .all('df', (row) => row.type === 'btrfs' || /\/btrfs$/.test(row.mountpoint))
      .map((fact) => fact.value.filesystem),
  );
  for (const { value } of scene.facts.all('df-inodes')) {
    // btrfs has no inode limit: df -i prints `0 0 0 -`; so does vfat, which holds no containers
    if (
      value.inodes === 0 &&
      value.filesystem.startsWith('/dev/') &&
      says(scene, 'btrfs') &&
      !/\/boot/.test(value.mountpoint)
    ) {
      btrfsDevices.add(value.filesystem);
    }
  }
  return fileSystems(scene).filter(
    (fs) => !fs.inContainer && fullness(fs) === 'roomy' && (fs.type === 'btrfs' || btrfsDevices.has(fs.source)),
  );
}
