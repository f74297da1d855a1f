import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { inotifyInstances } from '../../src/causes/inotify-instances.ts';
import { inotifyWatches } from '../../src/causes/inotify-watches.ts';
import { mountMax } from '../../src/causes/mount-max.ts';
import { ucountsNamespaces } from '../../src/causes/ucounts-namespaces.ts';
import type { Fact } from '../../src/probes/fact.ts';
import type { ProcessOwner } from '../../src/probes/facts/limits.ts';
import { probes } from '../../src/probes/index.ts';
import { best, fact, host } from './scene.ts';

const ALL = [{ inside: 0, outside: 0, count: 4_294_967_295 }];
const WEB = 'a1'.repeat(32);

const limit = (name: string, value: number): Fact => fact('limit', { name, value });
const owner = (pid: number, more: Partial<ProcessOwner> = {}): Fact =>
  fact('process-owner', { pid, name: 'node', parent: 1, uid: 0, userMap: ALL, ...more });
const instance = (pid: number, fd: number, watches?: number): Fact =>
  fact(
    'inotify-instance',
    watches === undefined ? { pid, fd } : { pid, fd, watches },
    `/proc/${pid}/fdinfo/${fd}:${watches}`,
  );

describe('inotify, counted over the processes of a host', () => {
  const watches = limit('fs.inotify.max_user_watches', 8192);
  const instances = limit('fs.inotify.max_user_instances', 128);

  it('is confirmed where a user has all of them, and says who holds them', () => {
    const scene = host(
      watches,
      fact('container', { engine: 'docker', id: WEB, name: 'web', state: 'running' }),
      owner(812, { container: WEB }),
      owner(1, { name: 'init', parent: 0 }),
      instance(812, 4),
      instance(812, 4, 8180),
      instance(1, 9, 12),
    );
    const draft = best(inotifyWatches, scene);
    expect(draft).toMatchObject({ confidence: 'confirmed', severity: 'critical', subject: 'uid 0' });
    expect(draft?.explanation).toContain('8192 inotify watches are in use by uid 0');
    expect(draft?.explanation).toContain('Most of them: 8180 by node (pid 812, container web), 12 by init (pid 1).');
    expect(draft?.evidence.map(({ quote }) => quote)).toContain('/proc/812/fdinfo/4:8180');
  });
  it('counts each user by itself', () => {
    const scene = host(watches, owner(812), owner(900, { uid: 1000 }), instance(812, 4, 8000), instance(900, 4, 8000));
    expect(best(inotifyWatches, scene)).toMatchObject({ confidence: 'possible', severity: 'notice' });
    expect(best(inotifyWatches, host(watches, owner(812), instance(812, 4, 4096)))).toBeUndefined();
  });
  it('does not count an inherited instance twice', () => {
    const family = [owner(10, { parent: 1 }), owner(11, { parent: 10 })];
    const held = (pid: number) => Array.from({ length: 64 }, (_, fd) => instance(pid, fd, 1));
    expect(best(inotifyInstances, host(instances, ...family, ...held(10), ...held(11)))).toBeUndefined();
    const strangers = [owner(10), owner(12)];
    expect(best(inotifyInstances, host(instances, ...strangers, ...held(10), ...held(12)))).toMatchObject({
      confidence: 'confirmed',
    });
  });
  it('charges whoever made the user namespace', () => {
    const full = Array.from({ length: 128 }, (_, fd) => instance(500, fd, 0));
    const subject = (userMap: ProcessOwner['userMap']) =>
      best(inotifyInstances, host(instances, owner(500, { uid: 100_999, userMap: userMap ?? [] }), ...full))?.subject;
    expect(
      subject([
        { inside: 0, outside: 1000, count: 1 },
        { inside: 1, outside: 100_000, count: 65_536 },
      ]),
    ).toBe('uid 1000');
    expect(subject([{ inside: 0, outside: 100_000, count: 65_536 }])).toBe('uid 0');
    expect(subject([{ inside: 1000, outside: 1000, count: 1 }])).toBe('uid 1000');
    expect(subject(ALL)).toBe('uid 100999');
  });
  it('says nothing where nobody could be asked', () => {
    expect(best(inotifyInstances, host(instances, instance(1, 3)))).toBeUndefined();
  });
});

