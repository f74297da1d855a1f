import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';

const explain = (text: string) => explainText(text, probes, causes).findings;

/** The same thing said in other words: people do not quote the manual. */
describe('a paste in other words', () => {
  it.each([
    [
      'root-reserve',
      'dev@box:~$ echo a > /pool/a\n-bash: echo: write error: No space left on device\nas root it works.\n/dev/sdc1       200G  188G     0 100% /pool',
    ],
    [
      'json-file-log-growth',
      '96G\t/var/lib/docker/containers/c0ffee00aa11/c0ffee00aa11-json.log\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/vdc        120G  114G     0 100% /var/lib/docker',
    ],
    [
      'container-writable-layer-growth',
      'NAMES  SIZE\nimport  88GB (virtual 89GB)\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/vdc        100G  100G     0 100% /var/lib/docker',
    ],
    [
      'docker-two-stores',
      "$ docker info -f '{{.DriverStatus}}'\n[[driver-type io.containerd.snapshotter.v1]]\n# du -sh /var/lib/docker/overlay2\n77G\t/var/lib/docker/overlay2",
    ],
    ['hugetlbfs', 'fallocate: No space left on device\nHugePages_Total:     128\nHugePages_Free:        0'],
    ['kubelet-allocatable-accounting', '0/5 nodes are available: 5 Insufficient ephemeral-storage.'],
    ['images-unused', '$ docker image prune -af\nTotal reclaimed space: 61.5GB\nthe disk was full before'],
    ['buildx-container-builder-volume', 'disk is full\n58G\t/var/lib/docker/volumes/buildx_buildkit_ci0_state'],
    [
      'overlay2-orphan-dirs',
      '# docker system prune -a -f\nTotal reclaimed space: 0B\n# du -sh /var/lib/docker/overlay2\n33G\t/var/lib/docker/overlay2',
    ],
    [
      'sysv-ipc',
      'FATAL:  could not create shared memory segment: No space left on device\nDETAIL:  Failed system call was shmget(key=5432001, size=56, 03600).',
    ],
    ['read-only-by-design', "cp: can't create '/etc/app/x': Read-only file system\nvolumes:\n  - ./conf:/etc/app:ro"],
    ['dm-thin-data-full', 'devicemapper here. The thin pool is full since last night, everything hangs.'],
    [
      'fs-not-grown',
      'NAME MAJ:MIN RM SIZE RO TYPE MOUNTPOINT\nsdb    8:16   0  300G  0 disk /srv\nFilesystem Size Used Avail Use% Mounted on\n/dev/sdb 98G 98G 0 100% /srv',
    ],
    [
      'zfs-pool-full',
      'lxc containers have no space left\nNAME SIZE ALLOC FREE EXPANDSZ FRAG CAP DEDUP HEALTH ALTROOT\nlake  186G  180G  6.0G - 58% 96% 1.00x ONLINE -',
    ],
    ['plain-fs-full', '[ 41.2] BTRFS: Transaction aborted (error -28)'],
    [
      'btrfs-forced-readonly-enospc',
      '[ 41.2] BTRFS: Transaction aborted (error -28)\n[ 41.3] BTRFS info (device vdb): forced readonly',
    ],
  ])('%s comes first', (cause, text) => {
    expect(explain(text)[0]?.cause).toBe(cause);
  });

  it('does not blame the reserve of a disk that is full for everyone', () => {
    const found = explain('Filesystem Size Used Avail Use% Mounted on\n/dev/vda1 200G 189G 0 100% /').find(
      (finding) => finding.cause === 'root-reserve',
    );
    expect(found === undefined || (found.confidence === 'possible' && found.severity === 'notice')).toBe(true);
  });

  it('never confirms a cause that only prose names', () => {
    const prose = [
      'the thin pool is full',
      'as root it works, reserved blocks',
      'watchtower ran for a year, disk full',
    ];
    for (const text of prose)
      for (const finding of explain(`devicemapper: ${text}, no space left on device`))
        expect(finding.confidence).not.toBe('confirmed');
  });

  it.each([
    [
      'a sentence that quotes a kernel line',
      'The manual says: "device-mapper: thin: 253:7: switching pool to out-of-data-space (queue IO) mode". My pool is at 30 %.',
    ],
    ['the same disk before and after', 'now:\n/dev/vda1 60G 20G 37G 36% /\nthen:\n/dev/vda1 60G 60G 0 100% /'],
    [
      'inodes of another file system',
      'Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sdc1 1000000 1000000 0 100% /mnt/old\n/dev/sdd1 6553600 300000 6253600 5% /\nwrite /var/lib/docker/overlay2/q: no space left on device',
    ],
    ['a hardened setting', 'user.max_user_namespaces = 0\nas the guide demands'],
    [
      'a quota of somebody else',
      'Disk quotas for user tom (uid 1007):\n Filesystem blocks quota limit grace files quota limit grace\n /dev/sdf1 300000* 200000 300000 none 4 0 0\npodman pull: no space left on device',
    ],
  ])('confirms nothing from %s', (_, text) => {
    expect(explain(text).filter((finding) => finding.confidence === 'confirmed')).toEqual([]);
  });
});
