import { type Cause, evidence } from './cause.ts';

export const usernsChownedDuplicateLayers: Cause = {
  id: 'userns-chowned-duplicate-layers',
  title: 'Images are copied once for each user namespace',
  severity: 'notice',
  prevalence: 'B',
  about:
    "With --userns=auto or keep-id, and without id-mapped mounts, Podman and CRI-O make a copy of the image's layer with changed owners for each mapping. " +
    'The copies take the size of the image again and stay until the image is removed.',
  confirm:
    'podman ps shows containers with their own user namespace mapping, and overlay-layers/layers.json has layers with a uidmap.',
  lookAlikes: [{ cause: 'vfs-driver-copies', tell: 'the driver is vfs' }],
  nextCheck: { run: 'podman system df -v', why: 'compare the sizes it counts with du -xsh of the store' },
  remedies: ['use-idmapped-mounts', 'docker-image-prune'],
  sources: ['containers/storage drivers/chown.go', 'Linux 5.19: id-mapped layers for overlayfs'],
  find(scene) {
    const mapped = scene.facts.all('container', (container) => /^(?:auto|keep-id)/.test(container.usernsMode ?? ''));
    const first = mapped[0];
    // an old kernel has no id-mapped mounts for overlayfs; on a new one nothing is copied
    const kernel = scene.facts.last('system')?.value.kernel ?? scene.facts.last('engine')?.value.kernel;
    const [major = 0, minor = 0] = (kernel ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
    if (mapped.length < 2 || !first || (kernel !== undefined && (major > 5 || (major === 5 && minor >= 19)))) return [];
    return [
      {
        confidence: 'possible',
        severity: 'notice',
        subject: `${mapped.length} containers with user namespaces`,
        evidence: mapped.slice(0, 3).map((fact) => evidence(fact, `user namespace ${fact.value.usernsMode}`)),
        explanation: `${mapped.length} containers have user namespaces of their own: without id-mapped mounts each mapping copies the image's layers.`,
        score: 30,
      },
    ];
  },
};
