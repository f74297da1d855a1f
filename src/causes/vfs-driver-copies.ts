import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { driverFact } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { failures, message, said, says, textSeverity } from './help/said.ts';

/** Layers of the vfs driver: Podman's store, or Docker's where vfs is the driver. */
const VFS_LAYERS = /\/(?:containers\/)?storage\/vfs\/dir(?:\/|$)/;

export const vfsDriverCopies: Cause = {
  id: 'vfs-driver-copies',
  title: 'The vfs driver copies every layer in full',
  severity: 'warning',
  prevalence: 'B',
  about:
    'vfs has no copy-on-write: each layer, each step of a build and each container is a complete copy of everything below it. An image of ten layers takes many times its size. ' +
    'Engines fall back to it silently where overlay cannot be used: inside another container, rootless on old kernels without fuse-overlayfs, on some file systems.',
  confirm: 'docker info (Storage Driver) or podman info (graphDriverName) says vfs.',
  lookAlikes: [
    { cause: 'volumes-orphaned', tell: 'Docker before 1.9 kept volumes in vfs/dir whatever the driver' },
    { cause: 'overlay-on-overlay', tell: 'the reason why vfs was chosen' },
    { cause: 'images-unused', tell: 'the driver is overlay and images are many' },
  ],
  nextCheck: {
    run: 'podman info --format "{{.Store.GraphDriverName}}"',
    why: 'names the storage driver; for Docker: docker info -f "{{.Driver}}"',
  },
  remedies: ['switch-to-overlay2', 'docker-image-prune'],
  prevention:
    'A kernel of 5.13 or newer, or fuse-overlayfs, for rootless; a volume for the data root of nested engines.',
  sources: ['containers/storage drivers/vfs', 'moby/moby#38454', 'containers/buildah#2504'],
  explains: ['plain-fs-full', 'images-unused'],
  find(scene) {
    const engine = driverFact(scene, /^vfs$/);
    if (engine) return ofEngine(scene, engine);
    return scene.from === 'host' ? [] : fromText(scene);
  },
};

function ofEngine(scene: Scene, engine: NonNullable<ReturnType<typeof driverFact>>): Draft[] {
  const root =
    engine.value.root ?? (engine.value.engine === 'docker' ? '/var/lib/docker' : '/var/lib/containers/storage');
  const layers = scene.facts.last('directory-size', (value) => /\/vfs(?:\/dir)?\/?$/.test(value.path));
  const weight = weigh(scene, layers?.value.bytes ?? 0, root);
  return [
    {
      confidence: 'likely',
      severity: scene.from === 'text' ? textSeverity(scene) : weight.full ? 'critical' : 'notice',
      subject: root,
      evidence: [
        evidence(engine, 'the storage driver is vfs'),
        ...(layers ? [evidence(layers, `its layers take ${size(layers.value.bytes)}`)] : []),
      ],
      explanation: `${engine.value.engine} uses the vfs driver: every layer and every container is a full copy${layers ? `, ${size(layers.value.bytes)} by now` : ''}.`,
      score: 80,
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  const podman = says(scene, 'podman', 'rootless');
  const directory = scene.facts.last('directory-size', (value) => VFS_LAYERS.test(value.path) && value.bytes >= GIB);
  const failing = failures(scene, ['ENOSPC'], VFS_LAYERS)[0];
  const copies = says(scene, 'copies-every-layer');
  const vfs = says(scene, 'vfs');
  const refused = message(scene, 'overlay-on-overlay');
  const proof = failing ?? directory;
  const overlay = says(scene, 'overlay2', 'fuse-overlayfs') || driverFact(scene, /overlay/) !== undefined;
  // vfs/dir below Docker's root, without a word of copies, is where volumes were
  const score = proof
    ? 80
    : copies && (vfs || podman)
      ? 76
      : copies
        ? 62
        : vfs && podman
          ? 78
          : podman && says(scene, 'rootless') && !overlay && outgrown(scene)
            ? 48
            : vfs
              ? 45
              : 0;
  if (score === 0) return [];
  return [
    {
      confidence: proof || (copies && vfs) ? 'likely' : 'possible',
      severity: textSeverity(scene),
      subject: podman ? '~/.local/share/containers/storage/vfs' : 'the vfs storage driver',
      evidence: [
        ...(proof ? [evidence(proof, 'layers of the vfs driver')] : []),
        ...(refused ? [evidence(refused, 'overlay could not be used here')] : []),
        ...said(scene, 'vfs', 'copies-every-layer', 'rootless'),
      ],
      explanation:
        'Far more space is taken than the images have: that is how the vfs driver works, which engines fall back to where overlay is not available, rootless above all.',
      score,
    },
  ];
}

/** Out of space, and nothing says that it is a path of another kind. */
function outgrown(scene: Scene): boolean {
  return (
    failures(scene).every((fact) => !/\/tmp\/|\/run\/|\/dev\//.test(fact.value.path ?? '')) &&
    !says(scene, 'temporary-directory', 'tmpfs', 'shared-memory', 'keyring', 'quota')
  );
}
