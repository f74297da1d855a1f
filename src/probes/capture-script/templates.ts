import { Facts, type Fact, type FactKind } from '../fact.ts';
import type { FactMap } from '../facts.ts';
import type { Ask, Probe } from '../probe.ts';

/**
 * What probes ask depends on what was found. The script finds mounts, data roots, sockets and
 * daemons by itself; what to ask about each is learnt here by showing the probes one that has
 * a stand-in for a name. So a new probe needs no word here.
 */
export const STAND_IN = {
  mount: '/ullage-mount',
  device: '/dev/ullage-device',
  root: '/ullage-root',
  socket: '/ullage-socket',
  pid: '987654321',
  container: 'feedface'.repeat(8),
} as const;

type Seed = { [K in FactKind]: [K, FactMap[K]] }[FactKind];

const mount = (fstype: string): Seed => ['mount', { source: STAND_IN.device, target: STAND_IN.mount, fstype, options: ['rw', 'prjquota'], majmin: '0:0' }];
const process = (program: string, pid = 2, mountNamespace?: string): Seed => ['process', { pid, program, args: [], ...(mountNamespace ? { mountNamespace } : {}) }];
const block = (type: string): Seed => ['block', { name: 'ullage', type, size: 1, mountpoints: [], parents: [] }];

/** Questions about any host. */
export function plainAsks(probes: readonly Probe[]): Ask[] {
  return unique(asksFor(probes, []));
}

/** Questions about one storage mount of this type. */
export function mountAsks(probes: readonly Probe[], fstype: string): Ask[] {
  // data roots lie on it, or probes would not care
  const before: Seed[] = [['engine', { engine: 'docker', root: STAND_IN.mount }]];
  return more(probes, before, [mount(fstype)]);
}

/** Questions about Docker's data root, beyond those about any mount. */
export function rootAsks(probes: readonly Probe[], driver: string): Ask[] {
  return more(probes, [], [['engine', { engine: 'docker', driver, root: STAND_IN.root }]]);
}

/** Old daemons are not asked everything: some questions cost them a walk through all layers. */
export function socketAsks(probes: readonly Probe[], version: string): Ask[] {
  return more(probes, [], [['engine', { engine: 'docker', version, socket: STAND_IN.socket }]]);
}

export function containerAsks(probes: readonly Probe[]): Ask[] {
  const engine: Seed = ['engine', { engine: 'docker', version: '29.0.0', socket: STAND_IN.socket }];
  return more(probes, [engine], [['container', { engine: 'docker', id: STAND_IN.container, state: 'running' }]]);
}

/** Questions about a daemon that runs in a mount namespace of its own. */
export function daemonAsks(probes: readonly Probe[]): Ask[] {
  return more(probes, [], [process('init', 1, 'mnt:[1]'), process('dockerd', Number(STAND_IN.pid), 'mnt:[2]')]);
}

/** Questions that are asked only where there is device-mapper, LVM, ZFS, Podman, or containerd alone. */
export function presenceAsks(probes: readonly Probe[], what: 'device-mapper' | 'zfs' | 'podman' | 'containerd'): Ask[] {
  const deviceMapper: Seed[] = [block('lvm'), block('dm'), ['mount', { source: '/dev/mapper/ullage', target: STAND_IN.mount, fstype: 'ext4', options: [] }]];
  const seeds: Record<typeof what, Seed[]> = {
    'device-mapper': deviceMapper,
    zfs: [mount('zfs')],
    podman: [process('podman'), ['engine', { engine: 'podman' }]],
    containerd: [process('containerd'), ['engine', { engine: 'containerd', driver: 'overlayfs' }], ['engine', { engine: 'containerd', driver: 'devmapper' }]],
  };
  // what is asked for another reason is asked there
  const elsewhere: Seed[] = what === 'device-mapper' ? [mount('ext4')] : [...deviceMapper, process('dockerd')];
  return more(probes, [], seeds[what], elsewhere).filter((ask) => !JSON.stringify(ask).includes('ullage'));
}

/** What is asked because of `added`, where `before` and `elsewhere` alone do not lead to it. */
function more(probes: readonly Probe[], before: Seed[], added: Seed[], elsewhere: Seed[] = []): Ask[] {
  const known = new Set([...asksFor(probes, []), ...asksFor(probes, before), ...asksFor(probes, elsewhere)].map((ask) => JSON.stringify(ask)));
  return unique(asksFor(probes, [...before, ...added]).filter((ask) => !known.has(JSON.stringify(ask))));
}

function asksFor(probes: readonly Probe[], seeds: readonly Seed[]): Ask[] {
  const facts = seeds.map(([kind, value], order) => ({ kind, value, source: { label: '' }, quote: '', order }) as Fact);
  const known = new Facts(facts);
  return probes.flatMap((probe) => probe.asks?.(known) ?? []).filter((ask) => !ask.deep);
}

function unique(asks: readonly Ask[]): Ask[] {
  const byKey = new Map(asks.map((ask) => [JSON.stringify([ask.kind, 'argv' in ask ? ask.argv : ask.path, 'socket' in ask ? ask.socket : '']), ask]));
  return [...byKey.values()];
}
