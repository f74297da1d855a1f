import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { usageRows } from './help/engines.ts';
import { fileSystems, fullFileSystems, fullness } from './help/file-systems.ts';
import { GIB, size } from './help/format.ts';
import { failures, message, pruned, said, says, textSeverity } from './help/said.ts';

export const vmDiskOutsideLinux: Cause = {
  id: 'vm-disk-outside-linux',
  title: 'The virtual disk that Docker lives on is full',
  severity: 'critical',
  prevalence: 'A',
  about:
    'Docker Desktop, WSL, Lima, colima, Unraid and NAS systems keep Docker inside a disk file of a fixed greatest size. It is full when that size is reached, however much the ' +
    "computer's own disk has left; and the file does not shrink by itself when images are removed inside.",
  confirm:
    'df inside the virtual machine (docker run --rm --privileged --pid=host alpine nsenter -t 1 -m df -h) shows its disk full.',
  lookAlikes: [
    { cause: 'fs-not-grown', tell: 'the disk file is much larger than the file system inside' },
    { cause: 'buildkit-embedded-cache', tell: 'docker system df shows what fills it' },
    { cause: 'inodes-exhausted', tell: 'df -i inside is at 100 %' },
  ],
  nextCheck: { run: 'docker run --rm alpine df -h /', why: "shows size and use of the virtual machine's disk" },
  remedies: ['grow-vm-disk', 'docker-builder-prune', 'docker-image-prune', 'reclaim-vm-disk'],
  sources: ['docker/for-mac#371', 'microsoft/WSL#4699', 'docs.docker.com: Docker Desktop disk usage'],
  explains: ['plain-fs-full'],
  find(scene) {
    return [...onLoopImage(scene), ...ofDiskFile(scene), ...fromText(scene)]
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
      .slice(0, 1);
  },
};

/** Unraid and others: the data root is a loop device over docker.img. */
function onLoopImage(scene: Scene): Draft[] {
  return scene.facts
    .all('loop', (loop) => /docker[^/]*\.(?:img|xfs|btrfs|vhdx?)$/i.test(loop.backFile))
    .flatMap((fact): Draft[] => {
      const fs = fileSystems(scene).find((one) => one.source === fact.value.device);
      if (!fs || fullness(fs) === 'roomy') return [];
      return [
        {
          confidence: 'likely',
          severity: fullness(fs) === 'full' ? 'critical' : 'warning',
          subject: fact.value.backFile,
          evidence: [
            evidence(fact, 'the data root is this disk file'),
            evidence(fs.fact, `${size(fs.available)} left in it`),
          ],
          explanation: `Docker lives in the disk file ${fact.value.backFile} of ${size(fs.size)}, which has ${size(fs.available)} left inside.`,
          score: 85,
        },
      ];
    });
}

/** A disk file that has grown to its greatest size. */
function ofDiskFile(scene: Scene): Draft[] {
  return scene.facts
    .all(
      'disk-image',
      (image) =>
        image.virtualSize !== undefined &&
        image.allocated !== undefined &&
        image.virtualSize >= GIB &&
        image.allocated >= image.virtualSize * 0.95,
    )
    .slice(0, 1)
    .map((fact) => ({
      confidence: 'possible' as const,
      severity: scene.from === 'text' ? textSeverity(scene) : ('notice' as const),
      subject: fact.value.path,
      evidence: [evidence(fact, `${size(fact.value.allocated ?? 0)} of ${size(fact.value.virtualSize ?? 0)} written`)],
      explanation: `The disk file ${fact.value.path} has been written to its whole size of ${size(fact.value.virtualSize ?? 0)} at some time; what is free inside only df inside tells.`,
      score: 62,
    }));
}

function fromText(scene: Scene): Draft[] {
  const containerFull = fullFileSystems(scene).some((fs) => fs.inContainer);
  const platform =
    says(scene, 'docker-desktop', 'wsl', 'virtual-machine-disk') || (containerFull && says(scene, 'personal-computer'));
  if (scene.from === 'host' || !platform) return [];
  const failing = failures(scene)[0] ?? message(scene, 'layer-extract-failed');
  const room = says(scene, 'df-shows-space');
  const table = usageRows(scene).some((row) => row.value.size >= GIB);
  // the container's own view is full: that is the disk of the virtual machine
  const inside = fullFileSystems(scene).find((fs) => fs.inContainer);
  return [
    {
      confidence: inside ? 'likely' : 'possible',
      severity: textSeverity(scene),
      subject: "the virtual machine's disk",
      evidence: [
        ...said(scene, 'docker-desktop', 'wsl', 'virtual-machine-disk', 'df-shows-space'),
        ...(failing ? [evidence(failing, 'out of space inside')] : []),
        ...(inside ? [evidence(inside.fact, 'the disk inside is full')] : []),
      ],
      explanation:
        "Docker runs in a virtual machine here: its disk file has a greatest size of its own, whatever the computer's disk has left.",
      score:
        (room && failing
          ? 70
          : pruned(scene) && failing
            ? 72
            : says(scene, 'space-not-returned')
              ? 66
              : failing || room
                ? 58
                : 45) - (table ? 10 : 0),
    },
  ];
}
