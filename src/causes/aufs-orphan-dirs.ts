import { type Cause, evidence } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { driverFact } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { failures, said, says, textSeverity } from './help/said.ts';

export const aufsOrphanDirs: Cause = {
  id: 'aufs-orphan-dirs',
  title: 'Layers of removed containers stay in aufs/diff',
  severity: 'warning',
  prevalence: 'C',
  about:
    'The aufs driver renames a layer to …-removing and then deletes it. When the daemon is killed or a mount is busy the directory stays for ever in aufs/diff, ' +
    'and no docker command knows it. aufs is gone since Docker 24: such directories are also what an old installation left behind.',
  confirm: 'Directories in aufs/diff named …-removing, or unknown to image/aufs/layerdb.',
  lookAlikes: [
    { cause: 'overlay2-orphan-dirs', tell: 'the driver is overlay2' },
    { cause: 'images-unused', tell: 'docker images still lists images' },
  ],
  nextCheck: { run: 'ls /var/lib/docker/aufs/diff', why: 'names that end in -removing are leftovers' },
  remedies: ['remove-orphans', 'switch-to-overlay2'],
  sources: ['moby/moby#22207', 'moby daemon/graphdriver/aufs (removed in v24)'],
  explains: ['plain-fs-full'],
  find(scene) {
    const sizes = scene.facts.all(
      'directory-size',
      (value) => /\/aufs\/(?:diff|mnt)(?:\/|$)/.test(value.path) || /^[0-9a-f]{12,64}-removing\/?$/.test(value.path),
    );
    const leftovers = sizes.filter((fact) => /-removing\/?$/.test(fact.value.path));
    const here = says(scene, 'aufs') || driverFact(scene, /^aufs$/) !== undefined;
    const stays = says(scene, 'orphan-layers', 'everything-was-pruned', 'space-not-returned');
    const bytes = (leftovers.length > 0 ? leftovers : sizes).reduce((sum, fact) => sum + fact.value.bytes, 0);
    if (leftovers.length > 0 || (sizes.length > 0 && stays)) {
      const weight = weigh(scene, bytes, '/var/lib/docker/aufs/diff');
      return [
        {
          confidence: leftovers.length > 0 || stays ? 'likely' : 'possible',
          severity: scene.from === 'text' ? textSeverity(scene) : bytes >= GIB ? weight.severity : 'notice',
          subject: '/var/lib/docker/aufs/diff',
          evidence: [
            ...(leftovers.length > 0 ? leftovers : sizes)
              .slice(0, 4)
              .map((fact) => evidence(fact, 'a layer directory on the disk')),
            ...said(scene, 'everything-was-pruned', 'orphan-layers'),
          ],
          explanation: `aufs/diff holds layers of ${size(bytes)} that ${leftovers.length > 0 ? 'were being removed when something stopped it' : 'should be gone'}.`,
          score: 80,
        },
      ];
    }
    if (scene.from === 'host' || !here) return [];
    const removing = failures(scene, ['ENOSPC', 'EIO'], /-removing\b/)[0];
    if (!stays && !removing) return [];
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: '/var/lib/docker/aufs/diff',
        evidence: [
          ...(removing ? [evidence(removing, 'a layer that is being removed')] : []),
          ...said(scene, 'aufs', 'orphan-layers', 'everything-was-pruned', 'space-not-returned'),
        ],
        explanation:
          'The driver is aufs and space stays taken after images and containers were removed: their directories may still be in aufs/diff.',
        score: says(scene, 'orphan-layers', 'everything-was-pruned') ? 72 : 64,
      },
    ];
  },
};
