import type { Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { DATA_SPACE, decisive } from './help/decisive.ts';
import { containersOfVolumes, containerVolumes, roomInVolume } from './help/docker-volumes.ts';
import { iec, percentOf, si } from './help/sizes.ts';
import { type Pool, poolFree, thinPools } from './help/thin.ts';
import { dockerOnDeviceMapper, isFull, mentioned, mentions, messages, realFileSystems } from './help/thin-signs.ts';

export const dockerDmBasesize: Cause = {
  id: 'docker-dm-basesize',
  title: "a container's own thin volume is full",
  severity: 'critical',
  prevalence: 'B',
  about:
    'With the devicemapper driver (or the containerd devmapper snapshotter) every image layer and container gets a volume of a fixed size, 10 GiB by default. ' +
    'A container that has written that much, or an image that is larger, gets "no space left" while the pool and the disk have plenty. Only this one container is affected.',
  confirm:
    "df of the container's root (or of its mnt/ directory on the host) has nothing available, and the pool has free blocks; or Docker's own record of a start that failed with no space left below the container's mnt/ directory",
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'the pool itself has no free block: then every container is affected' },
    { cause: 'plain-fs-full', tell: 'a df row of the host is full' },
  ],
  nextCheck: {
    run: 'docker info',
    why: "Base Device Size against the size of the container or image, and the pool's free space",
  },
  remedies: ['container-volume', 'grow-container', 'raise-dm-basesize', 'switch-to-overlay2'],
  prevention: 'write data to volumes, limit logs inside containers, raise dm.basesize before images are pulled',
  sources: [
    'moby daemon/graphdriver/devmapper/deviceset.go (defaultBaseFsSize 10 GiB)',
    'containerd docs/snapshotters/devmapper.md (base_image_size)',
  ],
  find,
};

function find(scene: Scene): Draft[] {
  const { facts } = scene;
  const full = thinPools(facts).some((pool) => pool.now.full);
  const rows = fromRows(scene, full);
  const starts = fromFailedStarts(facts, full);
  const containers = rows.length > 0 || starts.length > 0 ? [] : fromContainers(scene);
  const pivot = starts.length > 0 ? [] : fromPivotRoot(facts, full);
  const drafts = [...rows, ...starts, ...pivot, ...containers];
  if (drafts.length > 0 || full) return drafts;
  const said = fromSnapshot(facts) ?? fromRefusedWrite(facts) ?? fromProse(facts);
  return said === undefined ? [] : [said];
}

function fromRows(scene: Scene, poolFull: boolean): Draft[] {
  const { facts } = scene;
  return containerVolumes(scene)
    .filter((row) => row.full)
    .map((row) => {
      const owner = containersOfVolumes(facts, `${row.mountpoint} ${row.source}`);
      return {
        confidence: poolFull ? 'likely' : 'confirmed',
        subject: owner?.name ?? row.mountpoint,
        score: 85,
        evidence: [evidence(row.fact, "the container's own file system is full"), ...pools(facts)],
        explanation: `The volume of ${owner?.name ?? 'this container'} holds ${iec(row.size)} and ${iec(row.available)} are left in it. ${roomSentence(facts)}`,
      };
    });
}

/** `mkdir …/devicemapper/mnt/<hash>/rootfs/…: no space left on device`: what Docker keeps of the last start. */
function fromFailedStarts(facts: Facts, poolFull: boolean): Draft[] {
  const failed = new Map(
    facts
      .all('container', ({ error = '', state }) => state !== 'running' && OWN_ROOT.test(error) && ENOSPC.test(error))
      .map((fact) => [fact.value.id, fact]),
  );
  const roomy = thinPools(facts).some((pool) => pool.now.dataFraction !== undefined);
  return [...failed.values()].map((fact) => {
    const { id, name, error = '' } = fact.value;
    const hash = OWN_ROOT.exec(error)?.[1];
    const device = facts.last('docker-dm-device', (value) => value.hash === hash);
    const subject = `container ${name ?? id.slice(0, 12)}`;
    return {
      confidence: poolFull ? 'possible' : roomy ? 'confirmed' : 'likely',
      subject,
      score: 85,
      evidence: [
        { ...evidence(fact, 'why its last start failed, as Docker keeps it'), quote: error },
        ...(device === undefined ? [] : [evidence(device, 'its thin device and size')]),
        ...pools(facts),
      ],
      explanation: `${subject} cannot start: nothing can be made in its root, its own thin volume is full${device === undefined ? '' : ` (thin device id ${device.value.deviceId}, ${iec(device.value.size)})`}. ${roomSentence(facts)}`,
      remedies: ['container-volume', 'grow-container', 'raise-dm-basesize', 'switch-to-overlay2'],
    };
  });
}

