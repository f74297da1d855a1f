import { expect, test } from 'vitest';
import { xfsFreeSpace } from '../../src/probes/xfs-free-space.ts';
import { pasted, ran } from './scan.ts';

const TEXT = `   from      to extents  blocks    pct
      1       1       7       7   0.00
      2       3       2       4   0.00
   8192   16383       0       0   0.00
total free extents 9
total free blocks 11
average free extent size 1.2`;

test('the largest bucket that holds anything bounds the largest extent', () => {
  expect(ran(xfsFreeSpace, 'xfs-free-space', ['xfs_spaceman', '-c', 'freesp -s', '/mnt'], TEXT)).toEqual([
    { path: '/mnt', blocks: 11, extents: 9, largestExtentBlocks: 3 },
  ]);
  expect(pasted(xfsFreeSpace, 'xfs-free-space', TEXT.split('\n').slice(0, 3).join('\n'))).toEqual([
    { blocks: 11, extents: 9, largestExtentBlocks: 3 },
  ]);
});
