import { type Cause, evidence } from './cause.ts';
import { said, says, textSeverity } from './help/said.ts';

export const containerdLeasesPinContent: Cause = {
  id: 'containerd-leases-pin-content',
  title: 'Leases keep containerd from collecting its garbage',
  severity: 'warning',
  prevalence: 'B',
  about:
    'A pull takes a lease on what it downloads. An interrupted one keeps its layers until the lease expires, a day later; some versions of Docker made leases that never expire. ' +
    'And containerd collects only when something is deleted: on an idle node nothing happens even then.',
  confirm: 'ctr -n moby leases ls (or k8s.io) shows leases without containerd.io/gc.expire, or long past it.',
  lookAlikes: [{ cause: 'containerd-orphan-snapshots', tell: 'no lease is listed' }],
  nextCheck: {
    run: 'ctr -n k8s.io leases ls',
    why: 'lists leases with their time of expiry; for Docker the namespace is moby',
  },
  remedies: ['remove-stale-leases'],
  prevention: 'Docker 27.4 or newer.',
  sources: ['containerd client/lease.go (24 h)', 'moby/moby#48909', 'containerd/containerd#6294'],
  find(scene) {
    const leases = scene.facts.all('lease');
    // one or two are a pull in progress
    const endless = leases.filter((fact) => fact.value.expires === undefined || fact.value.expires === '');
    if (endless.length >= 3)
      return [
        {
          confidence: 'likely',
          severity: scene.from === 'text' ? textSeverity(scene) : 'notice',
          subject: 'containerd leases',
          evidence: endless.slice(0, 3).map((fact) => evidence(fact, 'a lease that never expires')),
          explanation: `${endless.length} of ${leases.length} leases never expire; what they hold is not collected.`,
          score: 60,
        },
      ];
    if (
      scene.from === 'host' ||
      !says(scene, 'containerd') ||
      !says(scene, 'orphan-layers', 'space-not-returned') ||
      says(scene, 'many-images')
    )
      return [];
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: 'containerd leases',
        evidence: said(scene, 'containerd', 'orphan-layers', 'space-not-returned'),
        explanation: 'containerd keeps content that a lease holds, also after an interrupted pull.',
        score: 44,
      },
    ];
  },
};
