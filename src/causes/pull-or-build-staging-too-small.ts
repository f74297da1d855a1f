import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { fullness, holding, isInMemory } from './help/file-systems.ts';
import { GIB, size } from './help/format.ts';
import { failures, message, said, says, textSeverity } from './help/said.ts';

/** Where containers/image, Buildah and Docker put a blob before it is a layer. */
const STAGING =
  /\/(?:storage\d{5,}|container_images_[a-z-]*\d*|buildah\d{3,}|libpod_[a-z]*\d*|podman\d{3,}|docker-tar\d*|docker-(?:import|builder|export|blob)-?\d*|GetImageBlob\d*|oci\d{4,}|dir-[a-z]+\d+|bundle-temp-\d+|sbuild-\d+|build-temp-\d+|rootfs-\d+|tmp-sandbox)/i;
const TEMPORARY = /^\/(?:var\/)?tmp(?:\/|$)/;
const DOCKER_TMP = /\/docker\/tmp\//;

export const pullOrBuildStagingTooSmall: Cause = {
  id: 'pull-or-build-staging-too-small',
  title: 'The temporary directory of pulls and builds has no room',
  severity: 'critical',
  prevalence: 'A',
  about:
    'An image goes through a temporary directory before it reaches the store: /var/tmp for Podman, Buildah and Apptainer (TMPDIR, image_copy_tmp_dir), tmp/ in the data root for Docker (DOCKER_TMPDIR). ' +
    'It needs room for whole blobs, and often lies on a small root or tmpfs while the store has its own large disk. Interrupted runs leave their files there.',
  confirm: 'The failing path is below that directory, and df of it shows less than the image needs.',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'the temporary directory lies on the same full file system as the store' },
    { cause: 'tmpfs-mount-size', tell: 'the temporary directory is a tmpfs' },
  ],
  nextCheck: { run: 'df -h /var/tmp /tmp', why: 'shows what the staging directories have left' },
  remedies: ['set-staging-dir', 'clean-staging-dir'],
  prevention:
    'image_copy_tmp_dir = "storage" in containers.conf; DOCKER_TMPDIR on a large disk; systemd-tmpfiles for /var/tmp.',
  sources: ['containers.conf(5) image_copy_tmp_dir', 'containers/podman#11107', 'containers/buildah#4423'],
  explains: ['plain-fs-full'],
  find(scene) {
    const staged = ofStaged(scene);
    if (staged) return [staged];
    const failing = failures(scene).find((fact) => stagingPath(fact) !== undefined);
    if (failing) return [ofFailure(scene, failing, stagingPath(failing) ?? '')];
    const failed = message(scene, 'staging-blob-failed');
    if (failed)
      return [
        {
          confidence: 'likely',
          subject: '/var/tmp',
          evidence: [evidence(failed, 'a blob could not be put into the staging directory')],
          explanation: 'The image was being copied through the temporary directory, and that had no room for the blob.',
          score: 78,
        },
      ];
    if (scene.from === 'host') return [];
    const asked = says(scene, 'temporary-directory');
    const option = scene.facts.first(
      'command',
      (command) =>
        /^(?:podman|buildah|docker|skopeo|singularity|apptainer)$/.test(command.program) &&
        command.words.some((word) => /^--tmpdir|^(?:TMPDIR|DOCKER_TMPDIR)=/.test(word)),
    );
    const other = failures(scene, ['ENOSPC'], TEMPORARY).find((fact) => TEMPORARY.test(fact.value.path ?? ''));
    // Singularity and Apptainer build in /tmp whatever the target is
    const sif = scene.facts.first('symptom', (symptom) => symptom.errno === 'ENOSPC' && symptom.path === undefined);
    if (!asked && !option && !other && sif && says(scene, 'singularity')) return [ofText(scene, sif, 66)];
    if (!asked && !option) return other && says(scene, 'podman', 'singularity') ? [ofText(scene, other, 62)] : [];
    if (!says(scene, 'podman', 'docker', 'singularity', 'containerd', 'buildkit', 'cri-o')) return [];
    return [ofText(scene, option ?? other, option ? 74 : says(scene, 'podman', 'singularity') ? 68 : 45)];
  },
};

