import type { Fact, Facts } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { allFileSystems, type FileSystem } from './file-systems.ts';
import { dockerOnDeviceMapper, isFull } from './thin-signs.ts';

const MOUNT = /\/devicemapper\/mnt\/[0-9a-f]{12,}/;
/** Docker's names, and containerd's `POOL-snap-ID` (containerd plugins/snapshots/devmapper). */
const VOLUME = /^\/dev\/mapper\/(?:docker-\d+:\d+-\d+-(?!pool)|\S{1,200}-snap-\d+$)/;

/** A container's own volume, as the host sees it. */
export function isContainerVolume(fs: Pick<FileSystem, 'mountpoint' | 'source'>): boolean {
  return MOUNT.test(fs.mountpoint) || VOLUME.test(fs.source);
}

/** How a container's volume was seen; bytes. */
export interface VolumeRow {
  mountpoint: string;
  source: string;
  size: number;
  used: number;
  available: number;
  full: boolean;
  fact: Fact<'df'> | Fact<'statfs'>;
}

/** PostgreSQL takes its log 16 MiB at a time; hardly any writer wants more at once. */
const ONE_WRITE = 16 * 2 ** 20;

/** The volumes that containers live on: rows of df, and what a host measured beyond them. */
export function containerVolumes(scene: Scene): VolumeRow[] {
  const rows = dockerVolumeRows(scene.facts).map((fact): VolumeRow => {
    const { mountpoint, filesystem, size, used, available } = fact.value;
    return { mountpoint, source: filesystem, size, used, available, full: isFull(fact.value), fact };
  });
  // `df -l` takes `docker-254:0-131-…` for a remote file system: there is a colon in the name
  const measured = allFileSystems(scene).flatMap((fs): VolumeRow[] => {
    const { fact, mountpoint, source, size, used, available } = fs;
    if (fact.kind !== 'statfs' || size <= 0 || !isContainerVolume(fs)) return [];
    return [{ mountpoint, source, size, used, available, full: available <= Math.min(size * 0.01, ONE_WRITE), fact }];
  });
  return [...rows, ...measured];
}

/** df rows of those volumes: on the host below mnt/, or `/` inside a container. */
function dockerVolumeRows(facts: Facts): Fact<'df'>[] {
  const here = dockerOnDeviceMapper(facts);
  return facts.all('df', (row) => {
    if (isContainerVolume({ mountpoint: row.mountpoint, source: row.filesystem })) return true;
    // `/dev/dm-8 … /` or `rootfs … /`: what df prints inside a container
    return (
      here &&
      row.inContainer === true &&
      row.mountpoint === '/' &&
      /^(rootfs|-|none|\/dev\/dm-\d+)$/.test(row.filesystem)
    );
  });
}

/** The container that writes to a volume, found by the hash in its mount point or device name. */
export function containersOfVolumes(facts: Facts, path: string): { name: string } | undefined {
  const hash = /([0-9a-f]{32,64})/.exec(path)?.[1];
  if (hash === undefined) return undefined;
  const mount = facts.last('docker-mount-id', (value) => value.mountId === hash);
  // before Docker 1.10 the volume had the container's own id
  const id = mount?.value.container ?? hash;
  const container = facts.last(
    'container',
    (value) => value.id !== '' && (value.id.startsWith(id) || id.startsWith(value.id)),
  );
  const name = container?.value.name ?? (mount === undefined ? undefined : id.slice(0, 12));
  return name === undefined ? undefined : { name: `container ${name}` };
}

/**
 * How many bytes of image and container fit in one volume. Best from df of another volume of the same
 * size: its size less what the file system itself takes (xfs keeps a log of at least 10 MiB inside).
 * Without one: nine tenths of a small base device, 98 % of a large one.
 */
export function roomInVolume(scene: Scene): { bytes: number; fact?: Fact } | undefined {
  const { facts } = scene;
  const docker = facts.last('docker-dm', (value) => value.baseDeviceSize !== undefined);
  const base = docker?.value.baseDeviceSize;
  if (docker === undefined || base === undefined) return undefined;
  const rows = containerVolumes(scene)
    .filter((row) => row.size <= base * 1.01 && row.size > base * 0.7)
    .slice(0, 20);
  const rooms = rows.map((row) => {
    const owner = containersOfVolumes(facts, `${row.mountpoint} ${row.source}`);
    const known = facts.last(
      'container',
      (value) => owner?.name === `container ${value.name}` && value.virtual !== undefined,
    );
    const overhead = known?.value.virtual === undefined ? undefined : row.used - known.value.virtual;
    return { row, bytes: overhead === undefined || overhead < 0 ? undefined : row.size - overhead };
  });
  const best = rooms.find((room) => room.bytes !== undefined);
  if (best?.bytes !== undefined) return { bytes: best.bytes, fact: best.row.fact };
  return { bytes: base * (base < 4 * 2 ** 30 ? 0.9 : 0.98), fact: docker };
}
