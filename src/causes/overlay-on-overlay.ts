import { type Cause, evidence } from './cause.ts';
import { message, textSeverity } from './help/said.ts';

export const overlayOnOverlay: Cause = {
  id: 'overlay-on-overlay',
  title: 'The file system below cannot carry overlay',
  severity: 'warning',
  prevalence: 'B',
  about:
    'overlay cannot have its layers on another overlay (an engine inside a container), nor on XFS made with ftype=0. The engine refuses, or falls back to the vfs driver, ' +
    'which copies every layer in full and fills the disk; old kernels left files behind that cannot be deleted.',
  confirm:
    'The message "\'overlay\' is not supported over …", "Supports d_type: false" in docker info, or ftype=0 in xfs_info.',
  lookAlikes: [{ cause: 'vfs-driver-copies', tell: 'what follows from it, and is what fills the disk' }],
  nextCheck: {
    run: 'docker info -f "{{.Driver}} {{.DriverStatus}}"',
    why: 'names the driver, and whether d_type is supported',
  },
  remedies: ['use-native-overlay', 'recreate-xfs-ftype'],
  sources: ['containers/buildah#2504', 'Documentation/filesystems/overlayfs.rst', 'moby overlay2: d_type'],
  find(scene) {
    const refused = message(scene, 'overlay-on-overlay');
    if (refused)
      return [
        {
          confidence: 'likely',
          severity: scene.from === 'text' ? textSeverity(scene) : 'warning',
          subject: 'the storage driver',
          evidence: [evidence(refused, 'overlay is refused on this file system')],
          explanation: 'The engine says itself that overlay cannot be used on the file system of its store.',
          score: 75,
        },
      ];
    const engine = scene.facts.last(
      'engine',
      (value) => value.supportsDType === false && /overlay/.test(value.driver ?? ''),
    );
    const xfs = scene.facts.last('xfs-info', (value) => value.ftype === false);
    if (!engine && !(xfs && scene.from === 'text')) return [];
    const proof = engine ?? xfs;
    return [
      {
        confidence: 'likely',
        severity: 'warning',
        subject: engine?.value.root ?? xfs?.value.device ?? 'the store',
        evidence: proof
          ? [evidence(proof, engine ? 'd_type is not supported below the overlay' : 'XFS was made with ftype=0')]
          : [],
        explanation:
          'The file system below does not store the type of directory entries: overlay on it leaves files that cannot be removed. XFS must be made anew with ftype=1.',
        score: engine ? 60 : 40,
      },
    ];
  },
};
