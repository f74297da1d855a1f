import { btrfsDevices, isMountedBtrfs, pathKind } from '../host/block-devices.ts';
import { openBlockFile } from '../host/block-file.ts';
import { openDirectFile } from '../host/direct-file.ts';
import { UllageError } from '../host/host.ts';
import { realPath } from '../host/tree-files.ts';
import { containerdLedger, isContainerdRoot } from './containerd/ledger.ts';
import { directoryLedger } from './directory-ledger.ts';
import { dockerLedger } from './docker/ledger.ts';
import { isDockerRoot } from './docker/look.ts';
import { engineRoots } from './engine-roots.ts';
import type { Ledger } from './ledger.ts';
import { lookAtImage } from './look-at-image.ts';
import type { LookOptions } from './look-options.ts';
import { isInside } from './mounts.ts';
import { isStorageRoot, podmanLedger } from './podman/ledger.ts';
import { stagedLedger } from './staged.ts';

/** Where containers/image puts things aside unless told otherwise (containers.conf(5) image_copy_tmp_dir). */
const STAGING = '/var/tmp';

/** What these paths hold: devices and images of one file system together, each directory by itself. @throws UllageError */
export async function lookAtPaths(paths: readonly string[], options: LookOptions): Promise<Ledger[]> {
  const images: string[] = [];
  const directories = new Set<string>();
  const ledgers: Ledger[] = [];
  for (const path of new Set(paths)) {
    const kind = pathKind(path);
    if (kind === 'missing') throw new UllageError('there is no such path', path, 'Check the path');
    if (kind === 'denied') throw new UllageError('cannot be looked at', path, 'Permission denied: run as root');
    if (kind === 'other') throw new UllageError('no file, directory or block device', path, 'Check the path');
    if (kind === 'directory') directories.add(realPath(path));
    else images.push(path);
  }
  for (const path of directories) {
    const without = new Set([...directories].filter((other) => other !== path && isInside(other, path)));
    ledgers.push(await lookAtDirectory(path, { ...options, without }));
  }
  if (images.length > 0) ledgers.push(lookAtDevices(images, options));
  return ledgers;
}

/** What the engines of this host hold, and what runs of Podman have put aside. @throws UllageError when there is none */
export async function lookAtEngines(options: LookOptions): Promise<Ledger[]> {
  const ledgers = await lookAtPaths(engineRoots(), options);
  const staged = ledgers.some(({ source }) => source.what === 'podman')
    ? await stagedLedger(STAGING, options)
    : undefined;
  return staged ? [...ledgers, staged] : ledgers;
}

async function lookAtDirectory(path: string, options: LookOptions): Promise<Ledger> {
  if (isDockerRoot(path)) return dockerLedger(path, options);
  if (isContainerdRoot(path)) return containerdLedger(path, options);
  if (isStorageRoot(path)) return podmanLedger(path, options);
  return directoryLedger(path, options);
}

function lookAtDevices(paths: readonly string[], { progress }: LookOptions): Ledger {
  const all = [...new Set(paths.flatMap((path) => (pathKind(path) === 'block' ? btrfsDevices(path) : [path])))];
  const files = all.map((path) => (pathKind(path) === 'block' ? openDirectFile(path) : openBlockFile(path)));
  try {
    const ledger = lookAtImage(files, paths.join(' '), progress);
    if (all.some((path) => pathKind(path) === 'block' && isMountedBtrfs(path)))
      ledger.warnings.push('the file system is mounted: figures are those of its last commit (every 30 s, or at sync)');
    return ledger;
  } finally {
    for (const file of files) file.close();
  }
}
