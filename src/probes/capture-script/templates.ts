import { type Fact, type FactKind, Facts } from '../fact.ts';
import type { FactMap } from '../facts.ts';
import type { Ask, Probe } from '../probe.ts';

/**
 * What probes ask depends on what was found. The script finds mounts, data roots, sockets and
 * daemons by itself; what to ask about each is learnt here, by showing the probes one that has
 * a stand-in for its name. So a new probe needs no word in the script.
 */
export const STAND_IN = {
  mount: '/ullage-mount',
  device: '/dev/ullage-device',
  root: '/ullage-root',
  socket: '/ullage-socket',
  config: '/ullage-config',
  directory: '/ullage-directory',
  file: '/ullage-directory/ullage-file',
  snapshotter: 'ullage-snapshotter',
  profile: 'ullage-profile',
  pool: 'ullage-pool',
  container: 'feedface'.repeat(8),
  pid: '987654321',
  /** in words of which a list takes the place */
  each: '876543219',
} as const;

type Seed = { [K in FactKind]: [K, FactMap[K]] }[FactKind];
type Probes = readonly Probe[];

const mount = (fstype: string): Seed => [
  'mount',
  { source: STAND_IN.device, target: STAND_IN.mount, fstype, options: ['rw'], majmin: '0:0' },
];
const process = (program: string, pid: string, args: string[] = [], mountNamespace?: string): Seed => [
  'process',
  { pid: Number(pid), program, args, ...(mountNamespace ? { mountNamespace } : {}) },
];
const block = (type: string): Seed => ['block', { name: 'ullage', type, size: 1, mountpoints: [], parents: [] }];
const docker = (version: string): Seed => ['engine', { engine: 'docker', version, socket: STAND_IN.socket }];

/** What is asked of every host, beyond Docker's API (that is asked socket by socket). */
export function plainAsks(probes: Probes): Ask[] {
  const api = new Set(infoAsks(probes).map((ask) => askKey({ ...ask, socket: '' } as Ask)));
  return asksFor(probes, []).filter((ask) => !(ask.kind === 'get' && api.has(askKey({ ...ask, socket: '' }))));
}

/** About one mount of any storage. */
export const mountAsks = (probes: Probes): Ask[] => about(added(probes, [], [mount('ullagefs')]), STAND_IN.mount);

/** About each mount of this type, and about all of them together. */
export const typeAsks = (probes: Probes, fstype: string): Ask[] => added(probes, [], [mount(fstype)]);

/** About a mount of this type that holds a data root. */
export const dataMountAsks = (probes: Probes, fstype: string): Ask[] =>
  added(probes, [['engine', { engine: 'docker', root: STAND_IN.mount }], mount('ullagefs')], [mount(fstype)]);

/** About such a mount with project quotas. */
export const quotaAsks = (probes: Probes): Ask[] => {
  const [kind, plain] = mount('xfs');
  const quotas = [kind, { ...plain, options: ['rw', 'prjquota'] }] as Seed;
  return added(probes, [['engine', { engine: 'docker', root: STAND_IN.mount }], mount('xfs')], [quotas]);
};

/** About the directory of a loop device's file, and about the file. */
export const loopAsks = (probes: Probes): Ask[] =>
  about(added(probes, [], [['loop', { device: '/dev/loop0', backFile: STAND_IN.file }]]), STAND_IN.directory);

/** About a loop device's file that may grow. */
export const loopFileAsks = (probes: Probes): Ask[] => about(loopAsks(probes), STAND_IN.file);

/** About Docker's data root; with the devicemapper driver there is more in it. */
export const rootAsks = (probes: Probes, driver: string): Ask[] =>
  about(added(probes, [], [['engine', { engine: 'docker', driver, root: STAND_IN.root }]]), STAND_IN.root);

/** Of a socket that may be Docker's. */
export const infoAsks = (probes: Probes): Ask[] =>
  about(added(probes, [], [process('dockerd', STAND_IN.pid, [`--host=unix://${STAND_IN.socket}`])]), STAND_IN.socket);

/** Of a Docker daemon that answered. */
export const socketAsks = (probes: Probes, version: string): Ask[] =>
  about(added(probes, [], [docker(version)]), STAND_IN.socket);

export const containerAsks = (probes: Probes): Ask[] =>
  about(
    added(probes, [docker('1')], [['container', { engine: 'docker', id: STAND_IN.container, state: 'running' }]]),
    STAND_IN.container,
  );

/** Of a configuration file that a daemon's command line names. */
export const configAsks = (probes: Probes): Ask[] =>
  about(added(probes, [], [process('dockerd', STAND_IN.pid, ['--config-file', STAND_IN.config])]), STAND_IN.config);

/** Of a Docker that is configured and does not answer. */
export const stoppedDockerAsks = (probes: Probes): Ask[] =>
  added(
    probes,
    [],
    [['engine-config', { file: STAND_IN.config, engine: 'docker', values: { 'storage-driver': 'ullage' } }]],
  );

/** Whether a daemon has mounts of its own: first of process 1, then of the daemon's. */
export const namespaceAsks = (probes: Probes, of: '1' | 'daemon'): Ask[] =>
  about(added(probes, [], [process('dockerd', STAND_IN.pid)]), of === '1' ? '/proc/1/' : STAND_IN.pid);

