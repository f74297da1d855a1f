import { expect, test } from 'vitest';
import { socketAccess } from '../../src/probes/socket-access.ts';
import { pasted } from './scan.ts';

test('denied, refused, missing', () => {
  const text = `permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://x": dial unix /var/run/docker.sock: connect: permission denied
Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
dial unix /run/podman/podman.sock: connect: no such file or directory`;
  expect(pasted(socketAccess, 'socket-access', text)).toEqual([
    { path: '/var/run/docker.sock', reason: 'denied' },
    { path: '/var/run/docker.sock', reason: 'refused' },
    { path: '/run/podman/podman.sock', reason: 'missing' },
  ]);
});
