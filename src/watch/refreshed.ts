import { headroomOfLayer } from '../stack/headroom-of-layer.ts';
import type { Layer, Resource } from '../stack/layer.ts';
import type { Look } from './look.ts';
import type { Pulse, Room } from './pulse.ts';

/** What fills by what is written to it alone, and hands nothing out that it has not got: statfs is the whole truth of it. */
const PLAIN = /^(?:ext[234]|xfs|tmpfs)$/;
/** Of fixed size, whatever is written above. A device mapper's target of another kind may be short of room by itself (VDO). */
const FIXED: readonly Layer['kind'][] = ['disk', 'partition', 'raid', 'logical-volume', 'volume-group'];
/** They write to what they lie on, without a figure of their own. */
const WRITERS: readonly Layer['kind'][] = ['store', 'volume', 'container'];

/**
 * Layers of kind file system, by id, whose room is what statfs says and no more: on disks that hold what they promise,
 * and without anything on them (a loop file, a quota, a pool) that has its own room.
 */
export function plainFileSystems(layers: readonly Layer[]): ReadonlySet<string> {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const isPlain = (layer: Layer) => layer.kind === 'file-system' && PLAIN.test(layer.storage ?? '');
  const plain = new Set(
    layers
      .filter((layer) => isPlain(layer) && [...below(layer, byId)].every(({ kind }) => FIXED.includes(kind)))
      .map(({ id }) => id),
  );
  for (const layer of layers) {
    if (FIXED.includes(layer.kind) || layer.kind === 'file-system') continue;
    const under = [...below(layer, byId)];
    const writes = WRITERS.includes(layer.kind) && layer.resources.length === 0;
    const knows = ({ id, kind, resources }: Layer) =>
      plain.has(id) || FIXED.includes(kind) || (WRITERS.includes(kind) && resources.length === 0);
    if (!writes || !under.every(knows)) for (const { id } of under) plain.delete(id);
  }
  return plain;
}

/** Everything that a layer lies on, down to the disks. */
function below(layer: Layer, byId: ReadonlyMap<string, Layer>, seen = new Set<Layer>()): Set<Layer> {
  for (const id of layer.on) {
    const under = byId.get(id);
    if (!under || seen.has(under)) continue;
    seen.add(under);
    below(under, byId, seen);
  }
  return seen;
}

/**
 * So much is left that no cause speaks of it: they begin at a tenth of the bytes or of the inodes (`fullness` of
 * src/causes/help/file-systems.ts, inodes-exhausted.ts, shm-64m.ts).
 */
const ROOMY = 0.2;

export function roomy({ available, size, inodes, inodesFree }: Room): boolean {
  return available >= ROOMY * size && inodesFree >= ROOMY * inodes;
}

/** The look with what statfs says now of its plain file systems, and the headroom of those who write to them alone. */
export function refreshed(look: Look, { rooms }: Pulse): Look {
  const plain = plainFileSystems(look.layers);
  const changed = new Set<string>();
  const layers = look.layers.map((layer) => {
    const room = plain.has(layer.id) ? roomOf(layer, rooms) : undefined;
    if (!room) return layer;
    const resources = layer.resources.map((resource) => counted(resource, room));
    if (resources.every((one, index) => one === layer.resources[index])) return layer;
    changed.add(layer.id);
    return { ...layer, resources };
  });
  if (changed.size === 0) return look;
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const context = { layers: byId, btrfs: new Map(), pools: new Map() };
  const headroom = look.headroom.map((one) => {
    const layer = byId.get(one.layer);
    if (!layer || ![layer, ...below(layer, byId)].some(({ id }) => changed.has(id))) return one;
    return headroomOfLayer(layer, context);
  });
  return { ...look, layers, headroom };
}

/** What statfs said of this very file system: another one may be mounted at its place, or it is mounted elsewhere alone. */
export function roomOf(layer: Layer, rooms: Pulse['rooms']): Room | undefined {
  const room = rooms.get(layer.path ?? '');
  const capacity = layer.resources.find(({ name }) => name === 'bytes')?.capacity;
  return room !== undefined && room.type === layer.storage && room.size === capacity ? room : undefined;
}

/** The same object where nothing changed. */
function counted(resource: Resource, { size, free, available, inodes, inodesFree }: Room): Resource {
  if (resource.name === 'bytes') return kept(resource, { used: size - free, free: available });
  if (resource.name !== 'inodes' || inodes === 0) return resource;
  return kept(resource, { capacity: inodes, used: Math.max(0, inodes - inodesFree), free: inodesFree });
}

function kept(resource: Resource, now: { capacity?: number; used: number; free: number }): Resource {
  const same =
    resource.used === now.used &&
    resource.free === now.free &&
    (now.capacity === undefined || now.capacity === resource.capacity);
  return same ? resource : { ...resource, ...now };
}