/** Of a daemon that has. */
export const apartAsks = (probes: Probes): Ask[] => {
  const same = [process('init', '1', [], 'mnt:[1]'), process('dockerd', STAND_IN.pid, [], 'mnt:[1]')];
  return added(probes, same, [process('dockerd', STAND_IN.pid, [], 'mnt:[2]')]);
};

/** About a disk mounted in a daemon's own mount namespace alone. */
export const apartMountAsks = (probes: Probes): Ask[] => {
  const [, value] = mount('ullagefs') as ['mount', FactMap['mount']];
  const theirs: Seed = ['mount', { ...value, majmin: '1:1', pid: Number(STAND_IN.pid) }];
  return about(added(probes, [process('dockerd', STAND_IN.pid)], [theirs]), STAND_IN.mount);
};

/** About the inotify instances and namespaces that a walk over all processes found. */
export const heldAsks = (probes: Probes, what: 'watches' | 'owners' | 'mounts'): Ask[] => {
  const pid = Number(STAND_IN.each);
  const instance: Seed = ['inotify-instance', { pid, fd: 0 }];
  const namespace: Seed = ['process-namespace', { pid, kind: 'mnt', id: 'mnt:[1]' }];
  const file = { watches: '/fdinfo/', owners: '/status', mounts: '/mountinfo' }[what];
  return about(added(probes, [], [instance, namespace]), `/proc/${STAND_IN.each}${file}`);
};

/** About the writable layers of containers, where project quotas are in force. */
export const roomAsks = (probes: Probes): Ask[] => {
  const quotas: Seed = [
    'mount',
    { source: STAND_IN.device, target: STAND_IN.mount, fstype: 'ullagefs', options: ['prjquota'], majmin: '0:0' },
  ];
  const driverData = { UpperDir: `/${STAND_IN.each}` };
  const container: Seed = ['container', { engine: 'docker', id: STAND_IN.container, driverData }];
  return about(added(probes, [quotas], [container]), STAND_IN.each);
};

export const deviceMapperAsks = (probes: Probes): Ask[] => added(probes, [], [block('dm')]);

export const lvmAsks = (probes: Probes): Ask[] => added(probes, [], [block('lvm')]);

export const profileAsks = (probes: Probes): Ask[] =>
  added(probes, [block('lvm')], [['lv', { vg: 'ullage', name: 'ullage', profile: STAND_IN.profile }]]);

export const vdoAsks = (probes: Probes): Ask[] =>
  added(probes, [block('lvm')], [['lv', { vg: 'ullage', name: 'ullage', attr: 'vwi-a-v---' }]]);

export const containerdAsks = (probes: Probes): Ask[] =>
  without(added(probes, [], [process('containerd', STAND_IN.pid)]), STAND_IN.pid, '/proc/1/');

export const snapshotterAsks = (probes: Probes): Ask[] =>
  added(
    probes,
    [process('containerd', STAND_IN.pid)],
    [['engine', { engine: 'containerd', driver: STAND_IN.snapshotter }]],
  );

/** About the records of containerd's devmapper snapshotter. */
export const snapshotPoolAsks = (probes: Probes): Ask[] =>
  about(
    added(
      probes,
      [],
      [
        [
          'engine-config',
          {
            file: STAND_IN.config,
            engine: 'containerd',
            values: {
              plugins: {
                'io.containerd.snapshotter.v1.devmapper': { pool_name: STAND_IN.pool, root_path: STAND_IN.directory },
              },
            },
          },
        ],
        [
          'containerd-dm-device',
          { file: `${STAND_IN.directory}/${STAND_IN.pool}.db`, name: '', deviceId: 0, size: 0, state: 0 },
        ],
      ],
    ),
    STAND_IN.directory,
  );

/** About another engine's data root. */
export const storeAsks = (probes: Probes): Ask[] =>
  about(added(probes, [], [['engine', { engine: 'podman', root: STAND_IN.root }]]), STAND_IN.root);

export const podmanAsks = (probes: Probes): Ask[] => added(probes, [], [process('podman', STAND_IN.pid)]);

export const podmanStoreAsks = (probes: Probes): Ask[] =>
  added(probes, [process('podman', STAND_IN.pid)], [['engine', { engine: 'podman' }]]);

/** What the probes ask once `seeds` are known and did not ask when only `before` was. */
function added(probes: Probes, before: Seed[], seeds: Seed[]): Ask[] {
  const known = new Set([...asksFor(probes, []), ...asksFor(probes, before)].map(askKey));
  return asksFor(probes, [...before, ...seeds]).filter((ask) => !known.has(askKey(ask)));
}

function about(asks: readonly Ask[], name: string): Ask[] {
  return asks.filter((ask) => askKey(ask).includes(name));
}

function without(asks: readonly Ask[], ...names: string[]): Ask[] {
  return asks.filter((ask) => !names.some((name) => askKey(ask).includes(name)));
}

function asksFor(probes: Probes, seeds: readonly Seed[]): Ask[] {
  const facts = seeds.map(([kind, value], order) => ({ kind, value, source: { label: '' }, quote: '', order }) as Fact);
  const known = new Facts(facts);
  const asks = probes.flatMap((probe) => probe.asks?.(known) ?? []).filter((ask) => !ask.deep);
  return [...new Map(asks.map((ask) => [askKey(ask), ask])).values()];
}

function askKey(ask: Ask): string {
  return JSON.stringify([ask.kind, ask.kind === 'run' ? ask.argv : ask.path, ask.kind === 'get' ? ask.socket : '']);
}