describe('user namespaces', () => {
  const namespace = (pid: number, id: number): Fact =>
    fact('process-namespace', { pid, kind: 'user', id: `user:[${id}]` }, `/proc/${pid}/ns/user user:[${id}]`);
  const remapped = (pid: number) => owner(pid, { userMap: [{ inside: 0, outside: 100_000, count: 65_536 }] });
  const made = (count: number) =>
    Array.from({ length: count }, (_, n) => [remapped(1000 + n), namespace(1000 + n, 4026532300 + n)]).flat();

  it('are counted for whoever made them', () => {
    const most = limit('user.max_user_namespaces', 12);
    expect(best(ucountsNamespaces, host(most, ...made(12)))).toMatchObject({
      confidence: 'confirmed',
      subject: 'uid 0',
    });
    expect(best(ucountsNamespaces, host(most, ...made(8)))).toBeUndefined();
    // two processes in one
    expect(
      best(ucountsNamespaces, host(most, ...made(8), remapped(2000), namespace(2000, 4026532300))),
    ).toBeUndefined();
  });
  it('are none inside a container, where process 1 is in the one that was there before', () => {
    const own = limit('user.max_user_namespaces', 1);
    expect(best(ucountsNamespaces, host(own, remapped(1), namespace(1, 4026532300)))).toBeUndefined();
  });
  it('are told by what runc says without them, never confirmed by that alone', () => {
    const said =
      "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: can't get final child's PID from pipe: EOF: unknown";
    const first = (text: string) => explainText(text, probes, causes).findings[0];
    expect(first(`Error response from daemon: ${said}`)).toMatchObject({
      cause: 'ucounts-namespaces',
      confidence: 'possible',
    });
    expect(first(`${said}\n\nuser.max_user_namespaces = 0\n`)).toMatchObject({
      cause: 'ucounts-namespaces',
      confidence: 'likely',
    });
  });
  it('forbidden by 0 stop a daemon that needs one for each container', () => {
    const zero = limit('user.max_user_namespaces', 0);
    const daemon = (userns: boolean) => fact('engine', { engine: 'docker', root: '/var/lib/docker', userns });
    expect(best(ucountsNamespaces, host(zero, daemon(true)))).toMatchObject({ confidence: 'confirmed' });
    expect(best(ucountsNamespaces, host(zero, daemon(false)))).toBeUndefined();
  });
});

describe('mounts of a namespace', () => {
  const used = (count: number) =>
    fact('limit', {
      name: 'fs.mount-max',
      value: 100_000,
      used: count,
      assumed: true,
      scope: 'mount namespace of self',
    });
  const scene = (count: number) =>
    host(
      used(count),
      limit('fs.mount-max', 2000),
      ...['/srv/backup/1', '/srv/backup/2', '/var/lib/docker'].map((target) =>
        fact('mount', { source: 'tmpfs', target, fstype: 'tmpfs', options: [] }),
      ),
    );
  it('are spent when a container cannot be started any more, and the fullest directory is named', () => {
    // the kernel counts one that it does not show: 1999 was refused everything, 1991 a container
    const draft = best(mountMax, scene(1999));
    expect(draft).toMatchObject({ confidence: 'confirmed', subject: 'mount namespace of self' });
    expect(draft?.explanation).toContain('Most of them: 2 in /srv/backup.');
    expect(best(mountMax, scene(1992))?.confidence).toBe('confirmed');
    expect(best(mountMax, scene(1979))).toMatchObject({ confidence: 'possible', severity: 'notice' });
    expect(best(mountMax, scene(30))).toBeUndefined();
  });
});
