import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { btrfsFileSystems } from './help/btrfs-sources.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { share } from './help/format.ts';
import { longestHolder } from './help/paths.ts';
import { said, says, troubled } from './help/said.ts';

export const btrfsSnapshotsPin: Cause = {
  id: 'btrfs-snapshots-pin',
  title: 'btrfs snapshots hold what was deleted',
  severity: 'warning',
  prevalence: 'C',
  about:
    'A snapshot keeps every block that its subvolume had. Deleting images, logs or files below it frees nothing until the last snapshot that still knows them is gone. ' +
    'snapper and timeshift take them by the hour. du counts only what is visible, so it does not explain the use.',
  confirm: '`btrfs subvolume list -s` lists snapshots, and used space is far above what du finds.',
  lookAlikes: [
    { cause: 'btrfs-deleted-subvolume-lag', tell: 'the subvolumes are deleted already and wait for the cleaner' },
    { cause: 'deleted-but-open', tell: 'a process still holds the deleted files' },
    { cause: 'snapshots-hold-space', tell: 'the same on any file system: LVM or ZFS snapshots' },
  ],
  nextCheck: { run: 'btrfs subvolume list -s /', why: 'lists the snapshots of the file system' },
  remedies: ['delete-snapshots'],
  prevention: 'Give the data root its own subvolume, so that snapshots of / leave it out.',
  sources: ['btrfs-subvolume(8)', 'moby/moby#27653'],
  find(scene) {
    const listed = scene.facts.all('btrfs-subvolumes', (value) => (value.snapshots ?? 0) > 0);
    const btrfs = fileSystems(scene).filter(
      (fs) => fs.type === 'btrfs' || btrfsFileSystems(scene).some((other) => other.paths.includes(fs.mountpoint)),
    );
    const tight = btrfs.find((fs) => fullness(fs) !== 'roomy');
    const fact = listed[0];
    if (scene.from === 'host') {
      // every layer of Docker's btrfs driver is a snapshot: only foreign ones on a nearly full disk matter
      const driver = scene.facts.has('engine', (engine) => engine.driver === 'btrfs');
      if (!fact || !tight || driver) return [];
      return [
        {
          confidence: 'possible',
          severity: 'notice',
          subject: tight.mountpoint,
          evidence: [
            evidence(fact, `${fact.value.snapshots} snapshots exist`),
            evidence(tight.fact, 'the file system is nearly full'),
          ],
          explanation: `${tight.mountpoint} is ${share(tight.used, tight.size)} used and has ${fact.value.snapshots} snapshots; what they alone hold is freed only with them.`,
          score: 40,
        },
      ];
    }
    const onBtrfs = says(scene, 'btrfs') || tight !== undefined || listed.length > 0;
    if (!onBtrfs || !says(scene, 'snapshots') || !troubled(scene)) return [];
    const failing = scene.facts.first('symptom', (symptom) => symptom.errno === 'ENOSPC' && symptom.path !== undefined)
      ?.value.path;
    return [
      {
        confidence: 'possible',
        subject: tight?.mountpoint ?? longestHolder(failing ?? '/', ['/']) ?? 'the btrfs file system',
        evidence: [
          ...said(scene, 'snapshots', 'btrfs', 'space-not-returned', 'du-does-not-explain'),
          ...(fact ? [evidence(fact, 'snapshots exist')] : []),
        ],
        explanation:
          'btrfs snapshots are spoken of: space of deleted files returns only when no snapshot holds them any more.',
        score: 45 + (says(scene, 'space-not-returned', 'du-does-not-explain', 'everything-was-pruned') ? 15 : 0),
      },
    ];
  },
};
