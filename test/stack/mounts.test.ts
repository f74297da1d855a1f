import { expect, test } from 'vitest';
import { makeDocument } from '../../src/probes/make-document.ts';
import { mountinfo } from '../../src/probes/mountinfo.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { fileSystemOf, mountedFileSystems } from '../../src/stack/mounts.ts';

test('what is mounted over another mount is what a path there reaches', () => {
  const text = `2240 2239 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
2301 2240 0:57 / /var/lib/docker rw,relatime - tmpfs empty rw,mode=711
2310 2301 7:0 / /var/lib/docker rw,relatime - ext4 /dev/loop0 rw
2311 2310 7:0 /overlay2 /var/lib/docker/overlay2 rw,relatime - ext4 /dev/loop0 rw`;
  const facts = recognise([makeDocument({ kind: 'read', path: '/proc/self/mountinfo' }, text)], [mountinfo]);
  const mounted = mountedFileSystems(facts);
  expect(mounted.map((fs) => [fs.mountpoint, fs.source])).toEqual([
    ['/', '/dev/vda'],
    ['/var/lib/docker', '/dev/loop0'],
  ]);
  expect(fileSystemOf(mounted, '/var/lib/docker/volumes')?.source).toBe('/dev/loop0');
});

test('the disk of a daemon that does not run is shown all the same', () => {
  const text = `2240 2239 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
2310 2240 7:0 / /var/lib/docker rw,relatime - ext4 /dev/loop0 rw`;
  const facts = recognise([makeDocument({ kind: 'read', path: '/proc/self/mountinfo' }, text)], [mountinfo]);
  const shown = buildStack(facts).layers.filter((layer) => layer.kind === 'file-system');
  expect(shown.map((layer) => layer.path)).toEqual(['/var/lib/docker', '/']);
});
