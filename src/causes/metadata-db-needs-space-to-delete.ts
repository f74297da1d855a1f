import { type Cause, evidence } from './cause.ts';
import { fullFileSystems } from './help/file-systems.ts';
import { failures, message, textSeverity } from './help/said.ts';

const DATABASE =
  /\/(?:overlay|vfs|btrfs|zfs)-(?:containers|images|layers)\/|\.tmp-[a-z]+\.json|\/(?:meta|metadata|containerdmeta|metadata_v2|cache|snapshots|bolt_state|db)\.(?:db|sql)\b|\/libpod\/.*\.db|\/storage\.lock/;

export const metadataDbNeedsSpaceToDelete: Cause = {
  id: 'metadata-db-needs-space-to-delete',
  title: 'Even removing fails: the engine cannot write its own records',
  severity: 'critical',
  prevalence: 'B',
  about:
    'To remove an image or container the engine first writes a new version of its records (JSON files of containers/storage, bolt databases of containerd and BuildKit). ' +
    'On a disk with not one block left that write fails, so the very command that would free space cannot run.',
  confirm: 'A remove command fails with no space left on device on a file such as .tmp-containers.json or meta.db.',
  lookAlikes: [{ cause: 'btrfs-metadata-exhausted', tell: 'the file system is btrfs and df shows room' }],
  nextCheck: {
    run: 'df -h /var/lib/containers /var/lib/containerd /var/lib/docker',
    why: 'shows whether the store has any block left',
  },
  remedies: ['journal-vacuum', 'truncate-container-log', 'lower-root-reserve', 'docker-image-prune'],
  prevention: 'A ballast file of 200 MB in the store, to be deleted on the day.',
  sources: ['containers/podman#13967', 'containers/podman#17198', 'containers/storage layers.go (atomic file write)'],
  find(scene) {
    const failing = failures(scene, ['ENOSPC'], DATABASE).find((fact) =>
      DATABASE.test(fact.value.path ?? fact.value.message),
    );
    const failed = message(scene, 'container-store-json-failed');
    const proof = failing ?? failed;
    if (!proof) return [];
    const full = fullFileSystems(scene)[0];
    return [
      {
        confidence: failed || full ? 'likely' : 'possible',
        severity: scene.from === 'text' ? textSeverity(scene) : full ? 'critical' : 'notice',
        subject: failing?.value.path ?? "the engine's records",
        evidence: [
          evidence(proof, 'the engine could not write its own records'),
          ...(full ? [evidence(full.fact, 'the file system is full')] : []),
        ],
        explanation:
          'The engine fails at writing its own records, which it must do before it can remove anything: free some megabytes outside of it first.',
        score: failed ? 75 : 55,
      },
    ];
  },
};
