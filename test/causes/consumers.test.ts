import { describe, expect, it } from 'vitest';
import { aufsOrphanDirs } from '../../src/causes/aufs-orphan-dirs.ts';
import { buildkitEmbeddedCache } from '../../src/causes/buildkit-embedded-cache.ts';
import { buildxContainerBuilderVolume } from '../../src/causes/buildx-container-builder-volume.ts';
import { containerWritableLayerGrowth } from '../../src/causes/container-writable-layer-growth.ts';
import { containerdLeasesPinContent } from '../../src/causes/containerd-leases-pin-content.ts';
import { containerdOrphanSnapshots } from '../../src/causes/containerd-orphan-snapshots.ts';
import { containerdStoreKeepsBoth } from '../../src/causes/containerd-store-keeps-both.ts';
import { deletedButOpen } from '../../src/causes/deleted-but-open.ts';
import { dockerTwoStores } from '../../src/causes/docker-two-stores.ts';
import { hiddenUnderMountpoint } from '../../src/causes/hidden-under-mountpoint.ts';
import { imagesUnused } from '../../src/causes/images-unused.ts';
import { journaldCoredumpsMiscOnSameFs } from '../../src/causes/journald-coredumps-misc-on-same-fs.ts';
import { jsonFileLogGrowth } from '../../src/causes/json-file-log-growth.ts';
import { metadataDbNeedsSpaceToDelete } from '../../src/causes/metadata-db-needs-space-to-delete.ts';
import { ostreeMinFreeSpace } from '../../src/causes/ostree-min-free-space.ts';
import { overlayOnOverlay } from '../../src/causes/overlay-on-overlay.ts';
import { overlayTooManyLayers } from '../../src/causes/overlay-too-many-layers.ts';
import { overlay2OrphanDirs } from '../../src/causes/overlay2-orphan-dirs.ts';
import { plainFsFull } from '../../src/causes/plain-fs-full.ts';
import { rank } from '../../src/causes/rank.ts';
import { snapshotsHoldSpace } from '../../src/causes/snapshots-hold-space.ts';
import { usernsChownedDuplicateLayers } from '../../src/causes/userns-chowned-duplicate-layers.ts';
import { vfsDriverCopies } from '../../src/causes/vfs-driver-copies.ts';
import { vmDiskOutsideLinux } from '../../src/causes/vm-disk-outside-linux.ts';
import { volumesOrphaned } from '../../src/causes/volumes-orphaned.ts';
import { best, df, enospc, fact, GIB, host, MIB, mentions, text, usage } from './scene.ts';

const du = (path: string, bytes: number) => fact('directory-size', { path, bytes });
const held = (path: string, size?: number) =>
  fact('open-deleted', { program: 'dockerd', pid: 7, path, ...(size === undefined ? {} : { size }) });
const table = (images: number, containers: number, volumes: number, cache: number) => [
  usage('images', images, images),
  usage('containers', containers, containers),
  usage('volumes', volumes, volumes),
  usage('build-cache', cache, cache),
];

describe('container logs', () => {
  const log = fact('file', {
    path: '/var/lib/docker/containers/0123456789abcdef/0123456789abcdef-json.log',
    size: 30 * GIB,
    allocated: 30 * GIB,
  });
  const owner = fact('container', {
    engine: 'docker',
    id: '0123456789abcdef',
    name: 'web',
    logDriver: 'json-file',
    logMaxSize: '',
  });
  it('that fill the disk are confirmed and come before the full disk', () => {
    const scene = host(log, owner, df('/', 40 * GIB, 0));
    const findings = rank(
      [jsonFileLogGrowth, plainFsFull].flatMap((cause) => cause.find(scene).map((draft) => ({ cause, draft }))),
    );
    expect(findings.map((finding) => finding.cause)).toEqual(['json-file-log-growth', 'plain-fs-full']);
    expect(findings[0]).toMatchObject({ confidence: 'confirmed', subject: 'web' });
    expect(findings[1]?.consequenceOf).toBe('json-file-log-growth');
  });
  it('are a notice where there is room', () => {
    expect(best(jsonFileLogGrowth, host(log, owner, df('/', 400 * GIB, 300 * GIB)))).toMatchObject({
      confidence: 'likely',
      severity: 'notice',
    });
  });
  it('are measured by what they take on the disk, not by a sparse length', () => {
    const sparse = fact('file', { path: '/var/lib/docker/containers/ab/ab-json.log', size: 90 * GIB, allocated: 4096 });
    expect(best(jsonFileLogGrowth, host(sparse, df('/', 400 * GIB, 300 * GIB)))).toBeUndefined();
  });
  it('are recognised by their directory', () => {
    expect(best(jsonFileLogGrowth, text(du('/srv/docker/containers', 60 * GIB)))?.confidence).toBe('likely');
    expect(best(jsonFileLogGrowth, text(du('/srv/docker', 60 * GIB)))).toBeUndefined();
  });
});

