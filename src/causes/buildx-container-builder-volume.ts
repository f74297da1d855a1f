import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { rootOf } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { saysIn, textSeverity } from './help/said.ts';

const STATE_VOLUME = /^buildx_buildkit_.*_state$/;
const STATE_DIRECTORY = /\/volumes\/buildx_buildkit_[^/]*_state(?:\/|$)/;

export const buildxContainerBuilderVolume: Cause = {
  id: 'buildx-container-builder-volume',
  title: 'A buildx builder keeps its cache in a volume',
  severity: 'warning',
  prevalence: 'A',
  about:
    'A builder made with docker buildx create runs BuildKit in a container of its own and keeps the cache in the volume buildx_buildkit_NAME_state. ' +
    'docker system df shows 0 B of build cache, docker builder prune frees nothing, and the volume grows.',
  confirm: 'docker volume ls shows buildx_buildkit_*_state, and docker system df -v its size.',
  lookAlikes: [
    { cause: 'buildkit-embedded-cache', tell: 'the "Build Cache" row of docker system df is large' },
    { cause: 'volumes-orphaned', tell: 'other volumes hold the space' },
  ],
  nextCheck: { run: 'docker system df -v', why: 'shows the size of each volume' },
  remedies: ['buildx-prune', 'limit-build-cache'],
  prevention: "gcpolicy or reservedSpace in the builder's buildkitd.toml.",
  sources: ['docker/buildx driver/docker-container', 'docs.docker.com: docker buildx prune'],
  explains: ['plain-fs-full', 'volumes-orphaned'],
  find(scene) {
    const drafts = scene.facts
      .all('volume', (volume) => STATE_VOLUME.test(volume.name))
      .flatMap((fact): Draft[] => {
        const measured = scene.facts.last(
          'directory-size',
          (value) => fact.value.mountpoint !== undefined && value.path === fact.value.mountpoint,
        )?.value.bytes;
        const bytes = fact.value.size ?? measured;
        if (bytes === undefined || bytes < GIB) return [];
        const weight = weigh(scene, bytes, fact.value.mountpoint ?? `${rootOf(scene, 'docker')}/volumes`);
        return [
          {
            confidence: weight.confidence,
            severity: weight.severity,
            subject: fact.value.name,
            evidence: [evidence(fact, `the builder's volume has ${size(bytes)}`)],
            explanation: `The volume ${fact.value.name} is the cache of a buildx builder and holds ${size(bytes)}${weight.words ? `, ${weight.words}` : ''}. docker builder prune does not reach it.`,
            score: scoreOf(weight.share, 75),
          },
        ];
      });
    if (drafts.length === 0 && scene.from === 'text') drafts.push(...ofDirectory(scene));
    const spoken = saysIn(
      scene,
      /buildx_buildkit_|docker-container(?:['"` ]|$).*(?:driver|builder)|driver[= ]+docker-container|buildx create/,
      'build-cache',
      'volumes',
      'buildkit',
      'docker',
    );
    if (drafts.length > 0 || scene.from === 'host' || !spoken) return drafts;
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: 'volume of a buildx builder',
        evidence: [evidence(spoken, 'a builder in a container of its own')],
        explanation:
          'A buildx builder in its own container is spoken of: its cache lies in a volume that docker builder prune does not reach.',
        score: 78,
      },
    ];
  },
};

/** du of a builder's volume; or of all volumes where somebody lists those of builders. */
function ofDirectory(scene: Scene): Draft[] {
  const own = scene.facts
    .all('directory-size', (value) => STATE_DIRECTORY.test(value.path) && value.bytes >= GIB)
    .sort((a, b) => b.value.bytes - a.value.bytes)[0];
  const listed = scene.facts.all('command').find((fact) => /buildx_buildkit_/.test(fact.quote));
  const volumes = listed
    ? scene.facts.last('directory-size', (value) => /\/docker\/volumes\/?$/.test(value.path) && value.bytes >= GIB)
    : undefined;
  const fact = own ?? volumes;
  if (!fact) return [];
  const weight = weigh(scene, fact.value.bytes, fact.value.path);
  return [
    {
      confidence: weight.confidence,
      severity: weight.severity,
      subject: fact.value.path,
      evidence: [
        evidence(fact, `${size(fact.value.bytes)} in ${own ? "a builder's volume" : 'volumes'}`),
        ...(own || !listed ? [] : [evidence(listed, "builders' volumes are among them")]),
      ],
      explanation: `${fact.value.path} holds ${size(fact.value.bytes)}: the cache of buildx builders in containers of their own. docker builder prune and docker volume prune do not reach it.`,
      score: scoreOf(weight.share, own ? 82 : 78),
    },
  ];
}
