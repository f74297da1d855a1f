import type { Facts } from '../probes/fact.ts';
import { btrfsView } from './btrfs-view.ts';
import { type Building, poolLayer, put } from './devices.ts';
import { fileSystemLayer } from './file-system-layer.ts';
import type { Layer, Stack } from './layer.ts';
import { fileSystemOf, type MountedFs, mountedFileSystems, writtenAt } from './mounts.ts';
import { addStores } from './stores.ts';
import { thinPools } from './thin-view.ts';

/** Where engines keep their data unless told otherwise: shown also when none of them runs to be asked. */
const USUAL_ROOTS = ['/var/lib/docker', '/var/lib/containerd', '/var/lib/containers/storage', '/var/lib/kubelet'];
/** Places where engines and their helpers write besides their data root (reference: where each engine writes). */
const STAGING = ['/', '/var', '/run', '/tmp', '/var/tmp', '/dev/shm'];

/** Facts to one graph of layers: engines' stores and containers on top, disks at the bottom. */
export function buildStack(facts: Facts): Stack {
  const build: Building = {
    facts,
    layers: new Map<string, Layer>(),
    fileSystems: mountedFileSystems(facts),
    pools: thinPools(facts),
    fileSystemLayer: (fs) => fileSystemLayer(build, fs),
  };
  nameLoneBtrfs(build);
  addStores(build);
  addTargets(build);
  for (const fs of shownFileSystems(build)) build.fileSystemLayer(fs);
  for (const pool of build.pools) poolLayer(build, pool);
  return { layers: [...build.layers.values()] };
}

/** A paste may show `btrfs filesystem show` alone: then that is the only file system we know of. */
function nameLoneBtrfs(build: Building): void {
  if (build.fileSystems.some((fs) => fs.fstype === 'btrfs')) return;
  const view = btrfsView(build.facts, 'btrfs');
  if (!view) return;
  const device = view.devices[0]?.name;
  const known = build.fileSystems.find((fs) => fs.fstype === undefined && device !== undefined && fs.source === device);
  const path =
    build.facts.first('btrfs-usage', (usage) => usage.path !== undefined)?.value.path ??
    build.facts.first('btrfs-df', (df) => df.path !== undefined)?.value.path;
  const at = known ?? build.fileSystems.find((fs) => fs.fstype === undefined && fs.mountpoint === path);
  if (at) at.fstype = 'btrfs';
  else
    build.fileSystems.push({
      mountpoint: path ?? 'btrfs',
      alsoAt: [],
      source: device ?? 'btrfs',
      fstype: 'btrfs',
      options: [],
      resolution: view.resolution,
      facts: view.facts,
    });
}

/** A path the operator asked about, unless it is a mount point: that is shown anyway. */
function addTargets(build: Building): void {
  for (const { value } of build.facts.all('target')) {
    const at = writtenAt(build.facts, value.path);
    const fs = fileSystemOf(build.fileSystems, at);
    if (!fs || fs.mountpoint === value.path) continue;
    put(build, `path:${value.path}`, () => ({
      kind: 'volume',
      name: at === value.path ? value.path : `${value.path}, an overlay that writes to ${at}`,
      path: value.path,
      on: [build.fileSystemLayer(fs)],
    }));
  }
}

/** Those that hold a data root, known or usual, or a staging directory; in a paste, all that df showed and that hold bytes. */
function shownFileSystems(build: Building): MountedFs[] {
  const mounted = build.facts.has('mount', (mount) => mount.pid === undefined);
  if (!mounted)
    return build.fileSystems.filter((fs) => fs.fstype !== 'tmpfs' && !/^tmpfs$/i.test(fs.source)).slice(0, 12);
  const roots = build.facts.all('engine').flatMap(({ value }) => (value.root ? [value.root] : []));
  const targets = build.facts.all('target').map((fact) => fact.value.path);
  const shown = new Set<MountedFs>();
  for (const path of [...targets, ...roots, ...USUAL_ROOTS, ...STAGING]) {
    const fs = fileSystemOf(build.fileSystems, path);
    if (fs) shown.add(fs);
  }
  return [...shown];
}
