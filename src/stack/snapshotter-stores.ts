import { devmapperStores } from '../probes/containerd-devmapper.ts';
import { type Building, poolLayer, put } from './devices.ts';
import { fileSystemOf } from './mounts.ts';

/** containerd's devmapper snapshotter: layers lie in its pool, compressed images and databases beside its directory. */
export function addSnapshotterStores(build: Building): void {
  for (const { directory, pool: name } of devmapperStores(build.facts)) {
    // LVM shows the pool itself under a hidden name once it has volumes of its own
    const pool = build.pools.find((one) => one.name === name || one.name === `${name}-tpool`);
    if (!pool) continue;
    const fs = fileSystemOf(build.fileSystems, directory);
    put(build, `store:${directory}`, () => ({
      kind: 'store',
      name: 'containerd, devmapper',
      path: directory,
      storage: 'devmapper',
      on: [poolLayer(build, pool), ...(fs ? [build.fileSystemLayer(fs)] : [])],
    }));
  }
}