/** Most of a full file system is what pulls and builds have put aside there. */
function ofStaged(scene: Scene): Draft | undefined {
  const files = scene.facts.all('staged-file').toSorted((a, b) => b.value.bytes - a.value.bytes);
  const [largest] = files;
  if (!largest) return undefined;
  const { root } = largest.value;
  const bytes = files.reduce((sum, { value }) => sum + value.bytes, 0);
  const weight = weigh(scene, bytes, root);
  if (weight.confidence !== 'confirmed') return undefined;
  const runs = new Set(files.map(({ value }) => value.name)).size;
  const last = new Date(Math.max(...files.map(({ value }) => value.changed)) * 1000).toISOString();
  return {
    confidence: weight.confidence,
    severity: weight.severity,
    subject: root,
    evidence: [
      ...files.slice(0, 3).map((fact) => evidence(fact, `${size(fact.value.bytes)} put aside`)),
      ...(weight.fs ? [evidence(weight.fs.fact, `${size(weight.fs.available)} left`)] : []),
    ],
    explanation:
      `${runs === 1 ? 'One pull, load or build has' : `${runs} pulls, loads or builds have`} put ${size(bytes)} aside in ${root}: ${weight.words}. It was last written to ${last.slice(0, 16).replace('T', ' ')} UTC. ` +
      'A run that is killed leaves its files there, and nothing removes them: no prune, no restart. What no podman, buildah or skopeo that runs is writing can go.',
    nextCheck: { run: 'pgrep -al "podman|buildah|skopeo"', why: 'shows whether somebody is still at work with them' },
    remedies: ['clean-staging-dir', 'set-staging-dir'],
    score: 90,
  };
}

/** The staging directory of a failing path, or undefined when it is another path. */
function stagingPath(fact: Fact<'symptom'>): string | undefined {
  const path = fact.value.path ?? /(\/\S*(?:\/tmp\/|GetImageBlob)\S*)/.exec(fact.value.message)?.[1];
  if (path === undefined) return undefined;
  if (DOCKER_TMP.test(path)) return path.slice(0, path.search(DOCKER_TMP) + '/docker/tmp'.length);
  // a file of the layer itself (home/app/tmp/…) is no staging path
  return STAGING.test(path) && (TEMPORARY.test(path) || /tmp/i.test(path))
    ? path.slice(0, path.search(STAGING))
    : undefined;
}

function ofFailure(scene: Scene, fact: Fact<'symptom'>, directory: string): Draft {
  const fs = holding(scene, directory);
  const inRoot = DOCKER_TMP.test(`${directory}/`);
  const roomy = fs !== undefined && fullness(fs) === 'roomy' && fs.available > 10 * GIB;
  return {
    confidence: roomy || (inRoot && fs === undefined) ? 'possible' : inRoot ? 'possible' : 'likely',
    severity: scene.from === 'text' ? textSeverity(scene) : 'critical',
    subject: directory,
    evidence: [
      evidence(fact, 'the blob could not be written to the staging directory'),
      ...(fs ? [evidence(fs.fact, `${size(fs.available)} left${isInMemory(fs) ? ', in memory' : ''}`)] : []),
    ],
    explanation: `Pulling, loading or building goes through ${directory}, and that is where the write failed${fs ? `: ${size(fs.available)} are left there` : ''}. It needs room for whole blobs, on whatever file system it lies.`,
    nextCheck: { run: `df -h ${directory}`, why: 'shows what the staging directory has left' },
    score: roomy ? 40 : inRoot ? 42 : 84,
  };
}

function ofText(scene: Scene, fact: Fact<'symptom'> | Fact<'command'> | undefined, score: number): Draft {
  return {
    confidence: 'possible',
    severity: textSeverity(scene),
    subject: 'the temporary directory of the engine',
    evidence: [...(fact ? [evidence(fact, 'a temporary directory')] : []), ...said(scene, 'temporary-directory')],
    explanation:
      'The temporary directory that images are copied through is spoken of: it needs room for whole blobs, and interrupted runs leave their files there.',
    score,
  };
}
