import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { buildCacheIsEmpty, driverFact, rootOf, usageRows } from './help/engines.ts';
import { GIB, share, size } from './help/format.ts';
import { said, says, textSeverity } from './help/said.ts';

export const buildkitEmbeddedCache: Cause = {
  id: 'buildkit-embedded-cache',
  title: "Docker's build cache takes the space",
  severity: 'warning',
  prevalence: 'A',
  about:
    'Every docker build keeps its intermediate layers, cache mounts and sources. They belong to no image and no container, so removing those gives nothing back; ' +
    'docker images and docker info do not show them. By default the cache may take most of the disk before it is collected.',
  confirm: 'The "Build Cache" row of docker system df.',
  lookAlikes: [
    { cause: 'buildx-container-builder-volume', tell: 'the row shows 0 B; a volume buildx_buildkit_…_state is large' },
    { cause: 'overlay2-orphan-dirs', tell: 'the row shows 0 B and the layer directories stay' },
    { cause: 'images-unused', tell: 'the "Images" row has most of what can be given back' },
  ],
  nextCheck: { run: 'docker system df', why: 'its "Build Cache" row is not shown by docker images or docker info' },
  remedies: ['docker-builder-prune', 'limit-build-cache'],
  prevention: 'daemon.json: "builder": {"gc": {"enabled": true, "defaultMaxUsedSpace": "50GB"}}.',
  sources: ['moby daemon/internal/builder-next/worker/gc.go', 'docs.docker.com: build garbage collection'],
  explains: ['plain-fs-full', 'vm-disk-outside-linux'],
  find(scene) {
    const row = usageRows(scene, 'build-cache').sort((a, b) => b.value.size - a.value.size)[0];
    if (row && row.value.size > 0) return fromTable(scene, row);
    return row || buildCacheIsEmpty(scene) ? [] : fromText(scene);
  },
};

function fromTable(scene: Scene, row: ReturnType<typeof usageRows>[number]): Draft[] {
  const bytes = row.value.size;
  const weight = weigh(scene, bytes, rootOf(scene, 'docker'));
  if (bytes < GIB && (weight.share ?? 0) < 0.05) return [];
  const main = row.partOfReclaimable >= 0.4;
  if (scene.from === 'text' && !main && row.partOfReclaimable < 0.15) return [];
  return [
    {
      confidence: main
        ? weight.confidence
        : weight.confidence === 'confirmed'
          ? 'likely'
          : scene.from === 'text'
            ? 'possible'
            : 'likely',
      severity: weight.severity,
      subject: 'build cache',
      evidence: [evidence(row.fact, `build cache ${size(bytes)}, ${size(row.reclaimable)} of it can be given back`)],
      explanation: `The build cache holds ${size(bytes)}${row.value.total === undefined ? '' : ` in ${row.value.total} records`}, ${share(row.reclaimable, bytes)} of it in no use${weight.words ? `; that is ${weight.words}` : ''}. Removing images or containers does not touch it.`,
      score: scoreOf(Math.max(row.partOfReclaimable, weight.share ?? 0), 55),
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const spoken = says(scene, 'build-cache');
  // layer directories without an owner after everything listed is gone: on btrfs BuildKit's subvolumes look so
  const orphans =
    says(scene, 'orphan-layers', 'everything-was-pruned', 'space-not-returned') &&
    says(scene, 'docker') &&
    !says(scene, 'podman', 'containerd', 'kubernetes', 'devicemapper');
  const builds =
    says(scene, 'buildkit') ||
    (says(scene, 'frequent-builds') &&
      says(scene, 'docker') &&
      says(scene, 'everything-was-pruned', 'space-not-returned'));
  const asked = scene.facts.first(
    'command',
    (command) => command.program === 'docker' && /^(?:buildx|builder) (?:du|prune)/.test(command.words.join(' ')),
  );
  if (!spoken && !orphans && !builds && !asked) return [];
  const btrfs = says(scene, 'btrfs') || driverFact(scene, /^btrfs$/) !== undefined;
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: 'build cache',
      evidence: [
        ...(asked ? [evidence(asked, 'the build cache was looked at')] : []),
        ...said(
          scene,
          'build-cache',
          'buildkit',
          'frequent-builds',
          'orphan-layers',
          'everything-was-pruned',
          'space-not-returned',
        ),
      ],
      explanation:
        'Layers that belong to no image and no container are in most cases build cache: only the "Build Cache" row of docker system df shows it.',
      score:
        spoken || asked
          ? 68
          : builds
            ? says(scene, 'frequent-builds')
              ? 58
              : 48
            : btrfs && says(scene, 'orphan-layers', 'everything-was-pruned')
              ? 66
              : 40,
    },
  ];
}
