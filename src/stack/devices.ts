import type { Facts } from '../probes/fact.ts';
import type { BlockDevice } from '../probes/facts/file-systems.ts';
import type { Layer, Resource } from './layer.ts';
import { fileSystemOf, type MountedFs } from './mounts.ts';
import { deviceKey, lvmDmName, lvmOfDmName } from './names.ts';
import { autoextendRoom, type ThinPoolView } from './thin-view.ts';

const SECTOR = 512;

/** What the layer builders share: the facts, the layers made so far, the views. */
export interface Building {
  facts: Facts;
  layers: Map<string, Layer>;
  fileSystems: MountedFs[];
  pools: ThinPoolView[];
  /** id of a mounted file system's layer, making it if need be */
  fileSystemLayer(fs: MountedFs): string;
}

/** The layer of a block device with everything below it; undefined for what is no device (tmpfs, nfs). */
export function deviceLayer(build: Building, source: string): string | undefined {
  const key = nameOfDevice(build, source);
  const block = blockOf(build.facts, key);
  if (
    !block &&
    !source.startsWith('/dev/') &&
    !/^(?:loop|sd|vd|xvd|nvme|dm-|md)\w*\d*$/.test(key) &&
    !build.facts.has('dm-table', (table) => table.name === key)
  )
    return undefined;
  const loop = build.facts.first('loop', (one) => deviceKey(one.device) === key);
  if (loop) return loopLayer(build, key, loop.value.backFile, block);
  const pool = build.pools.find((one) => isPool(one, key));
  if (pool) return poolLayer(build, pool);
  const thin = build.facts.first('dm-table', (table) => table.name === key && table.thin !== undefined);
  if (thin) return thinLayer(build, key, thin.value.length * SECTOR, thin.value.thin?.pool);
  const lv = build.facts.first('lv', (one) => lvmDmName(one.vg, one.name) === key);
  if (lv?.value.pool) return thinLvLayer(build, key, lv.value.vg, lv.value.pool, lv.value.size);
  if (lv || block?.type === 'lvm') return lvLayer(build, key, lv?.value.size ?? block?.size, block);
  return plainLayer(build, key, block, source);
}

function plainLayer(build: Building, key: string, block: BlockDevice | undefined, source: string): string {
  const mapped = source.startsWith('/dev/mapper/') || (block !== undefined && block.type !== 'disk');
  const kind =
    block?.type === 'part'
      ? 'partition'
      : /^raid|^md/.test(block?.type ?? key)
        ? 'raid'
        : mapped
          ? 'device-mapper'
          : 'disk';
  const id = `${kind === 'device-mapper' ? 'dm' : kind}:${key}`;
  return put(build, id, () => ({
    kind,
    name: kind === 'device-mapper' ? `${block?.type ?? 'device'} ${key}` : `${kind} ${key}`,
    path: `/dev/${key}`,
    ...(block ? { resources: size(block.size) } : {}),
    on: below(build, block),
  }));
}

function below(build: Building, block: BlockDevice | undefined): string[] {
  return (block?.parents ?? []).map((parent) => deviceLayer(build, `/dev/${parent}`)).filter((id) => id !== undefined);
}

function loopLayer(build: Building, key: string, backFile: string, block: BlockDevice | undefined): string {
  return put(build, `loop:${key}`, () => {
    const fs = fileSystemOf(build.fileSystems, backFile);
    const file = build.facts.first('file', (one) => one.path === backFile && one.size !== undefined)?.value;
    const capacity = file?.size ?? block?.size;
    const resources: Resource[] = [];
    if (capacity !== undefined) {
      resources.push({
        name: 'bytes',
        unit: 'bytes',
        capacity,
        ...(file?.allocated === undefined
          ? {}
          : { used: file.allocated, free: Math.max(0, capacity - file.allocated) }),
        detail: 'sparse file: what it has not allocated yet must come from its file system',
      });
    }
    return {
      kind: 'loop',
      name: `loop ${key} on ${backFile}`,
      path: backFile,
      storage: 'loop',
      resources,
      on: fs ? [build.fileSystemLayer(fs)] : [],
    };
  });
}

export function poolLayer(build: Building, pool: ThinPoolView): string {
  return put(build, `pool:${pool.name}`, () => {
    const resources: Resource[] = [];
    const growable = growth(build, pool);
    if (pool.dataTotal !== undefined)
      resources.push({ ...amount('data', pool.dataTotal, pool.dataUsed), ...(growable ? { growable } : {}) });
    if (pool.metadataTotal !== undefined) resources.push(amount('metadata', pool.metadataTotal, pool.metadataUsed));
    if (pool.minimumFree !== undefined)
      resources.push({
        name: 'minimum free space',
        unit: 'bytes',
        capacity: pool.minimumFree,
        detail: 'below it Docker refuses new containers and images',
      });
    const devices = new Set<string>();
    for (const device of [pool.dataDevice, pool.metadataDevice]) {
      const id =
        device === undefined || device === '' ? undefined : deviceLayer(build, resolveMajmin(build.facts, device));
      if (id && id !== `pool:${pool.name}`) devices.add(id);
    }
    if (pool.dataLoopFile && ![...devices].some((id) => id.startsWith('loop:'))) {
      const fs = fileSystemOf(build.fileSystems, pool.dataLoopFile);
      if (fs) devices.add(build.fileSystemLayer(fs));
    }
    if (pool.vg && devices.size === 0) devices.add(vgLayer(build, pool.vg));
    const storage =
      pool.dataLoopFile || [...devices].some((id) => id.startsWith('loop:'))
        ? 'loop-lvm'
        : pool.vg
          ? 'direct-lvm'
          : 'thin pool';
    const called = pool.vg && pool.lv ? `${pool.vg}/${pool.lv}` : pool.name;
    return {
      kind: 'thin-pool',
      name: called.endsWith('thin pool') ? called : `thin pool ${called}`,
      storage,
      resources,
      on: [...devices],
    };
  });
}

