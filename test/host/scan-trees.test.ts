import { expect, test } from 'vitest';
import { scanTrees } from '../../src/host/scan-trees.ts';
import { mountsInside } from '../../src/usage/mounts.ts';

const mounted = mountsInside(['/dev']);

test.skipIf(!mounted.includes('/dev/shm'))(
  'another device that nobody mounted there is told, not passed over',
  async () => {
    const tree = [{ path: '/dev', bucket: 0 }];
    const told = await scanTrees(tree, { mounts: mounted });
    expect(told.errors.filter(({ code }) => code === 'EXDEV')).toEqual([]);
    // a subvolume of a btrfs looks like that: a device of its own, and no mount point
    const apart = await scanTrees(tree, { mounts: mounted.filter((path) => path !== '/dev/shm') });
    expect(apart.errors).toContainEqual({ path: '/dev/shm', code: 'EXDEV' });
    expect(apart.failed).toBe(told.failed + 1);
  },
);

test('a directory that became something else since it was listed is left out', async () => {
  const trees = [
    { path: '/dev/null', bucket: 0 },
    { path: '/dev/none', bucket: 1 },
  ];
  expect(await scanTrees(trees)).toMatchObject({ moved: 2, errors: [], failed: 0 });
});