/** Below the mount point that the driver gives a container, and that holds its file system alone. */
const OWN_ROOT = /\/devicemapper\/mnt\/([0-9a-f]{12,64})\//;
const ENOSPC = /no space left on device/i;

/** `can't create pivot_root dir …/devicemapper/mnt/<hash>/rootfs/…: no space left on device`. */
function fromPivotRoot(facts: Facts, poolFull: boolean): Draft[] {
  const pivot =
    messages(facts, 'pivot-root-enospc').at(-1) ??
    facts.last(
      'symptom',
      (symptom) =>
        symptom.errno === 'ENOSPC' &&
        /\/devicemapper\/mnt\/[0-9a-f]{12,}/.test(`${symptom.path ?? ''} ${symptom.message}`),
    );
  if (
    pivot === undefined ||
    !/devicemapper|dm-/.test(pivot.quote + String('params' in pivot.value ? (pivot.value.params['path'] ?? '') : ''))
  )
    return [];
  const looked = facts.last('docker-mount-id');
  const device =
    facts.last('docker-dm-device', (value) => looked === undefined || value.hash === looked.value.mountId) ??
    facts.last('docker-dm-device');
  const container =
    looked === undefined ? undefined : facts.last('container', (value) => same(value.id, looked.value.container));
  const id = container?.value.id ?? looked?.value.container;
  const name = container?.value.name;
  const subject =
    id === undefined
      ? 'a container that cannot start'
      : `container ${id.slice(0, 12)}${name === undefined ? '' : ` (${name})`}`;
  const details = [
    ...(looked === undefined ? [] : [`mount-id ${looked.value.mountId}`]),
    ...(device === undefined
      ? []
      : [`thin device id ${device.value.deviceId}`, `a volume of ${iec(device.value.size)}`]),
  ];
  return [
    {
      confidence: poolFull ? 'possible' : 'likely',
      subject,
      score: 85,
      evidence: [
        evidence(pivot, "the first thing written into the container's root fails"),
        ...(looked === undefined ? [] : [evidence(looked, 'the layer the container writes to')]),
        ...(device === undefined ? [] : [evidence(device, 'its thin device and size')]),
        ...pools(facts),
      ],
      explanation: `The runtime could not even make a directory in the container's root: the container's own thin volume is full${details.length === 0 ? '' : ` (${details.join(', ')})`}. ${roomSentence(facts)}`,
      nextCheck: {
        run: 'docker info',
        why: 'shows that the pool has room; if Data Space Used equals Total it is the pool instead',
      },
    },
  ];
}

/** A container whose writable layer has taken all that its volume can hold. */
function fromContainers(scene: Scene): Draft[] {
  const { facts } = scene;
  const room = roomInVolume(scene);
  if (room === undefined) return [];
  const drafts: Draft[] = [];
  for (const fact of facts.all('container', (value) => value.virtual !== undefined)) {
    const { virtual = 0, name, id, state, writable, storageOptSize } = fact.value;
    if (storageOptSize !== undefined && storageOptSize !== '') continue;
    // Docker prints three digits of the size
    if (virtual < room.bytes * 0.99) continue;
    const subject = `container ${name ?? id.slice(0, 12)}`;
    if (drafts.some((draft) => draft.subject === subject)) continue;
    drafts.push({
      confidence: 'likely',
      subject,
      score: 75,
      evidence: [
        evidence(fact, `${si(virtual)} in a volume that can hold ${si(room.bytes)}`),
        ...(room.fact === undefined ? [] : [evidence(room.fact, 'what such a volume holds')]),
        ...pools(facts),
      ],
      explanation: `${subject} (${state ?? 'state not known'}) holds ${si(virtual)}${writable === undefined ? '' : `, ${si(writable)} of it written by itself`}; its volume has room for about ${si(room.bytes)}. ${roomSentence(facts)}`,
    });
  }
  return drafts;
}

/** containerd: a write in a container fails while its pool has room. */
function fromSnapshot(facts: Facts): Draft | undefined {
  const inside = facts.all('df', (row) => /-snap-\d+$/.test(row.filesystem)).at(-1);
  const failed = facts.last('symptom', (symptom) => symptom.errno === 'ENOSPC');
  const pool = thinPools(facts).find(
    (candidate) => candidate.now.dataFraction !== undefined && candidate.now.dataFraction < 0.9,
  );
  const volume = facts.last('dm-table', (table) => table.thin !== undefined && /-snap-\d+$/.test(table.name));
  if (failed === undefined || pool === undefined || (inside === undefined && volume === undefined)) return undefined;
  const size = inside?.value.size ?? (volume?.value.length ?? 0) * 512;
  return {
    confidence: 'likely',
    subject: inside?.value.filesystem ?? volume?.value.name ?? 'a snapshot',
    score: 80,
    evidence: [
      evidence(failed, 'a write in the container failed'),
      ...(inside === undefined ? [] : [evidence(inside, `its root holds ${iec(size)}`)]),
      evidence(pool.now.fact, 'the pool has room'),
    ],
    explanation: `The container's snapshot is a volume of ${iec(size)} and is full; the pool is only ${percentOf(pool.now.dataFraction ?? 0)} used. base_image_size sets the size of new ones.`,
    nextCheck: { run: 'dmsetup status --noflush', why: 'mapped sectors of the snapshot against its length' },
    remedies: ['raise-base-image-size'],
  };
}