describe('the table of docker system df', () => {
  it.each([
    ['build cache', buildkitEmbeddedCache, table(GIB, 0, GIB, 90 * GIB)],
    ['images', imagesUnused, table(90 * GIB, 0, GIB, GIB)],
    ['volumes', volumesOrphaned, table(GIB, 0, 90 * GIB, GIB)],
  ])('names %s when they dominate', (_, cause, facts) => {
    const scene = text(...facts);
    const winner = rank(
      [buildkitEmbeddedCache, imagesUnused, volumesOrphaned, containerWritableLayerGrowth].flatMap((one) =>
        one.find(scene).map((draft) => ({ cause: one, draft })),
      ),
    )[0];
    expect(winner).toMatchObject({ cause: cause.id, confidence: 'likely' });
  });
  it('is worth a notice at most on a host with room', () => {
    for (const cause of [buildkitEmbeddedCache, imagesUnused, volumesOrphaned])
      for (const draft of cause.find(host(...table(20 * GIB, 0, 20 * GIB, 20 * GIB), df('/', 500 * GIB, 400 * GIB))))
        expect(draft.severity).toBe('notice');
  });
  it('with nothing in it, and layers on the disk: they have no owner', () => {
    expect(best(overlay2OrphanDirs, text(...table(0, 0, 0, 0), ...mentions('docker', 'overlay2')))?.confidence).toBe(
      'likely',
    );
    expect(
      best(
        buildkitEmbeddedCache,
        text(...table(0, 0, 0, 0), ...mentions('docker', 'overlay2', 'everything-was-pruned')),
      ),
    ).toBeUndefined();
  });
  it('accounts for the layers: no orphans', () => {
    expect(
      best(overlay2OrphanDirs, host(...table(100 * GIB, 0, 0, 0), du('/var/lib/docker/overlay2', 105 * GIB))),
    ).toBeUndefined();
    expect(
      best(overlay2OrphanDirs, host(...table(10 * GIB, 0, 0, 0), du('/var/lib/docker/overlay2', 105 * GIB))),
    ).toBeDefined();
  });
});

describe('single consumers', () => {
  it('a container that wrote much', () => {
    expect(
      best(
        containerWritableLayerGrowth,
        host(fact('container', { engine: 'docker', id: 'ab', name: 'db', writable: 30 * GIB }), df('/', 40 * GIB, 0)),
      ),
    ).toMatchObject({ subject: 'db', severity: 'critical' });
  });
  it('a buildx builder', () => {
    const volume = fact('volume', {
      engine: 'docker',
      name: 'buildx_buildkit_big0_state',
      size: 40 * GIB,
      references: 1,
    });
    expect(best(buildxContainerBuilderVolume, host(volume))?.subject).toBe('buildx_buildkit_big0_state');
    expect(best(volumesOrphaned, host(volume))).toBeUndefined();
  });
  it('the journal, unless it is of ordinary size', () => {
    expect(
      best(journaldCoredumpsMiscOnSameFs, host(du('/var/log/journal', 4 * GIB), df('/', 100 * GIB, 50 * GIB))),
    ).toBeUndefined();
    expect(
      best(journaldCoredumpsMiscOnSameFs, host(du('/var/lib/systemd/coredump', 30 * GIB), df('/', 100 * GIB, 0)))
        ?.severity,
    ).toBe('critical');
  });
  it('ZFS snapshots', () => {
    const set = fact('zfs-dataset', { name: 'tank/docker', used: 90 * GIB, available: GIB, usedBySnapshots: 60 * GIB });
    expect(best(snapshotsHoldSpace, host(set))?.severity).toBe('critical');
  });
});

describe('deleted files', () => {
  it('are counted once, however many descriptors', () => {
    const scene = host(
      held('/var/lib/docker/tmp/blob', 20 * GIB),
      held('/var/lib/docker/tmp/blob', 20 * GIB),
      df('/', 40 * GIB, 0),
    );
    expect(best(deletedButOpen, scene)).toMatchObject({ confidence: 'confirmed', severity: 'critical' });
    expect(best(deletedButOpen, scene)?.explanation).toContain('1 deleted file is');
  });
  it('in a container: the path is its own, the device is the overlay of its upper directory', () => {
    const overlay = fact('mount', {
      source: 'overlay',
      target: '/var/lib/docker/overlay2/0a1b/merged',
      fstype: 'overlay',
      options: ['rw'],
      superOptions: ['rw', 'lowerdir=/l', 'upperdir=/var/lib/docker/overlay2/0a1b/diff'],
      majmin: '0:61',
    });
    const inContainer = fact('open-deleted', { pid: 7, path: '/data/old', size: 9 * GIB, device: '0:61' });
    const onRoot = fact('open-deleted', { pid: 8, path: '/tmp/large', size: 12 * GIB, device: '8:1' });
    const disk = df('/var/lib/docker', 20 * GIB, 0, { filesystem: '/dev/sdb1' });
    const web = fact('container', {
      engine: 'docker',
      id: '0123456789ab',
      name: 'web',
      driverData: { MergedDir: '/var/lib/docker/overlay2/0a1b/merged' },
    });
    const scene = host(inContainer, onRoot, overlay, web, df('/', 40 * GIB, 20 * GIB), disk);
    expect(best(deletedButOpen, scene)).toMatchObject({
      confidence: 'confirmed',
      severity: 'critical',
      subject: 'process 7 of container web',
    });
    expect(best(deletedButOpen, scene)?.explanation).toContain('takes 9.0 GiB (45 % of /var/lib/docker');
  });
  it('that are memory are nothing', () => {
    expect(best(deletedButOpen, host(held('/memfd:x', 20 * GIB), held('/dev/zero', GIB)))).toBeUndefined();
  });
  it('or files below a mount point: df against du', () => {
    const scene = text(df('/data', 98 * GIB, 94 * GIB), du('/data', 500 * MIB));
    expect(best(deletedButOpen, scene)?.confidence).toBe('possible');
    expect(best(hiddenUnderMountpoint, scene)?.confidence).toBe('possible');
    expect(best(hiddenUnderMountpoint, text(df('/data', 98 * GIB, 94 * GIB), du('/data', 3.9 * GIB)))).toBeUndefined();
  });
});

