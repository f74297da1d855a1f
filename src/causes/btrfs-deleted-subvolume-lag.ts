import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { said, says } from './help/said.ts';

export const btrfsDeletedSubvolumeLag: Cause = {
  id: 'btrfs-deleted-subvolume-lag',
  title: 'deleted btrfs subvolumes have not given their space back yet',
  severity: 'notice',
  prevalence: 'B',
  about:
    'Deleting a subvolume (with the btrfs driver: an image layer or container) only unlinks it. The space returns when the cleaner thread has run, at the next commit (30 seconds) or later; ' +
    'never while the file system is read-only, and not while a process keeps a file in it or a balance or send runs.',
  confirm: '`btrfs subvolume list -d` lists entries with path DELETED.',
  lookAlikes: [
    { cause: 'deleted-but-open', tell: 'files, not subvolumes, held open by a process' },
    { cause: 'btrfs-snapshots-pin', tell: 'snapshots still exist and hold the space for good' },
  ],
  nextCheck: {
    run: 'btrfs subvolume list -d /var/lib/docker',
    why: 'lists subvolumes that are deleted and not yet cleaned',
  },
  remedies: ['btrfs-wait-for-cleaner'],
  sources: ['btrfs-subvolume(8), SYNC', 'measured: used space unchanged right after the delete, returned 30 s later'],
  find(scene) {
    const tight = fileSystems(scene).some((fs) => fs.type === 'btrfs' && fullness(fs) !== 'roomy');
    const waiting = scene.facts.all('btrfs-subvolumes', (value) => (value.deleted ?? 0) > 0);
    const fact = waiting.at(-1);
    if (fact) {
      return [
        {
          confidence: 'likely',
          severity: tight || scene.from === 'text' ? 'warning' : 'notice',
          subject: fact.value.path ?? 'the btrfs file system',
          evidence: [evidence(fact, `${fact.value.deleted} deleted subvolumes wait for the cleaner`)],
          explanation: `${fact.value.deleted} deleted subvolumes still hold their space. It returns when the cleaner has run; judge df only after \`btrfs subvolume sync\`.`,
          score: 50,
        },
      ];
    }
    const deleted = scene.facts.first(
      'command',
      (c) =>
        c.program === 'btrfs' &&
        /^sub/.test(c.words[0] ?? c.words[1] ?? '') &&
        c.words.some((word) => /^del/.test(word)),
    );
    if (scene.from === 'host' || !deleted || !says(scene, 'space-not-returned')) return [];
    return [
      {
        confidence: 'possible',
        severity: 'warning',
        subject: 'the btrfs file system',
        evidence: [evidence(deleted, 'a subvolume was deleted'), ...said(scene, 'space-not-returned')],
        explanation:
          'A subvolume was deleted and the space has not come back: the cleaner needs up to a commit interval (30 s) and much longer on large subvolumes.',
        score: 50,
      },
    ];
  },
};
