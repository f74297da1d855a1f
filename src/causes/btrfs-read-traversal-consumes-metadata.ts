import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { BALANCE_FAILS_BELOW, btrfsStories, canGrow, unallocatedEvidence } from './help/btrfs.ts';
import { mountOf } from './help/file-systems.ts';
import { size } from './help/format.ts';

export const btrfsReadTraversalConsumesMetadata: Cause = {
  id: 'btrfs-read-traversal-consumes-metadata',
  title: 'reading the layers of a starved btrfs uses up its last metadata',
  severity: 'notice',
  prevalence: 'C',
  about:
    'Without the mount option noatime, reading a file or listing a directory writes its access time. Layers of the btrfs driver are snapshots that share their metadata, so each such write copies shared blocks: ' +
    'a du or find over the subvolumes can take the last free metadata.',
  confirm: 'Mounted without noatime, nothing unallocated, and little metadata left.',
  lookAlikes: [{ cause: 'btrfs-metadata-exhausted', tell: 'it is used up already' }],
  nextCheck: { run: 'findmnt -no OPTIONS -T /var/lib/docker', why: 'shows whether noatime is set' },
  remedies: ['btrfs-mount-noatime'],
  sources: ['moby/moby#39815', 'mount(8), relatime'],
  find(scene) {
    if (scene.from === 'text') return [];
    return btrfsStories(scene).flatMap((story) => {
      const state = story.states.at(-1);
      const path = story.fs.paths[0];
      const mount = path === undefined ? undefined : mountOf(scene, path);
      if (
        !state?.metadata ||
        !mount ||
        mount.fstype !== 'btrfs' ||
        [...mount.options, ...(mount.superOptions ?? [])].includes('noatime')
      )
        return [];
      if (canGrow(state, state.metadata.profile) !== 'no' || state.metadata.free > 4 * BALANCE_FAILS_BELOW) return [];
      const fact = scene.facts.last('mount', (value) => value === mount);
      return [
        {
          confidence: 'possible',
          subject: state.subject,
          evidence: [...(fact ? [evidence(fact, 'mounted without noatime')] : []), ...unallocatedEvidence(state)],
          explanation: `Only ${size(state.metadata.free)} of metadata are left on ${state.subject} and it is mounted without noatime: walking its subvolumes (du, find, backups) uses that up.`,
          score: 20,
        },
      ];
    });
  },
};