/** An ENOSPC of the devicemapper driver while its pool is known to have room. */
function fromRefusedWrite(facts: Facts): Draft | undefined {
  if (
    !dockerOnDeviceMapper(facts) ||
    messages(facts, 'docker-thin-pool-min-free', 'dm-semaphores-exhausted', 'dm-cookie-failed').length > 0
  )
    return undefined;
  if (realFileSystems(facts).some((row) => isFull(row.value))) return undefined;
  const failed =
    messages(facts, 'layer-extract-failed').at(-1) ??
    facts.last(
      'symptom',
      (symptom) =>
        symptom.errno === 'ENOSPC' &&
        !/\/var\/lib\/docker\/(tmp|image|containers)|\/var\/tmp|\/run\//.test(
          `${symptom.path ?? ''} ${symptom.message}`,
        ),
    );
  const larger = mentions(facts, 'image-larger-than-10g', 'base-device-size')[0];
  const docker = facts.last('docker-dm', (value) => value.baseDeviceSize !== undefined);
  const pool = thinPools(facts).find((candidate) => candidate.docker !== undefined);
  const free = pool === undefined ? undefined : poolFree(pool.now);
  const tight = free !== undefined && free < Math.max(pool?.docker?.value.minimumFree ?? 0, 2 ** 30);
  if (failed === undefined || tight || (docker === undefined && larger === undefined)) return undefined;
  // the pool's room must be known, or the size of the image must speak
  if (free === undefined && larger === undefined && messages(facts, 'layer-extract-failed').length === 0)
    return undefined;
  return {
    confidence: larger !== undefined || free !== undefined ? 'likely' : 'possible',
    subject: larger === undefined ? 'a container or image volume' : 'an image larger than its base device',
    score: larger !== undefined ? 85 : 60,
    evidence: [
      evidence(failed, 'the write into the volume failed'),
      ...(docker === undefined
        ? []
        : [decisive(docker, `every volume holds ${si(docker.value.baseDeviceSize ?? 0)}`, /Base Device Size/)]),
      ...(larger === undefined ? [] : [evidence(larger, 'as large as the base device')]),
    ],
    explanation: `Layers are unpacked into a volume of ${docker?.value.baseDeviceSize === undefined ? '10 GiB (the default)' : si(docker.value.baseDeviceSize)}. An image that comes near to that does not fit, however much room pool and disk have. ${roomSentence(facts)}`,
    remedies: ['raise-dm-basesize', 'switch-to-overlay2'],
  };
}

function fromProse(facts: Facts): Draft | undefined {
  const larger = mentions(facts, 'image-larger-than-10g', 'base-device-size')[0];
  if (larger === undefined || !dockerOnDeviceMapper(facts)) return undefined;
  const failed = facts.last('symptom', (symptom) => symptom.errno === 'ENOSPC');
  const large = mentioned(facts, 'image-larger-than-10g');
  return {
    confidence: large && failed !== undefined ? 'likely' : 'possible',
    subject: large ? 'an image larger than its base device' : 'a container or image volume',
    score: 75,
    evidence: [
      ...(failed === undefined ? [] : [evidence(failed, 'a write failed')]),
      evidence(larger, 'against the size of a volume'),
    ],
    explanation:
      'With devicemapper every image and container lives in a volume of dm.basesize, 10 GiB by default. What is larger does not fit, however much room pool and disk have.',
    remedies: ['raise-dm-basesize', 'switch-to-overlay2'],
  };
}

function pools(facts: Facts) {
  const pool = poolBelow(facts);
  return (pool === undefined || pool.now.full ? [] : [pool]).map((pool) =>
    decisive(pool.now.fact, `the pool is ${percentOf(pool.now.dataFraction ?? 0)} used`, DATA_SPACE),
  );
}

/** Docker's own pool, where several were seen. */
function poolBelow(facts: Facts): Pool | undefined {
  const known = thinPools(facts).filter((pool) => pool.now.dataFraction !== undefined);
  return known.find((pool) => pool.docker !== undefined) ?? known[0];
}

function roomSentence(facts: Facts): string {
  const pool = poolBelow(facts);
  if (pool === undefined) return 'Whether the pool has room is not shown here.';
  return pool.now.full
    ? 'The pool is full too.'
    : `The pool is ${percentOf(pool.now.dataFraction ?? 0)} used: it is not the limit.`;
}

function same(a: string, b: string): boolean {
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));
}