function growth(build: Building, pool: ThinPoolView): Resource['growable'] {
  if (!pool.vg || pool.dataTotal === undefined || pool.monitored === false) return undefined;
  const vg = build.facts.first('vg', (one) => one.name === pool.vg)?.value;
  const config = build.facts.all('lvm-config').map((fact) => fact.value);
  const threshold = config.findLast((one) => one.autoextendThreshold !== undefined)?.autoextendThreshold;
  const percent = config.findLast((one) => one.autoextendPercent !== undefined)?.autoextendPercent;
  if (!vg || threshold === undefined) return undefined;
  return { from: `vg:${vg.name}`, by: autoextendRoom(pool.dataTotal, vg.free, threshold, percent) };
}

export function thinLayer(build: Building, key: string, capacity: number, poolName: string | undefined): string {
  return put(build, `thin:${key}`, () => {
    const mapped = build.facts.first('dm-status', (status) => status.name === key && status.thin !== undefined)?.value
      .thin?.mappedSectors;
    const pool =
      poolName === undefined
        ? undefined
        : build.pools.find((one) => isPool(one, nameOf(build, deviceKey(resolveMajmin(build.facts, poolName)))));
    return {
      kind: 'thin-volume',
      name: `thin volume ${key}`,
      path: `/dev/mapper/${key}`,
      resources: [amount('bytes', capacity, mapped === undefined ? undefined : mapped * SECTOR)],
      on: pool ? [poolLayer(build, pool)] : [],
    };
  });
}

function thinLvLayer(build: Building, key: string, vg: string, poolName: string, capacity: number | undefined): string {
  return put(build, `thin:${key}`, () => {
    const pool = build.pools.find((one) => one.vg === vg && one.lv === poolName);
    return {
      kind: 'thin-volume',
      name: `thin LV ${key}`,
      ...(capacity === undefined ? {} : { resources: size(capacity) }),
      on: pool ? [poolLayer(build, pool)] : [],
    };
  });
}

function lvLayer(build: Building, key: string, capacity: number | undefined, block: BlockDevice | undefined): string {
  const parts = lvmOfDmName(key);
  return put(build, `lv:${key}`, () => ({
    kind: 'logical-volume',
    name: parts ? `LV ${parts.vg}/${parts.lv}` : `LV ${key}`,
    path: `/dev/mapper/${key}`,
    ...(capacity === undefined ? {} : { resources: size(capacity) }),
    on: parts && build.facts.has('vg', (vg) => vg.name === parts.vg) ? [vgLayer(build, parts.vg)] : below(build, block),
  }));
}

function vgLayer(build: Building, name: string): string {
  return put(build, `vg:${name}`, () => {
    const vg = build.facts.first('vg', (one) => one.name === name)?.value;
    const pvs = build.facts.all('pv', (pv) => pv.vg === name).map((fact) => deviceLayer(build, fact.value.name));
    return {
      kind: 'volume-group',
      name: `VG ${name}`,
      resources: vg
        ? [{ name: 'bytes', unit: 'bytes', capacity: vg.size, used: vg.size - vg.free, free: vg.free }]
        : [],
      on: pvs.filter((id) => id !== undefined),
    };
  });
}

function isPool(pool: ThinPoolView, key: string): boolean {
  return (
    pool.name === key ||
    (pool.vg !== undefined &&
      pool.lv !== undefined &&
      [lvmDmName(pool.vg, pool.lv), `${lvmDmName(pool.vg, pool.lv)}-tpool`].includes(key))
  );
}

/** `7:1` → `/dev/loop1`, by lsblk, dmsetup or the loop driver's own major. */
function resolveMajmin(facts: Facts, device: string): string {
  if (!/^\d+:\d+$/.test(device)) return device;
  const block = facts.first('block', (one) => one.majmin === device)?.value;
  if (block) return `/dev/${block.name}`;
  const dm = facts.first('dm-device', (one) => `${one.major}:${one.minor}` === device)?.value;
  if (dm) return `/dev/mapper/${dm.name}`;
  return device.startsWith('7:') ? `/dev/loop${device.slice(2)}` : device;
}

/** The name of the block device that a mount's source is. */
export const nameOfDevice = (build: Building, source: string): string => nameOf(build, deviceKey(source));

/** dm-N to the device-mapper name, where lsblk tells. */
function nameOf(build: Building, key: string): string {
  return /^dm-\d+$/.test(key) ? (build.facts.first('block', (one) => one.kname === key)?.value.name ?? key) : key;
}

function blockOf(facts: Facts, key: string): BlockDevice | undefined {
  return facts.first('block', (one) => one.name === key || one.kname === key)?.value;
}

function size(capacity: number): Resource[] {
  return [{ name: 'bytes', unit: 'bytes', capacity }];
}

function amount(name: Resource['name'], capacity: number, used: number | undefined): Resource {
  return { name, unit: 'bytes', capacity, ...(used === undefined ? {} : { used, free: Math.max(0, capacity - used) }) };
}

type Made = Omit<Layer, 'id' | 'resources'> & { resources?: Resource[] };

/** Makes a layer once. It is entered before what lies below it, so that a loop in bad data ends. */
export function put(build: Building, id: string, make: () => Made): string {
  if (build.layers.has(id)) return id;
  const layer: Layer = { id, kind: 'disk', name: id, resources: [], on: [] };
  build.layers.set(id, layer);
  Object.assign(layer, { resources: [], ...make() });
  return id;
}
