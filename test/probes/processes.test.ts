import { expect, test } from 'vitest';
import { processes } from '../../src/probes/processes.ts';
import { file, known, pasted, ran } from './scan.ts';

test('ps in its usual forms', () => {
  const text = `  812 /usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
root 23121 1 0 09:09 ? 00:00:38 /usr/bin/docker-current daemon -g /home/docker --storage-opt dm.loopdatasize=80G
root      1234  0.1  2.0 123456 65432 ?        Ssl  Mar01   1:23 /usr/bin/containerd
  901 root      0:12 dockerd --data-root /srv
           ├─955 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml`;
  expect(pasted(processes, 'process', text)).toEqual([
    { pid: 812, program: 'dockerd', args: ['-H', 'fd://', '--containerd=/run/containerd/containerd.sock'] },
    {
      pid: 23_121,
      program: 'docker-current',
      args: ['daemon', '-g', '/home/docker', '--storage-opt', 'dm.loopdatasize=80G'],
    },
    { pid: 1234, program: 'containerd', args: [] },
    { pid: 901, program: 'dockerd', args: ['--data-root', '/srv'] },
    { pid: 955, program: 'kubelet', args: ['--config=/var/lib/kubelet/config.yaml'] },
  ]);
});

test('clients, greps, directory sizes and prose are no daemons', () => {
  const text = `root 845 23449 0 17:04 pts/1 00:00:00 grep --color=auto dockerd
 1200 docker pull nginx
4096	/var/lib/docker/containerd
The 3 containerd snapshots
12 docker images`;
  expect(pasted(processes, 'process', text)).toEqual([]);
});

test('secrets in a command line are masked', () => {
  const [process] = ran(
    processes,
    'process',
    ['ps'],
    ' 7 /usr/bin/kubelet --bootstrap-token=abcdef --token s3cret --registry https://ada:pw@host/x',
  );
  expect(process?.args).toEqual(['--bootstrap-token=***', '--token', '***', '--registry', 'https://***@host/x']);
});

test('/proc/PID/cmdline', () => {
  expect(file(processes, 'process', '/proc/77/cmdline', 'dockerd --data-root /srv')).toEqual([
    { pid: 77, program: 'dockerd', args: ['--data-root', '/srv'] },
  ]);
});

test('mount namespaces: readlink, and ls -l in a session', () => {
  expect(ran(processes, 'process', ['readlink', '/proc/812/ns/mnt'], 'mnt:[4026532450]\n')).toEqual([
    { pid: 812, program: '', args: [], mountNamespace: 'mnt:[4026532450]' },
  ]);
  expect(
    pasted(
      processes,
      'process',
      '# ll /proc/1/ns/mnt\nlrwxrwxrwx 1 root root 0 Mar 19 19:03 /proc/1/ns/mnt -> mnt:[4026531840]',
    ),
  ).toEqual([{ pid: 1, program: '', args: [], mountNamespace: 'mnt:[4026531840]' }]);
});

test('the mounts of a daemon are read where its namespace is its own', () => {
  const daemon = ['process', { pid: 9, program: 'dockerd', args: [] }] as [
    'process',
    { pid: number; program: string; args: string[] },
  ];
  const at = (pid: number, id: number) =>
    ['process', { pid, program: '', args: [], mountNamespace: `mnt:[${id}]` }] as [
      'process',
      { pid: number; program: string; args: string[]; mountNamespace: string },
    ];
  const reads = (...facts: Parameters<typeof known>) =>
    processes.asks?.(known(...facts)).filter((ask) => ask.kind === 'read');
  expect(reads(daemon, at(1, 5), at(9, 5))).toEqual([]);
  expect(reads(daemon, at(1, 5), at(9, 6))).toMatchObject([{ path: '/proc/9/mountinfo' }]);
});
