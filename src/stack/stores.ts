import type { Engine } from '../probes/facts/engine.ts';
import { addContainerQuotas } from './container-quotas.ts';
import { type Building, deviceLayer, nameOfDevice, poolLayer, put } from './devices.ts';
import { fileSystemOf } from './mounts.ts';
import { addSnapshotterStores } from './snapshotter-stores.ts';

/** Graph drivers and snapshotters whose layers are thin volumes of a pool, not files. */
const POOL_DRIVERS = new Set(['devicemapper']);
/** Containers listed one by one: only where each has a volume of its own that can fill. */
const MOST_CONTAINERS = 40;

/** One layer for each engine's store, and for each container that has a volume of its own. */
export function addStores(build: Building): void {
  for (const engine of mergedEngines(build)) {
    if (!engine.root) continue;
    const fs = fileSystemOf(build.fileSystems, engine.root);
    const on: string[] = [];
    if (engine.driver && POOL_DRIVERS.has(engine.driver)) {
      const pool = dockerPool(build);
      if (pool) on.push(pool);
    }
    if (fs) on.push(build.fileSystemLayer(fs));
    put(build, `store:${engine.root}`, () => ({
      kind: 'store',
      name: `${engine.engine}${engine.version ? ` ${engine.version}` : ''}${engine.driver ? `, ${engine.driver}` : ''}`,
      ...(engine.root ? { path: engine.root } : {}),
      ...(engine.driver ? { storage: engine.driver } : {}),
      on,
    }));
  }
  addSnapshotterStores(build);
  addContainers(build);
  addContainerQuotas(build);
}

function mergedEngines(build: Building): Engine[] {
  const merged = new Map<string, Engine>();
  for (const { value } of build.facts.all('engine'))
    merged.set(value.engine, { ...merged.get(value.engine), ...value });
  for (const engine of runningDaemons(build))
    if (![...merged.values()].some((one) => one.root === engine.root))
      merged.set(`${engine.engine} ${engine.root}`, engine);
  return [...merged.values()];
}

/** A dockerd that could not be asked (no root, hung, dead): its command line still says where it writes. */
function runningDaemons(build: Building): Engine[] {
  return build.facts
    .all('process', (one) => /^(?:dockerd|dockerd-current|docker-current|docker)$/.test(one.program))
    .flatMap(({ value: { program, args } }) => {
      if (program.startsWith('docker') && !program.startsWith('dockerd') && !args.includes('daemon')) return [];
      const option = (...names: string[]) => {
        for (const [index, word] of args.entries()) {
          for (const name of names) {
            if (word === name) return args[index + 1];
            if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
          }
        }
        return undefined;
      };
      const driver = option('--storage-driver', '-s');
      const known = build.facts.all('engine', (one) => one.engine === 'docker' && one.root !== undefined);
      const root = option('--data-root', '--graph', '-g') ?? (known.length > 0 ? undefined : '/var/lib/docker');
      return root === undefined ? [] : [{ engine: 'docker', root, ...(driver === undefined ? {} : { driver }) }];
    });
}

function dockerPool(build: Building): string | undefined {
  const info = build.facts.first('docker-dm')?.value;
  const pool =
    build.pools.find((one) => one.facts.some((fact) => fact.kind === 'docker-dm')) ??
    build.pools.find((one) => one.name === info?.poolName) ??
    build.pools.find((one) => /^docker-.*-pool$|^docker-thinpool/.test(one.name));
  return pool ? poolLayer(build, pool) : undefined;
}

/** Containers of the devicemapper driver: the thin volume named by GraphDriver.Data or by the layer store's mount-id. */
function addContainers(build: Building): void {
  const tables = build.facts.all('dm-table', (table) => table.thin !== undefined);
  const seen = new Set<string>();
  for (const { value } of build.facts.all('container')) {
    if (seen.size >= MOST_CONTAINERS || seen.has(value.id)) continue;
    const mountId = build.facts.first(
      'docker-mount-id',
      (one) => one.container.startsWith(value.id) || value.id.startsWith(one.container),
    )?.value.mountId;
    const device =
      value.driverData?.['DeviceName'] ??
      tables.find((fact) => mountId !== undefined && fact.value.name.endsWith(mountId))?.value.name;
    if (device === undefined || !tables.some((fact) => fact.value.name === device)) continue;
    seen.add(value.id);
    // its own file system, where it is mounted: that knows its room better than the volume's blocks do
    const fs = build.fileSystems.find((one) => nameOfDevice(build, one.source) === device);
    const on = fs ? build.fileSystemLayer(fs) : deviceLayer(build, `/dev/mapper/${device}`);
    put(build, `container:${value.id.slice(0, 12)}`, () => ({
      kind: 'container',
      name: `container ${value.name ?? value.id.slice(0, 12)}`,
      on: on ? [on] : [],
    }));
  }
}
