import type { Cause } from './cause.ts';
import { kernelEvents, show } from './help/messages.ts';
import { failures } from './help/said.ts';

export const ext4DirIndexFull: Cause = {
  id: 'ext4-dir-index-full',
  title: 'the index of one ext4 directory is full',
  severity: 'critical',
  prevalence: 'C',
  about:
    'ext4 finds names in a directory through a tree of at most two levels (three with large_dir). A directory with millions of names, or fewer long ones on 1 KiB blocks, fills it: creating fails in that one directory ' +
    'with "No space left on device", everywhere else it works, and df and df -i show room.',
  confirm:
    'Kernel log: `ext4_dx_add_entry … Directory index full!`, or since large_dir `Directory (ino: N) index full, reach max htree level`.',
  lookAlikes: [
    { cause: 'inodes-exhausted', tell: 'df -i shows 0 free, and creating fails everywhere' },
    { cause: 'plain-fs-full', tell: 'df shows nothing available' },
  ],
  nextCheck: { run: 'dmesg --ctime --level=warn,err', why: 'the kernel names the inode of the directory' },
  remedies: ['ext4-shard-directory', 'ext4-enable-large-dir'],
  sources: ['kernel fs/ext4/namei.c (ext4_dx_add_entry)', 'minio/minio#3857'],
  find(scene) {
    const events = kernelEvents(scene, 'ext4-dir-index-full');
    if (events.length === 0) return [];
    const first = events.at(-1);
    const inode = first?.value.values?.['inode'] ?? first?.value.values?.['ino'];
    const device = first?.value.device;
    return [
      {
        confidence: 'confirmed',
        subject: `directory${inode === undefined ? '' : ` with inode ${inode}`} on ${device ?? 'ext4'}`,
        evidence: [
          ...show(events, 'the kernel says the directory index is full'),
          ...show(failures(scene), 'creating failed', 1),
        ],
        explanation: `One directory${inode === undefined ? '' : ` (inode ${inode})`}${device ? ` on ${device}` : ''} holds as many names as its index can carry. Nothing else is full.`,
        score: 95,
      },
    ];
  },
};
