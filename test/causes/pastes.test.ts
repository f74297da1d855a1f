import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';

const explain = (text: string) => explainText(text, probes, causes).findings;
const FULL = 'Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        40G   40G     0 100% /\n';

/** Texts as people paste them, through every probe and cause. */
describe('a pasted text', () => {
  it.each([
    ['plain-fs-full', `docker ps gives an error\n${FULL}`],
    ['json-file-log-growth', `${FULL}# du -sh /var/lib/docker/containers\n34G\t/var/lib/docker/containers`],
    [
      'deleted-but-open',
      `${FULL}# lsof +L1\ndockerd   901  root   44w      REG   252,1 31138512896   0 131  /var/lib/docker/containers/ff/ff-json.log (deleted)`,
    ],
    [
      'buildkit-embedded-cache',
      `${FULL}TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\nImages          4         4         2.1GB     0B (0%)\nBuild Cache     300       0         29.9GB     29.9GB`,
    ],
    ['fs-not-grown', `${FULL}but I resized the volume to 150GB in the console`],
    [
      'inodes-exhausted',
      '/dev/sda1        99G   39G   56G  42% /\nFilesystem      Inodes  IUsed   IFree IUse% Mounted on\n/dev/sda1      6553600 6553590     10  100% /',
    ],
    [
      'vm-disk-outside-linux',
      'Docker Desktop on the Mac:\noverlay          59G   56G     0 100% /\n/dev/vda1        59G   56G     0 100% /etc/hosts\nthe Mac has 400 GB left',
    ],
    [
      'shm-64m',
      'ERROR:  could not resize shared memory segment "/PostgreSQL.31" to 16777216 bytes: No space left on device',
    ],
    [
      'pull-or-build-staging-too-small',
      'Error: storing blob to file "/var/tmp/storage5551212/1": write /var/tmp/storage5551212/1: no space left on device',
    ],
    [
      'ostree-min-free-space',
      "error: Writing content object: min-free-space-percent '3%' would be exceeded, at least 4.1 kB requested",
    ],
    [
      'volumes-orphaned',
      'docker rm leaves the data directories under /var/lib/docker/volumes behind. There are 2400 of them. Disk full.',
    ],
    [
      'overlay2-orphan-dirs',
      'docker system prune -af --volumes: Total reclaimed space: 0B. du -sh /var/lib/docker/overlay2: 78G. Not one container or image is left.',
    ],
  ])('is explained by %s first', (cause, text) => {
    expect(explain(text)[0]?.cause).toBe(cause);
  });

  it.each([
    [
      'images that are always full',
      'Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1       200G   90G  101G  48% /\n/dev/loop5       56M   56M     0 100% /snap/core18/2128\n/dev/sr0        1.2G  1.2G     0 100% /media/cdrom',
    ],
    [
      'inodes of btrfs and squashfs',
      'Filesystem      Inodes  IUsed   IFree IUse% Mounted on\n/dev/loop5       10872  10872       0  100% /snap/core18/2128\n/dev/sda1     13107200 500000 12607200    4% /\nbtrfsvol             0      0       0     - /data',
    ],
    [
      'a healthy docker info',
      'Containers: 5\nImages: 130\nServer Version: 24.0.7\nStorage Driver: overlay2\n  Backing Filesystem: extfs\nLogging Driver: json-file\nDocker Root Dir: /var/lib/docker',
    ],
  ])('with %s alarms nobody', (_, text) => {
    expect(
      explain(text).filter((finding) => finding.severity === 'critical' && finding.confidence !== 'possible'),
    ).toEqual([]);
  });

  it('confirms a full disk only where the text tells no other story', () => {
    const confirmed = (text: string) =>
      explain(text)
        .filter((finding) => finding.confidence === 'confirmed')
        .map((finding) => finding.cause);
    expect(confirmed(FULL)).toEqual(['plain-fs-full']);
    expect(confirmed(`${FULL}I resized the volume to 150GB in the console`)).toEqual([]);
    expect(confirmed(`${FULL}snapper keeps 60 snapshots here`)).toEqual([]);
  });
});
