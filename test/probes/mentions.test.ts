import { describe, expect, it } from 'vitest';
import type { Mention, MentionTerm } from '../../src/probes/facts/text.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { mentions } from '../../src/probes/mentions.ts';
import { fc } from '../random-cases.ts';

function terms(text: string): MentionTerm[] {
  return mentions.scan(makeDocument({ kind: 'paste' }, text)).map((one) => (one.value as Mention).term);
}

describe('mentions', () => {
  it.each<[MentionTerm, string]>([
    ['container-logs', 'du finds 19G below /var/lib/docker/containers, one file there ends with -json.log'],
    ['container-logs', 'One of our services writes debug output to stdout all the time'],
    ['container-logs', 'docker 容器的日志文件太大，把磁盘占满了'],
    ['snapshots', 'Timeshift was keeping daily backups of the root subvolume'],
    ['snapshots', 'I have 40 zfs snapshots from the nightly job'],
    ['volumes', 'After a year of compose up and down there are 1200 dangling volumes'],
    ['volumes', 'docker rm keeps the data, /var/lib/docker/volumes is 80G by now'],
    ['build-cache', 'The build cache never gets cleaned up by itself'],
    ['many-images', 'We deploy ten times a day and hundreds of old images pile up'],
    ['deleted-files-held-open', 'A restart of the service frees it; lsof lists a log that was removed'],
    ['orphan-layers', 'overlay2 has 400 directories that no image or container refers to, they are never removed'],
    ['everything-was-pruned', 'I ran docker system prune and it did nothing, no containers left'],
    ['everything-was-pruned', 'Ich habe alle Container und Images gelöscht, es bleibt voll'],
    ['space-not-returned', 'Deleting the images does not free any disk space'],
    ['many-small-files', 'A project with node_modules, lots of tiny files'],
    ['disk-was-resized', 'I increased the EBS volume from 30 GB to 100 GB in the console'],
    ['shared-memory', 'Chrome crashes in the container because /dev/shm is too small'],
    ['temporary-directory', 'buildah puts everything into TMPDIR first'],
    ['df-shows-space', 'There is still plenty of disk space available'],
    ['df-shows-space', '磁盘还有很多空间，但是报错'],
    ['hangs', 'Every docker command gets stuck, no response at all'],
    ['image-larger-than-10g', 'I try to pull a 14GB image from our registry'],
    ['copies-every-layer', 'With this driver each layer is a full copy of the one before'],
    ['virtual-machine-disk', 'the qcow2 of the machine has a limit of 20G'],
    ['disk-full', 'Every few weeks the server runs out of space'],
    ['disk-full', 'My root partition stands at 98%'],
    ['snapshots', 'Since the nightly snapshots are kept the disk is full'],
    ['orphan-layers', 'the snapshotter has 190G whereas crictl images sums to 22G'],
    ['rootless', 'I run podman rootless, as a normal user'],
  ])('%s: %j', (term, text) => {
    expect(terms(text)).toContain(term);
  });

  it.each<[MentionTerm, string]>([
    ['btrfs', 'This is not a btrfs problem, the disk is ext4'],
    ['devicemapper', 'We do not use devicemapper here'],
    ['shared-memory', 'tmpfs 2.0G 0 2.0G 0% /dev/shm'],
    ['volumes', 'Local Volumes   0         0         0B        0B'],
    ['container-logs', 'Logging Driver: json-file'],
    ['everything-was-pruned', 'docker system prune helped'],
    ['everything-was-pruned', 'I have removed all stopped containers'],
    ['df-shows-space', 'write /x: no space left on device'],
    ['df-shows-space', 'The disk is 98% full'],
    ['disk-full', 'a full copy of each layer'],
    ['volumes', 'Images and volumes are small'],
    ['disk-was-resized', 'The directory grew to 90GB after one build'],
    ['image-larger-than-10g', 'I try to pull a 4GB image from our registry'],
  ])('no %s in %j', (term, text) => {
    expect(terms(text)).not.toContain(term);
  });

  it('says a term once, where it stands first, with a sentence broken over lines', () => {
    const doc = makeDocument(
      { kind: 'paste' },
      'Hello\nWe run many containers on this machine and every one has a\nvolume; there are thousands of dangling\nvolumes now. Dangling volumes everywhere.',
    );
    expect(
      mentions
        .scan(doc)
        .filter((one) => (one.value as Mention).term === 'volumes')
        .map((one) => one.line),
    ).toEqual([3]);
  });
  it('reads pastes only', () => {
    expect(mentions.recognises(makeDocument({ kind: 'run', argv: ['docker', 'info'] }, 'Storage Driver: btrfs'))).toBe(
      false,
    );
  });
  it('never throws, and names lines that exist', () => {
    const parts = [
      'removed all ',
      'containers ',
      'snapshots of ',
      'plenty of free ',
      'space ',
      'not ',
      '日志',
      '\n',
      'İ',
      'each layer ',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'grapheme' })), { maxLength: 40 }),
        (pieces) => {
          const doc = makeDocument({ kind: 'paste' }, pieces.join(''));
          for (const one of mentions.scan(doc)) expect(doc.lines[(one.line ?? 0) - 1]).toBeDefined();
        },
      ),
    );
  });
});
