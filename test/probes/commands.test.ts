import { describe, expect, it } from 'vitest';
import { commands, stripPrompt } from '../../src/probes/commands.ts';
import type { Command } from '../../src/probes/facts/text.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { fc } from '../random-cases.ts';

const read = (text: string): Command[] =>
  commands.scan(makeDocument({ kind: 'paste' }, text)).map((one) => one.value as Command);

describe('commands', () => {
  it.each<[string, Command[]]>([
    ['[root@n1 ~]# lvs -a', [{ program: 'lvs', words: ['-a'], root: true }]],
    [
      'me@box:/var/lib$ sudo du -sh "/var/lib/docker/my dir" | sort',
      [{ program: 'du', words: ['-sh', '/var/lib/docker/my dir'] }],
    ],
    ['# dmsetup table', [{ program: 'dmsetup', words: ['table'], root: true }]],
    [
      '$ docker ps; docker images && df -h',
      [
        { program: 'docker', words: ['ps'] },
        { program: 'docker', words: ['images'] },
        { program: 'df', words: ['-h'] },
      ],
    ],
    ['~ ❯ kubectl get nodes', [{ program: 'kubectl', words: ['get', 'nodes'] }]],
    ['GUEST:~ # losetup -a', [{ program: 'losetup', words: ['-a'], root: true }]],
    ['sh-4.2# df', [{ program: 'df', words: [], root: true }]],
    ['/var/lib/docker/aufs/diff# ls', [{ program: 'ls', words: [], root: true }]],
    ['PS C:\\Users\\me> docker system df', [{ program: 'docker', words: ['system', 'df'] }]],
    ['^C[me@n1 ~]$ docker info', [{ program: 'docker', words: ['info'] }]],
    ['btrfs fi usage /', [{ program: 'btrfs', words: ['fi', 'usage', '/'] }]],
    ['$ lvcreate -n x \\\n  -L 5G vg', [{ program: 'lvcreate', words: ['-n', 'x', '-L', '5G', 'vg'] }]],
    [
      '# for i in 1 2; do k3d cluster list 2>&1 >/dev/null; done',
      [{ program: 'k3d', words: ['cluster', 'list'], root: true }],
    ],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
  it.each([
    '# Steps to reproduce',
    '# state, taken at the failure',
    'docker does not come up after the update',
    'docker info shows 0 everywhere',
    'df -h gives:',
    'podman version 3.2.3',
    'Filesystem 1K-blocks Used',
    '100% of it',
    'mount points are many',
  ])('no command in %j', (text) => {
    expect(read(text)).toEqual([]);
  });
  it('strips prompts and leaves the rest alone', () => {
    expect(stripPrompt('root@h:~# df -h')).toBe('df -h');
    expect(stripPrompt('df: /x: not found')).toBe('df: /x: not found');
  });
  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom('[root@a ~]# ', '$ ', "'", '"', '\\', ' | ', '> ', 'docker ps', '\n'), fc.string()),
        ),
        (parts) => void read(parts.join('')),
      ),
    );
  });
});
