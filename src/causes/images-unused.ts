import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { rootOf, usageRows } from './help/engines.ts';
import { GIB, share, size } from './help/format.ts';
import { mostReclaimed } from './help/reclaimed.ts';
import { failures, said, says, textSeverity, troubled } from './help/said.ts';

export const imagesUnused: Cause = {
  id: 'images-unused',
  title: 'Images that no container uses take the space',
  severity: 'warning',
  prevalence: 'A',
  about:
    'Images stay until somebody removes them: every new tag leaves the old image behind, every rebuild a nameless one. docker image prune removes only the nameless ones; ' +
    'tagged images without a container need -a.',
  confirm:
    'The RECLAIMABLE column of the Images row of docker system df (podman system df), or images with 0 containers.',
  lookAlikes: [
    { cause: 'buildkit-embedded-cache', tell: 'the Build Cache row has most of it' },
    { cause: 'overlay2-orphan-dirs', tell: 'no image is listed and the layers are still there' },
    { cause: 'containerd-orphan-snapshots', tell: 'more snapshots than the images and containers account for' },
  ],
  nextCheck: { run: 'docker system df -v', why: 'lists each image with its own size and the number of its containers' },
  remedies: ['docker-image-prune', 'crictl-image-prune'],
  prevention: "A weekly docker image prune with a filter on age; the kubelet's image garbage collection on Kubernetes.",
  sources: ['docs.docker.com: docker image prune', 'kubernetes.io: garbage collection'],
  explains: ['plain-fs-full', 'k8s-node-pressure-eviction'],
  find(scene) {
    const drafts = usageRows(scene, 'images').flatMap((row) => fromTable(scene, row));
    return drafts.length > 0 || usageRows(scene, 'images').length > 0 ? drafts : fromText(scene);
  },
};

function fromTable(scene: Scene, row: ReturnType<typeof usageRows>[number]): Draft[] {
  const bytes = row.reclaimable;
  const weight = weigh(scene, bytes, rootOf(scene, row.value.engine));
  if (bytes < GIB && (weight.share ?? 0) < 0.05) return [];
  const main = row.partOfReclaimable >= 0.4;
  if (scene.from === 'text' && !main && row.partOfReclaimable < 0.15) return [];
  const locals = scene.facts.all('image', (image) => image.local === true && image.containers === 0).length;
  return [
    {
      confidence: main ? weight.confidence : scene.from === 'text' ? 'possible' : 'likely',
      severity: weight.severity,
      subject: 'images',
      evidence: [evidence(row.fact, `${size(bytes)} of images are in no use`)],
      explanation:
        `${size(bytes)} of ${size(row.value.size)} of images (${share(bytes, row.value.size)}) belong to images that no container uses${weight.words ? `; that is ${weight.words}` : ''}.` +
        (locals > 0 ? ` ${locals} of them were built here and cannot be pulled again.` : ''),
      score: scoreOf(Math.max(row.partOfReclaimable, weight.share ?? 0), 53),
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const listed = fromList(scene);
  const given = mostReclaimed(scene);
  if (listed.length === 0 && given?.what === 'images')
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: 'images',
        evidence: [evidence(given.fact, `a prune gave back ${size(given.bytes)}`)],
        explanation: `A prune gave back ${size(given.bytes)}: stopped containers, unused images and build cache were what filled the disk, and will again.`,
        score: 78,
      },
    ];
  const named = scene.facts.all('mention', (mention) => mention.term === 'many-images');
  // a tool that updates containers leaves the old images behind: no news where nothing is full
  const onlyUpdates = named.every((fact) => /watchtower/i.test(fact.quote));
  if (listed.length > 0 || named.length === 0 || (onlyUpdates && !troubled(scene))) return listed;
  // pruning everything would have taken them
  const pruned = says(scene, 'everything-was-pruned', 'orphan-layers') && !says(scene, 'prune-helped');
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: 'images',
      evidence: said(scene, 'many-images'),
      explanation: 'Very many images are spoken of: old tags stay until they are removed by name or with prune -a.',
      score: pruned
        ? 30
        : says(scene, 'volumes', 'build-cache', 'container-logs') ||
            failures(scene).some((fact) => fact.value.path !== undefined)
          ? 50
          : 76,
    },
  ];
}

/** `docker images` with nameless rows: each has its own build behind it. */
function fromList(scene: Scene): Draft[] {
  const nameless = scene.facts.all('image', (image) => image.dangling === true || image.containers === 0);
  const bytes = nameless.reduce((sum, fact) => sum + Math.max(0, fact.value.size - (fact.value.shared ?? 0)), 0);
  if (nameless.length < 3 || bytes < GIB) return [];
  return [
    {
      confidence: 'likely',
      severity: textSeverity(scene),
      subject: 'images',
      evidence: nameless.slice(0, 3).map((fact) => evidence(fact, 'an image without a name or without a container')),
      explanation: `${nameless.length} images without a name or a container are listed, up to ${size(bytes)} together (less what they share).`,
      score: 62,
    },
  ];
}
