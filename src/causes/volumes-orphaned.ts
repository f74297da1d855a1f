import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { driverFact, rootOf, usageRows } from './help/engines.ts';
import { GIB, share, size } from './help/format.ts';
import { mostReclaimed } from './help/reclaimed.ts';
import { said, says, textSeverity } from './help/said.ts';

/** Docker kept volumes in vfs/dir before 1.9; Podman's vfs driver has its layers in …/storage/vfs/dir. */
const VOLUME_DIRECTORY = /\/docker\/(?:volumes|vfs\/dir)(?:\/|$)|\/containers\/storage\/volumes(?:\/|$)/;

export const volumesOrphaned: Cause = {
  id: 'volumes-orphaned',
  title: 'Volumes that no container uses take the space',
  severity: 'warning',
  prevalence: 'A',
  about:
    'A volume outlives its container. Anonymous volumes of removed containers and named ones of old projects stay; since Docker 23 docker volume prune removes only anonymous ones, ' +
    'and docker system prune none at all. Docker before 1.9 kept them in vfs/dir, with no command to list them.',
  confirm: 'The RECLAIMABLE column of the Local Volumes row of docker system df; docker volume ls -f dangling=true.',
  lookAlikes: [
    { cause: 'buildx-container-builder-volume', tell: 'the volume is named buildx_buildkit_…_state' },
    { cause: 'vfs-driver-copies', tell: 'the storage driver is vfs: vfs/dir holds layers, not volumes' },
  ],
  nextCheck: { run: 'docker volume ls -f dangling=true', why: 'lists volumes that no container uses' },
  remedies: ['prune-volumes'],
  prevention: 'docker run --rm and docker rm -v for throw-away containers; name the volumes that matter.',
  sources: ['docker/cli#4028', 'docs.docker.com: docker volume prune', 'moby/moby#12860'],
  explains: ['plain-fs-full'],
  find(scene) {
    const drafts = [...fromTable(scene), ...fromVolumes(scene), ...fromDirectory(scene)]
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
      .slice(0, 1);
    return drafts.length > 0 ? drafts : fromText(scene);
  },
};

function fromTable(scene: Scene): Draft[] {
  return usageRows(scene, 'volumes').flatMap((row): Draft[] => {
    const weight = weigh(scene, row.reclaimable, rootOf(scene, row.value.engine));
    if (row.reclaimable < GIB && (weight.share ?? 0) < 0.05) return [];
    const main = row.partOfReclaimable >= 0.4;
    if (scene.from === 'text' && !main && row.partOfReclaimable < 0.15) return [];
    return [
      {
        confidence: main ? weight.confidence : scene.from === 'text' ? 'possible' : 'likely',
        severity: weight.severity,
        subject: 'volumes',
        evidence: [evidence(row.fact, `${size(row.reclaimable)} of volumes are in no use`)],
        explanation: `${size(row.reclaimable)} of ${size(row.value.size)} of volumes (${share(row.reclaimable, row.value.size)}) belong to no container${weight.words ? `; that is ${weight.words}` : ''}. They may hold data that is wanted.`,
        score: scoreOf(Math.max(row.partOfReclaimable, weight.share ?? 0), 54),
      },
    ];
  });
}

function fromVolumes(scene: Scene): Draft[] {
  const unused = scene.facts.all(
    'volume',
    (volume) => volume.references === 0 && (volume.size ?? 0) > 0 && !/^buildx_buildkit_/.test(volume.name),
  );
  const bytes = unused.reduce((sum, fact) => sum + (fact.value.size ?? 0), 0);
  const first = unused[0];
  if (!first || bytes < GIB) return [];
  const weight = weigh(scene, bytes, first.value.mountpoint ?? rootOf(scene, first.value.engine));
  return [
    {
      confidence: weight.confidence,
      severity: weight.severity,
      subject: 'volumes',
      evidence: unused.slice(0, 3).map((fact) => evidence(fact, `no container uses it, ${size(fact.value.size ?? 0)}`)),
      explanation: `${unused.length} volumes that no container uses hold ${size(bytes)}${weight.words ? `, ${weight.words}` : ''}.`,
      score: scoreOf(weight.share, 60),
    },
  ];
}

function fromDirectory(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const big = scene.facts
    .all('directory-size', (value) => VOLUME_DIRECTORY.test(value.path) && !/buildx_buildkit_/.test(value.path))
    .sort((a, b) => b.value.bytes - a.value.bytes)[0];
  if (!big || big.value.bytes < GIB) return [];
  const weight = weigh(scene, big.value.bytes, big.value.path);
  return [
    {
      confidence: 'likely',
      severity: weight.severity,
      subject: big.value.path,
      evidence: [evidence(big, `volumes take ${size(big.value.bytes)}`)],
      explanation: `${big.value.path} holds ${size(big.value.bytes)}${weight.words ? `, ${weight.words}` : ''}. Volumes outlive their containers; some of these may belong to none.`,
      score: 70,
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const vfsDirectory =
    says(scene, 'vfs') &&
    !says(scene, 'podman', 'rootless') &&
    driverFact(scene, /^vfs$/) === undefined &&
    !says(scene, 'copies-every-layer');
  const stays = says(scene, 'space-not-returned', 'orphan-layers', 'everything-was-pruned');
  const given = mostReclaimed(scene);
  if (given !== undefined && given.what !== 'volumes') return [];
  const volumes = says(scene, 'volumes');
  if (!volumes && !(vfsDirectory && stays)) return [];
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: `${rootOf(scene, 'docker')}/volumes`,
      evidence: said(scene, 'volumes', 'vfs', 'space-not-returned'),
      explanation: vfsDirectory
        ? "vfs/dir below Docker's data root is where old versions keep volumes: removing containers and images leaves them there."
        : 'Volumes are spoken of: they stay when their containers are removed.',
      score: vfsDirectory && volumes ? 76 : vfsDirectory && stays ? 70 : says(scene, 'everything-was-pruned') ? 44 : 62,
    },
  ];
}
