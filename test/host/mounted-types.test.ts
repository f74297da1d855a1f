import { expect, test } from 'vitest';
import { countsInMemory, mountedTypes } from '../../src/host/mounted-types.ts';

const line = (path: string, type: string) => `30 1 8:1 / ${path} rw,relatime shared:1 - ${type} /dev/x rw\n`;
const mounted = mountedTypes(
  [
    line('/', 'ext4'),
    line('/run', 'tmpfs'),
    line('/data', 'xfs'),
    line('/data/hot', 'ext4'),
    line('/far', 'nfs4'),
    line('/far/scratch', 'tmpfs'),
    line('/a\\040b', 'ext2'),
    line('/twice', 'ext4'),
    line('/twice', 'fuse.sshfs'),
    'no line of it\n',
  ].join(''),
);

test('types are told by place, the lowest first', () => {
  expect(mounted.get('/twice')).toEqual(['ext4', 'fuse.sshfs']);
  expect(mounted.get('/a b')).toEqual(['ext2']);
  expect(mountedTypes('').size).toBe(0);
});

test('only a mount point of what counts in memory is asked here, and only where no other process is on the way', () => {
  for (const path of ['/', '/run', '/data/hot', '/a b']) expect(countsInMemory(path, mounted), path).toBe(true);
  for (const path of ['/data', '/far', '/far/scratch', '/twice', '/home', '/run/', 'run', '/run/../far', ''])
    expect(countsInMemory(path, mounted), path).toBe(false);
  // what is at the root is not known
  expect(countsInMemory('/run', mountedTypes(line('/run', 'tmpfs')))).toBe(false);
});
