import type { Fact } from '../../probes/fact.ts';
import { deviceKey as keyOfDevice } from '../../stack/names.ts';
import type { Scene } from '../cause.ts';
import { type BtrfsMoment, type Sized, statesOf } from './btrfs-states.ts';

/**
 * Which btrfs facts speak of the same file system, and in which order they tell its story.
 * A host has one state; a transcript may print the same source again, with other numbers,
 * after something was done: every such change starts a new state.
 */
export interface BtrfsFileSystem {
  /** mount point if known, else a device or the uuid */
  subject: string;
  paths: string[];
  states: BtrfsMoment[];
  balances: Fact<'btrfs-balance'>[];
}

const deviceKey = (path: string) => `dev:${keyOfDevice(path)}`;
const pathKey = (path: string) => `path:${path.length > 1 ? path.replace(/\/+$/, '') : path}`;

/** Sets of names that mean the same file system. */
class Names {
  readonly #parent = new Map<string, string>();

  root(name: string): string {
    let at = name;
    for (let up = this.#parent.get(at); up !== undefined && up !== at; up = this.#parent.get(at)) at = up;
    this.#parent.set(name, at);
    return at;
  }

  same(names: readonly string[]): void {
    const first = names[0];
    if (first === undefined) return;
    for (const other of names) this.#parent.set(this.root(other), this.root(first));
  }
}

/** Every btrfs file system the facts speak of. */
export function btrfsFileSystems(scene: Scene): BtrfsFileSystem[] {
  const known = KNOWN.get(scene);
  if (known) return known;
  const list = seenFileSystems(scene);
  KNOWN.set(scene, list);
  return list;
}

/** Many causes ask of the same scene. */
const KNOWN = new WeakMap<Scene, BtrfsFileSystem[]>();

function seenFileSystems(scene: Scene): BtrfsFileSystem[] {
  const { facts } = scene;
  const sized: Fact<Sized>[] = [
    ...facts.all('btrfs-show'),
    ...facts.all('btrfs-df'),
    ...facts.all('btrfs-usage'),
    ...facts.all('btrfs-sysfs'),
    ...facts.all('btrfs-device-usage'),
  ].sort((a, b) => a.order - b.order);
  if (sized.length === 0) return [];
  const names = new Names();
  const mountpoints = linkMounts(scene, names);
  for (const fact of sized) names.same(keysOf(fact, mountpoints));
  linkBySize(scene, names, mountpoints);
  const groups = new Map<string, Fact<Sized>[]>();
  for (const fact of sized) {
    const key = keysOf(fact, mountpoints)[0];
    const root = key === undefined ? '' : names.root(key);
    groups.set(root, [...(groups.get(root) ?? []), fact]);
  }
  joinLoose(groups);
  return [...groups].map(([root, group]) => {
    const paths = [...mountpoints, ...group.flatMap((fact) => pathsOf(fact))]
      .filter((path) => names.root(pathKey(path)) === root || group.some((fact) => pathsOf(fact).includes(path)))
      .filter((path, i, all) => all.indexOf(path) === i);
    const balances = facts.all('btrfs-balance', (value) => {
      if (groups.size === 1 || value.path === undefined) return groups.size === 1;
      return resolve(value.path, mountpoints).some((key) => names.root(key) === root) || paths.includes(value.path);
    });
    return { subject: subjectOf(paths, group), paths, states: statesOf(group, scene.from), balances };
  });
}

/** Mounts, df rows and lsblk say which device is mounted where. Returns the mount points of btrfs. */
function linkMounts(scene: Scene, names: Names): string[] {
  const mountpoints: string[] = [];
  for (const { value } of scene.facts.all('mount')) {
    if (value.fstype !== 'btrfs') continue;
    mountpoints.push(value.target);
    names.same([
      pathKey(value.target),
      ...(value.source.startsWith('/dev/') ? [deviceKey(value.source)] : []),
      ...(value.uuid === undefined ? [] : [`uuid:${value.uuid}`]),
    ]);
  }
  for (const { value } of scene.facts.all('df')) {
    if (!value.filesystem.startsWith('/dev/') || (value.type !== undefined && value.type !== 'btrfs')) continue;
    if (value.inContainer === true) continue;
    mountpoints.push(value.mountpoint);
    names.same([pathKey(value.mountpoint), deviceKey(value.filesystem)]);
  }
  for (const { value } of scene.facts.all('block', (block) => block.fstype === 'btrfs')) {
    const mapper = value.type === 'lvm' || value.type === 'crypt' || value.type === 'dm' || value.type === 'mpath';
    names.same([
      deviceKey(mapper ? `/dev/mapper/${value.name.slice(value.name.lastIndexOf('/') + 1)}` : value.name),
      ...(value.kname === undefined ? [] : [deviceKey(value.kname)]),
      ...(value.uuid === undefined ? [] : [`uuid:${value.uuid}`]),
    ]);
  }
  return [...new Set(mountpoints)];
}

/**
 * `fi show` may name the kernel's device (`/dev/dm-0`) where df names the mapper's: the one df row
 * of that very size is the same file system.
 */
function linkBySize(scene: Scene, names: Names, mountpoints: readonly string[]): void {
  for (const { value } of scene.facts.all('btrfs-show')) {
    const total = value.devices.reduce((sum, device) => sum + device.size, 0);
    const own = names.root(`uuid:${value.uuid}`);
    if (total === 0 || mountpoints.some((path) => names.root(pathKey(path)) === own)) continue;
    const rows = scene.facts.all(
      'df',
      (row) =>
        row.filesystem.startsWith('/dev/') &&
        row.inContainer !== true &&
        (row.type === undefined || row.type === 'btrfs') &&
        Math.abs(row.size - total) <= Math.max(total * 0.01, 2 * (row.resolution ?? 0) + (value.resolution ?? 0)),
    );
    const devices = new Set(rows.map((row) => row.value.filesystem));
    const row = rows[0];
    if (row && devices.size === 1) names.same([`uuid:${value.uuid}`, pathKey(row.value.mountpoint)]);
  }
}

/** The keys of a path: its own, and that of the longest known mount point above it. */
function resolve(path: string, mountpoints: readonly string[]): string[] {
  const above = mountpoints
    .filter((mount) => path === mount || mount === '/' || path.startsWith(`${mount}/`))
    .sort((a, b) => b.length - a.length)[0];
  return above === undefined || above === path ? [pathKey(path)] : [pathKey(path), pathKey(above)];
}

function pathsOf({ value }: Fact<Sized>): string[] {
  return 'rows' in value && value.path !== undefined ? [value.path] : [];
}

function keysOf(fact: Fact<Sized>, mountpoints: readonly string[]): string[] {
  const { value } = fact;
  if ('spaces' in value) return [`uuid:${value.uuid}`, ...value.devices.map((device) => deviceKey(device.name))];
  if ('uuid' in value) {
    return [`uuid:${value.uuid}`, ...value.devices.flatMap((d) => (d.path === undefined ? [] : [deviceKey(d.path)]))];
  }
  if ('allocations' in value) return [deviceKey(value.path)];
  const devices = 'unallocated' in value ? value.unallocated.map((device) => deviceKey(device.path)) : [];
  return [...devices, ...(value.path === undefined ? [] : resolve(value.path, mountpoints))];
}

/**
 * `fi df` without its prompt names no device. When the text speaks of one file system only,
 * it is that one.
 */
function joinLoose(groups: Map<string, Fact<Sized>[]>): void {
  const loose = [...groups.keys()].filter((root) => !groups.get(root)?.some((fact) => namesDevices(fact)));
  const firm = [...groups.keys()].filter((root) => !loose.includes(root));
  const home = firm[0] ?? loose[0];
  if (firm.length > 1 || home === undefined || (firm.length === 0 && loose.length > 1 && !loose.includes(''))) return;
  if (firm.length === 1 && loose.length > 1 && !loose.includes('')) return;
  const all = groups.get(home) ?? [];
  for (const root of loose) {
    if (root === home) continue;
    all.push(...(groups.get(root) ?? []));
    groups.delete(root);
  }
  all.sort((a, b) => a.order - b.order);
}

function namesDevices({ value }: Fact<Sized>): boolean {
  if ('uuid' in value || 'allocations' in value) return true;
  return 'unallocated' in value && value.unallocated.length > 0;
}

function subjectOf(paths: readonly string[], group: readonly Fact<Sized>[]): string {
  const shortest = [...paths].sort((a, b) => a.length - b.length)[0];
  if (shortest !== undefined) return shortest;
  for (const { value } of group) {
    const device = 'uuid' in value && !('spaces' in value) ? value.devices[0]?.path : undefined;
    if (device !== undefined) return device;
    if ('unallocated' in value && Array.isArray(value.unallocated) && value.unallocated[0]) {
      return value.unallocated[0].path;
    }
  }
  return 'the btrfs file system';
}
