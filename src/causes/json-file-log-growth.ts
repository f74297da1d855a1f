import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { rootOf } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { failures, said, says, textSeverity, troubled } from './help/said.ts';

const LOG = /(?:-json\.log|\/container\.log|\/ctr\.log|\/var\/log\/(?:pods|containers)\/.+\.log)(?:\.\d+)?$/;
/** Directories that hold little else than container logs. */
const LOG_DIRECTORY = /(?:\/docker\/containers(?:\/[0-9a-f]{3,64})?|\/var\/log\/(?:pods|containers))\/?\*?$/;

export const jsonFileLogGrowth: Cause = {
  id: 'json-file-log-growth',
  title: 'Container logs grow without limit',
  severity: 'warning',
  prevalence: 'A',
  about:
    "Docker's default log driver, json-file, keeps everything a container prints, for as long as the container exists, without rotation. " +
    'The files lie below containers/ in the data root and are in neither docker system df nor docker ps -s, so pruning does not touch them.',
  confirm: 'A *-json.log below the data root has gigabytes, and the container has no max-size.',
  lookAlikes: [
    { cause: 'container-writable-layer-growth', tell: 'docker ps -s shows the size' },
    { cause: 'buildkit-embedded-cache', tell: 'docker system df shows it' },
    { cause: 'deleted-but-open', tell: 'the log was removed and is still being written' },
  ],
  nextCheck: { run: 'du -xsh /var/lib/docker/containers', why: 'container logs are nearly all that lies there' },
  remedies: ['truncate-container-log', 'cap-logs'],
  prevention:
    'daemon.json: "log-driver": "local", or json-file with max-size and max-file; it holds for containers created afterwards.',
  sources: [
    'docs.docker.com: configure logging drivers',
    'moby daemon/logger/loggerutils/logfile.go (opened with O_APPEND)',
    'docker/roadmap#163',
  ],
  explains: ['plain-fs-full'],
  find(scene) {
    const drafts = [...ofFiles(scene), ...ofDirectory(scene)]
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
      .slice(0, 1);
    return drafts.length > 0 ? drafts : fromText(scene);
  },
};

function ofFiles(scene: Scene): Draft[] {
  const files = new Map<string, Fact<'file'> | Fact<'directory-size'>>();
  // `du` on the files themselves
  for (const fact of scene.facts.all('directory-size', (one) => LOG.test(one.path))) files.set(fact.value.path, fact);
  for (const fact of scene.facts.all('file', (file) => LOG.test(file.path))) files.set(fact.value.path, fact);
  const logs = [...files.values()].sort((a, b) => bytesOf(b) - bytesOf(a));
  const biggest = logs[0];
  if (!biggest) return [];
  const total = logs.reduce((sum, fact) => sum + bytesOf(fact), 0);
  const path = biggest.value.path.startsWith('/') ? biggest.value.path : `${rootOf(scene, 'docker')}/containers`;
  const weight = weigh(scene, total, path);
  if (total < GIB && (weight.share ?? 0) < 0.05) return [];
  const owner = scene.facts.first(
    'container',
    (container) =>
      container.logPath === biggest.value.path ||
      (container.id.length >= 12 && biggest.value.path.includes(container.id)),
  );
  const unlimited = owner !== undefined && (owner.value.logMaxSize ?? '') === '';
  const name = owner?.value.name ?? 'a container';
  return [
    {
      confidence: weight.confidence,
      severity: weight.severity,
      subject: owner?.value.name ?? biggest.value.path,
      evidence: [
        ...logs.slice(0, 3).map((fact) => evidence(fact, `a container log of ${size(bytesOf(fact))}`)),
        ...(owner && unlimited ? [evidence(owner, 'its log has no max-size')] : []),
        ...(weight.fs ? [evidence(weight.fs.fact, `${size(weight.fs.available)} left`)] : []),
      ],
      explanation: `${logs.length === 1 ? `The log of ${name} takes` : `${logs.length} container logs take`} ${size(total)}${weight.words ? `, ${weight.words}` : ''}${unlimited ? ', and nothing limits it' : ''}. docker system df does not count logs.`,
      score: scoreOf(weight.share, total >= GIB ? 75 : 60),
    },
  ];
}

/** Space on disk; a log that was truncated under a writer without O_APPEND is sparse. */
function bytesOf(fact: Fact<'file'> | Fact<'directory-size'>): number {
  if ('bytes' in fact.value) return fact.value.bytes;
  return fact.value.allocated ?? fact.value.size ?? 0;
}

function ofDirectory(scene: Scene): Draft[] {
  const sizes = scene.facts
    .all('directory-size', (value) => LOG_DIRECTORY.test(value.path))
    .sort((a, b) => b.value.bytes - a.value.bytes);
  const biggest = sizes[0];
  if (!biggest) return [];
  const { bytes, path } = biggest.value;
  const weight = weigh(scene, bytes, path);
  if (bytes < GIB && (weight.share ?? 0) < 0.05) return [];
  return [
    {
      confidence: weight.confidence,
      severity: weight.severity,
      subject: path,
      evidence: [evidence(biggest, `container logs take ${size(bytes)}`)],
      explanation: `${path} holds ${size(bytes)}${weight.words ? `, ${weight.words}` : ''}. Hardly anything but the containers' logs lies there, and docker system df does not count them.`,
      score: scoreOf(weight.share, 80),
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const failing = failures(scene, ['ENOSPC'], LOG)[0];
  const words = said(scene, 'container-logs');
  if (words.length === 0 && !failing) return longLived(scene);
  // `Logging Driver: json-file` of docker info stands in every report: only prose and paths speak of logs
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: `${rootOf(scene, 'docker')}/containers`,
      evidence: [...(failing ? [evidence(failing, 'a container log could not be written')] : []), ...words],
      explanation:
        'Container logs are spoken of: Docker keeps them without limit below containers/ in its data root, and no Docker command counts them.',
      score: failing ? 80 : 72,
    },
  ];
}

/** Containers that run for months on a disk that fills: nothing else of theirs grows by default. */
function longLived(scene: Scene): Draft[] {
  const words = said(scene, 'long-lived-containers');
  if (
    words.length === 0 ||
    !troubled(scene) ||
    says(scene, 'volumes', 'build-cache', 'inodes', 'deleted-files-held-open')
  )
    return [];
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: `${rootOf(scene, 'docker')}/containers`,
      evidence: words,
      explanation: 'Containers that live long write one log file for all that time, without limit unless one was set.',
      score: 55,
    },
  ];
}
