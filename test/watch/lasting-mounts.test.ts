import { expect, test } from 'vitest';
import { lastingMounts } from '../../src/watch/lasting-mounts.ts';

const ID = 'f'.repeat(64);
const LASTING = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '24 22 0:22 / /dev/shm rw,nosuid - tmpfs tmpfs rw',
  '25 22 0:23 / /run rw - tmpfs tmpfs rw,mode=755',
  '26 22 254:1 / /var/lib/docker rw - xfs /dev/vdb rw',
  '27 22 0:31 / /mnt/overlay rw - tmpfs overlay rw',
];
const OF_CONTAINERS = [
  `40 26 0:40 / /var/lib/docker/overlay2/${ID}/merged rw,relatime shared:9 - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/u`,
  '41 25 0:4 net:[4026532300] /run/docker/netns/0123456789ab rw shared:10 - nsfs nsfs rw',
  `42 26 0:41 / /var/lib/docker/containers/${ID}/mounts/shm rw,nosuid - tmpfs shm rw,size=65536k`,
  '43 22 0:42 / /var/lib/kubelet/pods/1-2/volumes/kubernetes.io~projected/token rw - tmpfs tmpfs rw,size=1k',
];
const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;

test('what each container brings and takes with it is left out, all else is kept', () => {
  expect(lastingMounts(text(LASTING))).toBe(text(LASTING));
  expect(lastingMounts(text([...LASTING.slice(0, 2), ...OF_CONTAINERS, ...LASTING.slice(2)]))).toBe(text(LASTING));
  expect(lastingMounts('')).toBe('');
});

test('the root of the machine may be an overlay: it is kept', () => {
  const root = ['22 1 0:9 / / ro - overlay overlay rw,lowerdir=/a'];
  expect(lastingMounts(text(root))).toBe(text(root));
});

test('where a quota counts what a container writes, each container is a change', () => {
  const counted = text([
    ...LASTING,
    '28 22 8:1 / /var/lib/docker rw - xfs /dev/sda rw,attr2,inode64,prjquota',
    ...OF_CONTAINERS,
  ]);
  expect(lastingMounts(counted)).toBe(counted);
});