describe('stores', () => {
  const containerd = fact('engine', {
    engine: 'docker',
    driver: 'overlayfs',
    driverType: 'io.containerd.snapshotter.v1',
  });
  it('two of them', () => {
    expect(best(dockerTwoStores, host(containerd, du('/var/lib/docker/overlay2', 30 * GIB)))?.confidence).toBe(
      'likely',
    );
    expect(
      best(
        dockerTwoStores,
        host(fact('engine', { engine: 'docker', driver: 'overlay2' }), du('/var/lib/docker/overlay2', 30 * GIB)),
      ),
    ).toBeUndefined();
  });
  it('containerd keeps blobs too', () => {
    expect(
      best(
        containerdStoreKeepsBoth,
        host(containerd, du('/var/lib/containerd/io.containerd.content.v1.content', 30 * GIB)),
      )?.severity,
    ).toBe('notice');
  });
  it('leases without end', () => {
    const leases = (expires?: string) =>
      [1, 2, 3].map((n) => fact('lease', { id: `lease-${n}`, ...(expires ? { expires } : {}) }));
    expect(best(containerdLeasesPinContent, host(...leases()))).toBeDefined();
    expect(best(containerdLeasesPinContent, host(...leases('2026-01-02T00:00:00Z')))).toBeUndefined();
  });
  it('snapshots without owner', () => {
    expect(
      best(
        containerdOrphanSnapshots,
        text(du('/data/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/88', GIB)),
      )?.confidence,
    ).toBe('likely');
  });
  it('aufs leftovers', () => {
    expect(best(aufsOrphanDirs, text(du('/var/lib/docker/aufs/diff/c0ffee012345-removing', GIB)))?.confidence).toBe(
      'likely',
    );
    expect(best(aufsOrphanDirs, text(...mentions('aufs')))).toBeUndefined();
  });
  it('vfs: layers of Podman, volumes of old Docker', () => {
    expect(
      best(vfsDriverCopies, host(fact('engine', { engine: 'podman', driver: 'vfs' }), df('/', 40 * GIB, 0)))?.severity,
    ).toBe('critical');
    const old = text(...mentions('docker', 'vfs', 'space-not-returned'));
    expect(best(volumesOrphaned, old)?.score ?? 0).toBeGreaterThan(best(vfsDriverCopies, old)?.score ?? 0);
    const podman = text(...mentions('podman', 'vfs', 'copies-every-layer'));
    expect(best(vfsDriverCopies, podman)?.confidence).toBe('likely');
    expect(best(volumesOrphaned, podman)).toBeUndefined();
  });
  it('owners mapped by copying, on kernels that cannot do better', () => {
    const boxes = [1, 2].map((n) => fact('container', { engine: 'podman', id: `${n}`, usernsMode: 'auto' }));
    expect(best(usernsChownedDuplicateLayers, host(...boxes, fact('system', { kernel: '5.10.0' })))).toBeDefined();
    expect(best(usernsChownedDuplicateLayers, host(...boxes, fact('system', { kernel: '6.1.0' })))).toBeUndefined();
  });
});

describe('messages that name their cause', () => {
  it.each([
    ['overlay-on-overlay', overlayOnOverlay],
    ['overlay-max-depth', overlayTooManyLayers],
    ['ostree-min-free', ostreeMinFreeSpace],
    ['container-store-json-failed', metadataDbNeedsSpaceToDelete],
  ] as const)('%s', (id, cause) => {
    expect(best(cause, text(fact('message', { id, params: {} })))?.confidence).toBe('likely');
    expect(best(cause, text(enospc('/srv/x', 'write')))).toBeUndefined();
  });
  it('a virtual machine is only a circumstance', () => {
    expect(best(vmDiskOutsideLinux, text(...mentions('docker-desktop'), enospc()))?.confidence).toBe('possible');
    expect(best(vmDiskOutsideLinux, host(enospc()))).toBeUndefined();
  });
});
