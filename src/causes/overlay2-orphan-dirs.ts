import { unnamedLayers } from '../probes/unnamed-layers.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { buildCacheIsEmpty, containerdStore, driverFact, usageRows } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { pruned, said, says, textSeverity } from './help/said.ts';

export const overlay2OrphanDirs: Cause = {
  id: 'overlay2-orphan-dirs',
  title: 'Layer directories that no image or container owns',
  severity: 'warning',
  prevalence: 'B',
  about:
    'A daemon that is killed, or runs out of space while it unpacks, leaves directories in overlay2/ that its database does not know. ' +
    'No docker command lists or removes them; the data root stays large though docker system df shows nothing. Build cache has directories there too, rightly: empty it first.',
  confirm:
    'Directories in overlay2/ that are in no cache-id, mount-id or init-id of image/overlay2/layerdb and in no build cache.',
  lookAlikes: [
    { cause: 'buildkit-embedded-cache', tell: 'the Build Cache row of docker system df is not 0' },
    {
      cause: 'docker-two-stores',
      tell: 'docker info shows the containerd store: all of overlay2/ belongs to the old store',
    },
    { cause: 'plain-fs-full', tell: 'du counts mounted layers twice: use du -x' },
  ],
  nextCheck: {
    run: 'docker system df',
    why: 'if all rows are near 0 B and overlay2/ is large, its directories have no owner',
  },
  remedies: ['docker-builder-prune', 'remove-orphans'],
  prevention: 'Keep some room free: the orphans come from unpacking on a full disk.',
  sources: ['moby/moby#45939', 'docker/cli#4656', 'moby/moby#38848 (du counts merged twice)'],
  explains: ['plain-fs-full'],
  find(scene) {
    const unnamed = fromRecords(scene);
    if (unnamed.length > 0) return unnamed;
    if (containerdStore(scene)) return [];
    const measured = fromSizes(scene);
    return measured.length > 0 ? measured : fromText(scene);
  },
};

/** overlay2/ against the layer store's own records: the decisive comparison. */
function fromRecords(scene: Scene): Draft[] {
  const layers = unnamedLayers(scene.facts).map((layer) => ({
    ...layer,
    size: scene.facts.last('directory-size', (value) => value.path === layer.path),
  }));
  const root = layers[0]?.root;
  if (root === undefined) return [];
  const bytes = layers.reduce((sum, layer) => sum + (layer.size?.value.bytes ?? 0), 0);
  const weight = weigh(scene, bytes, `${root}/overlay2`);
  // the remains of one small image are no news
  if (bytes < GIB && (weight.share ?? 0) < 0.05) return [];
  layers.sort((a, b) => (b.size?.value.bytes ?? 0) - (a.size?.value.bytes ?? 0));
  const many = layers.length === 1 ? '1 directory' : `${layers.length} directories`;
  return [
    {
      confidence: weight.confidence,
      severity: weight.severity,
      subject: `${root}/overlay2`,
      evidence: [
        ...layers
          .slice(0, 3)
          .flatMap(({ size: found, fact }) => [
            ...(found ? [evidence(found, `takes ${size(found.value.bytes)}`)] : []),
            evidence(fact, 'older than the daemon that runs, and named nowhere in its layer store'),
          ]),
        ...(weight.fs ? [evidence(weight.fs.fact, `${size(weight.fs.available)} left`)] : []),
      ],
      explanation:
        `${many} of ${root}/overlay2 ${layers.length === 1 ? 'belongs' : 'belong'} to no image and no container in Docker's records (image/overlay2/layerdb) and ` +
        `${layers.length === 1 ? 'takes' : 'take'} ${size(bytes)}${weight.words ? `, ${weight.words}` : ''}. ` +
        'A daemon that was killed, or out of space, while it unpacked left them. docker system df does not count them, and neither a restart nor a prune removes them.',
      remedies: ['remove-orphans'],
      score: scoreOf(weight.share, 85),
    },
  ];
}

/** overlay2/ against what Docker's own table counts. */
function fromSizes(scene: Scene): Draft[] {
  const directory = scene.facts.all('directory-size', (value) => /\/docker\/overlay2\/?$/.test(value.path)).at(-1);
  const rows = usageRows(scene).filter((row) => row.value.engine === 'docker' && row.value.what !== 'volumes');
  if (!directory || rows.length < 2) return [];
  const counted = rows.reduce((sum, row) => sum + row.value.size, 0);
  const orphaned = directory.value.bytes - counted;
  // du counts merged mounts of running containers again: only a gap of more than a third speaks
  if (orphaned < GIB || orphaned < directory.value.bytes / 3) return [];
  const weight = weigh(scene, orphaned, directory.value.path);
  return [
    {
      confidence: buildCacheIsEmpty(scene) && counted < directory.value.bytes / 10 ? 'likely' : 'possible',
      severity: weight.severity,
      subject: directory.value.path,
      evidence: [
        evidence(directory, `the layers take ${size(directory.value.bytes)}`),
        ...rows.slice(0, 3).map((row) => evidence(row.fact, 'what Docker counts')),
      ],
      explanation: `${directory.value.path} holds ${size(directory.value.bytes)}, Docker accounts for ${size(counted)} of it: ${size(orphaned)} belong to nothing it knows.`,
      score: scoreOf(weight.share, 70),
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const rows = usageRows(scene).filter((row) => row.value.engine === 'docker');
  const nothing = rows.length >= 3 && rows.every((row) => row.value.size === 0);
  const overlay = says(scene, 'overlay2') || driverFact(scene, /^overlay2?$/) !== undefined;
  if (nothing && !says(scene, 'aufs', 'btrfs', 'devicemapper', 'zfs'))
    return [
      {
        confidence: 'likely',
        severity: textSeverity(scene),
        subject: '/var/lib/docker/overlay2',
        evidence: [
          ...rows.slice(0, 4).map((row) => evidence(row.fact, 'Docker knows of nothing')),
          ...said(scene, 'overlay2', 'orphan-layers'),
        ],
        explanation:
          'docker system df shows nothing at all, build cache included, and layers are still on the disk: they belong to no image, container or build that Docker knows.',
        score: overlay ? 82 : 60,
      },
    ];
  const directory = scene.facts
    .all('directory-size', (value) => /\/overlay2\/?$/.test(value.path) && value.bytes >= 5 * GIB)
    .at(-1);
  const gone = pruned(scene);
  // what a prune gave back had an owner
  if (says(scene, 'prune-helped')) return [];
  const orphans = gone || says(scene, 'orphan-layers', 'space-not-returned');
  if (!overlay || !orphans || says(scene, 'containerd', 'podman') || rows.some((row) => row.value.size >= GIB))
    return [];
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: '/var/lib/docker/overlay2',
      evidence: [
        ...(directory ? [evidence(directory, `the layers take ${size(directory.value.bytes)}`)] : []),
        ...said(scene, 'overlay2', 'orphan-layers', 'everything-was-pruned', 'space-not-returned'),
      ],
      explanation:
        'overlay2/ stays large after everything that Docker lists was removed: directories there may have no owner any more.',
      score: directory && gone ? 76 : says(scene, 'orphan-layers') || gone ? 67 : 50,
    },
  ];
}
