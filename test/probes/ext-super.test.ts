import { expect, test } from 'vitest';
import { extSuper } from '../../src/probes/ext-super.ts';
import { pasted } from './scan.ts';

const TEXT = `# tune2fs -l /dev/sda1
Filesystem volume name:   <none>
Filesystem features:      has_journal dir_index metadata_csum
Filesystem state:         clean with errors
Inode count:              6144
Block count:              524288
Reserved block count:     26214
Free blocks:              505940
Free inodes:              0
Block size:               4096
Reserved blocks uid:      0 (user root)
Inode size:	          256
FS Error count:           12`;

test('tune2fs -l', () => {
  expect(pasted(extSuper, 'ext-super', TEXT)).toEqual([
    {
      device: '/dev/sda1',
      blockSize: 4096,
      blockCount: 524288,
      reservedBlocks: 26214,
      freeBlocks: 505940,
      inodeCount: 6144,
      freeInodes: 0,
      reservedUid: 0,
      state: 'clean with errors',
      errorCount: 12,
      features: ['has_journal', 'dir_index', 'metadata_csum'],
    },
  ]);
  expect(pasted(extSuper, 'ext-super', `${TEXT}\n${TEXT}`)).toHaveLength(2);
});

test('counts alone are no super block', () => {
  expect(pasted(extSuper, 'ext-super', 'Inode count: 12\nBlock count: 13')).toEqual([]);
});
