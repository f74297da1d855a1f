import type { BtrfsSpaceNumbers } from '../stack/btrfs-numbers.ts';
import { btrfsProfile } from '../stack/btrfs-profiles.ts';
import type { Cause, Draft } from './cause.ts';
import type { BtrfsState } from './help/btrfs.ts';
import {
  BALANCE_FAILS_BELOW,
  btrfsStories,
  dataFull,
  lonelyDevices,
  spaceEvidence,
  unallocatedEvidence,
} from './help/btrfs.ts';
import { size } from './help/format.ts';

export const btrfsRaid1NoSecondDevice: Cause = {
  id: 'btrfs-raid1-no-second-device',
  title: 'btrfs has unallocated space, but not on as many devices as the profile needs',
  severity: 'critical',
  prevalence: 'B',
  about:
    'RAID1 and its kin put every chunk on two or more devices. When only the larger device has room left, no new chunk can be made although gigabytes are unallocated. ' +
    'btrfs counts that room as "Free (estimated)"; df says 0.',
  confirm:
    'Fewer devices with unallocated space than the profile of data or metadata needs, and the existing chunks of that kind are full.',
  lookAlikes: [
    { cause: 'btrfs-metadata-exhausted', tell: 'no device has anything unallocated' },
    { cause: 'btrfs-all-allocated-data-full', tell: 'no device has anything unallocated and data is full' },
  ],
  nextCheck: { run: 'btrfs filesystem usage -b /var/lib/docker', why: 'lists unallocated space for each device' },
  remedies: ['btrfs-add-device', 'btrfs-replace-small-device', 'btrfs-convert-profile'],
  prevention: 'Use devices of equal size, or as many that every chunk finds its copies.',
  sources: ['kernel fs/btrfs/volumes.c (btrfs_raid_array)', 'mkfs.btrfs(8), PROFILES'],
  explains: ['btrfs-balance-enospc', 'plain-fs-full'],
  find(scene) {
    return btrfsStories(scene).flatMap((story): Draft[] => {
      for (const state of story.states) {
        const data = state.data && dataFull(state) ? state.data : undefined;
        const metadata = state.metadata && state.metadata.free <= BALANCE_FAILS_BELOW ? state.metadata : undefined;
        for (const [space, name] of [
          [data, 'data'],
          [metadata, 'metadata'],
        ] as const) {
          const draft = space && lonely(state, space, name);
          if (draft) return [draft];
        }
      }
      return [];
    });
  },
};

function lonely(state: BtrfsState, space: BtrfsSpaceNumbers, name: string): Draft | undefined {
  const devices = lonelyDevices(state, space.profile);
  if (!devices) return undefined;
  const room = devices.map((device) => `${size(device.bytes)} on ${device.name}`).join(', ');
  return {
    confidence: 'confirmed',
    subject: state.subject,
    evidence: [
      ...unallocatedEvidence(state).map((e) => ({ ...e, fact: 'only some devices have unallocated space' })),
      spaceEvidence(space, `${name} chunks are full`, new RegExp(name, 'i')),
    ],
    explanation: `A ${space.profile} chunk needs room on ${btrfsProfile(space.profile).least} devices; unallocated space is left only as ${room}. The ${name} chunks are full (${size(space.used)} of ${size(space.total)}), so writes fail.`,
    score: 92,
  };
}
