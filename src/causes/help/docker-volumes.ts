import type { Fact, Facts } from '../../probes/fact.ts';
import { dockerOnDeviceMapper } from './thin-signs.ts';

const MOUNT = /\/devicemapper\/mnt\/[0-9a-f]{12,}/;
/** Docker's names, and containerd's `POOL-snap-ID` (containerd plugins/snapshots/devmapper). */
const VOLUME = /^\/dev\/mapper\/(?:docker-\d+:\d+-\d+-(?!pool)|\S{1,200}-snap-\d+$)/;

/** df rows of the thin volumes that containers live on: on the host below mnt/, or `/` inside a container. */
export function dockerVolumeRows(facts: Facts): Fact<'df'>[] {
  const here = dockerOnDeviceMapper(facts);
  return facts.all('df', (row) => {
    if (MOUNT.test(row.mountpoint) || VOLUME.test(row.filesystem)) return true;
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
export function roomInVolume(facts: Facts): { bytes: number; fact?: Fact } | undefined {
  const docker = facts.last('docker-dm', (value) => value.baseDeviceSize !== undefined);
  const base = docker?.value.baseDeviceSize;
  if (docker === undefined || base === undefined) return undefined;
  const rows = dockerVolumeRows(facts)
    .filter((row) => row.value.size <= base * 1.01 && row.value.size > base * 0.7)
    .slice(0, 20);
  const rooms = rows.map((row) => {
    const owner = containersOfVolumes(facts, `${row.value.mountpoint} ${row.value.filesystem}`);
    const known = facts.last(
      'container',
      (value) => owner?.name === `container ${value.name}` && value.virtual !== undefined,
    );
    const overhead = known?.value.virtual === undefined ? undefined : row.value.used - known.value.virtual;
    return { row, bytes: overhead === undefined || overhead < 0 ? undefined : row.value.size - overhead };
  });
  const best = rooms.find((room) => room.bytes !== undefined);
  if (best?.bytes !== undefined) return { bytes: best.bytes, fact: best.row };
  return { bytes: base * (base < 4 * 2 ** 30 ? 0.9 : 0.98), fact: docker };
}
