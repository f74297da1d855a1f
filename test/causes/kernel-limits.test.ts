import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { inotifyWatches } from '../../src/causes/inotify-watches.ts';
import { keyringQuota } from '../../src/causes/keyring-quota.ts';
import { memcgIdExhaustion } from '../../src/causes/memcg-id-exhaustion.ts';
import { mountMax } from '../../src/causes/mount-max.ts';
import { podmanNumLocks } from '../../src/causes/podman-num-locks.ts';
import { ptyExhausted } from '../../src/causes/pty-exhausted.ts';
import { sysvIpc } from '../../src/causes/sysv-ipc.ts';
import { ucountsNamespaces } from '../../src/causes/ucounts-namespaces.ts';
import { probes } from '../../src/probes/index.ts';
import { best, enospc, fact, host, text } from './scene.ts';

const limit = (name: string, value: number, more: { used?: number; scope?: string; assumed?: boolean } = {}) =>
  fact('limit', { name, value, ...more });

describe('a message that names a kernel limit comes first and is not confirmed by itself', () => {
  it.each([
    ['inotify-watches', 'Failed to add /run/systemd/ask-password to directory watch: No space left on device'],
    [
      'inotify-watches',
      'level=error msg="adding watch failed" error="inotify_add_watch /var/log/pods/a_b_c: no space left on device"',
    ],
    ['inotify-watches', "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'"],
    ['inotify-instances', 'failed to create fsnotify watcher: too many open files'],
    ['inotify-instances', 'Failed to allocate directory watch: Too many open files'],
    ['keyring-quota', 'Error: crun: create keyring `b6f1`: Disk quota exceeded: OCI runtime error'],
    [
      'keyring-quota',
      'runc create failed: unable to start container process: unable to join session keyring: unable to create session key: disk quota exceeded',
    ],
    [
      'sysv-ipc',
      'FATAL:  could not create semaphores: No space left on device\nDETAIL:  Failed system call was semget(5432003, 17, 03600).',
    ],
    ['sysv-ipc', "(28)No space left on device: AH00023: Couldn't create the mpm-accept mutex"],
    [
      'memcg-id-exhaustion',
      'OCI runtime create failed: container_linux.go:349: applying cgroup configuration for process caused "mkdir /sys/fs/cgroup/memory/docker/3fb1: no space left on device": unknown',
    ],
    [
      'cpuset-empty-or-conflict',
      'failed to write 4021: write /sys/fs/cgroup/cpuset/system.slice/docker-77.scope/cgroup.procs: no space left on device',
    ],
    ['cpuset-empty-or-conflict', 'write /sys/fs/cgroup/nomad.slice/share.slice/cpuset.cpus: no space left on device'],
    ['mount-max', 'error creating overlay mount to /var/lib/docker/overlay2/17aa-init/merged: no space left on device'],
    ['mount-max', 'mount: /mnt/x: mount(2) system call failed: No space left on device.'],
    ['pty-exhausted', 'OCI runtime exec failed: exec failed: open /dev/ptmx: no space left on device: unknown'],
    ['ucounts-namespaces', 'unshare: unshare failed: No space left on device'],
    ['ucounts-namespaces', 'bwrap: Creating new namespace failed: No space left on device'],
    ['ucounts-namespaces', 'fork/exec /proc/self/exe: no space left on device'],
    ['podman-num-locks', 'Error: allocating lock for new container: allocation failed; exceeded num_locks (2048)'],
    ['podman-num-locks', 'Error: error allocating lock for new volume: no space left on device'],
    ['docker-address-pools', 'Error response from daemon: all predefined address pools have been fully subnetted'],
    [
      'docker-address-pools',
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    ],
    ['docker-network-full', "no available IPv4 addresses on this network's address pools: web (1a2b3c)"],
    [
      'cni-host-local-exhausted',
      'failed to allocate for range 0: no IP addresses available in range set: 10.1.2.1-10.1.2.254',
    ],
    ['bridge-ports', 'adding interface veth0a1b to bridge br-12 failed: exchange full'],
    [
      'bpf-maps-and-memlock',
      'Unable to update element for policy map: the map is full, please consider resizing it. argument list too long',
    ],
    ['etcd-nospace', 'rpc error: code = ResourceExhausted desc = etcdserver: mvcc: database space exceeded'],
    [
      'app-watermarks',
      'high disk watermark [90%] exceeded on node a; flood stage disk watermark [95%] exceeded, all indices on this node will be marked read-only',
    ],
    [
      'ext4-xattr-no-space',
      'failed to set xattr "security.selinux" on /var/lib/x/a: lsetxattr /var/lib/x/a: no space left on device',
    ],
    ['dev-full-and-rlimits', '/bin/sh: cannot write to /dev/full: No space left on device'],
  ])('%s', (cause, message) => {
    const first = explainText(`It worked yesterday.\n\n    ${message}\n`, probes, causes).findings[0];
    expect(first).toMatchObject({ cause, confidence: 'likely' });
  });
});

describe('limits that are counted', () => {
  it('confirm when all is used and it is known whose', () => {
    expect(
      best(inotifyWatches, host(limit('fs.inotify.max_user_watches', 8192, { used: 8192, scope: 'uid 0' }))),
    ).toMatchObject({
      confidence: 'confirmed',
      subject: 'uid 0',
    });
    expect(best(inotifyWatches, host(limit('fs.inotify.max_user_watches', 8192, { used: 8192 })))?.confidence).toBe(
      'likely',
    );
  });
  it('are a notice when nearly used up and silent otherwise', () => {
    expect(
      best(inotifyWatches, host(limit('fs.inotify.max_user_watches', 8192, { used: 7900, scope: 'uid 0' }))),
    ).toMatchObject({
      confidence: 'possible',
      severity: 'notice',
    });
    expect(best(inotifyWatches, host(limit('fs.inotify.max_user_watches', 8192)))).toBeUndefined();
    expect(best(mountMax, host(limit('fs.mount-max', 100000, { used: 900, assumed: true })))).toBeUndefined();
  });
  it('do not confirm by a value nobody read', () => {
    const used = limit('fs.mount-max', 100000, { used: 100000, assumed: true, scope: 'mount namespace of pid 812' });
    expect(best(mountMax, text(used))?.confidence).toBe('likely');
    expect(best(mountMax, text(used, limit('fs.mount-max', 100000)))?.confidence).toBe('confirmed');
    expect(best(mountMax, text(used, limit('fs.mount-max', 200000)))).toBeUndefined();
  });
  it('join what /proc/sysvipc counts with kernel.sem', () => {
    const sets = fact('ipc-used', { name: 'kernel.sem.semmni', used: 128 });
    expect(best(sysvIpc, host(sets, limit('kernel.sem.semmni', 128)))).toMatchObject({ confidence: 'confirmed' });
    expect(best(sysvIpc, host(sets, limit('kernel.sem.semmni', 32000)))).toBeUndefined();
  });
  it('pseudo terminals', () => {
    expect(best(ptyExhausted, host(limit('kernel.pty.max', 4096, { used: 3 })))).toBeUndefined();
  });
  it('memory cgroups: 65535 ids on v1 and v2', () => {
    const v1 = (cgroups: number) => fact('cgroup-controller', { name: 'memory', hierarchy: 5, cgroups, enabled: true });
    expect(best(memcgIdExhaustion, host(v1(65533)))).toMatchObject({ confidence: 'confirmed' });
    expect(best(memcgIdExhaustion, host(fact('cgroup-count', { live: 120, dying: 65400 })))).toMatchObject({
      confidence: 'confirmed',
    });
    expect(best(memcgIdExhaustion, host(v1(45000)))).toMatchObject({ confidence: 'possible', severity: 'notice' });
    expect(best(memcgIdExhaustion, host(v1(300)))).toBeUndefined();
  });
  it('keys of a user', () => {
    const user = (keys: number) =>
      fact('key-user', { uid: 54321, keys, maxKeys: 200, bytes: keys * 9, maxBytes: 20000 });
    expect(best(keyringQuota, host(user(200)))).toMatchObject({ confidence: 'confirmed', subject: 'uid 54321' });
    expect(best(keyringQuota, host(user(12)))).toBeUndefined();
  });
  it('namespaces forbidden by 0 are confirmed by the refusal', () => {
    const zero = limit('user.max_user_namespaces', 0);
    const refused = fact('message', { id: 'namespace-enospc', params: {} }, 'unshare failed: No space left on device');
    expect(best(ucountsNamespaces, text(zero, refused))).toMatchObject({ confidence: 'confirmed' });
    expect(best(ucountsNamespaces, host(zero))).toBeUndefined();
  });
  it('Podman locks', () => {
    const engine = (freeLocks: number) => fact('engine', { engine: 'podman', freeLocks });
    expect(best(podmanNumLocks, host(engine(0)))).toMatchObject({ confidence: 'confirmed' });
    expect(best(podmanNumLocks, host(engine(2040)))).toBeUndefined();
  });
});

describe('messages about other things', () => {
  it('copying into a tmpfs is not a full mount table', () => {
    expect(
      best(
        mountMax,
        text(
          enospc(
            '/tmp/x/primary.db',
            'mount',
            'mounting "tmpfs" caused "tmpcopyup: failed to copy /r/var: write /tmp/x/primary.db: no space left on device"',
          ),
        ),
      ),
    ).toBeUndefined();
  });
  it('a device that cannot be mounted is not a full mount table', () => {
    const refused = fact(
      'message',
      { id: 'mount-enospc', params: {} },
      'XFS (dm-4): log mount/recovery failed: error -28',
    );
    expect(best(mountMax, host(refused))).toBeUndefined();
  });
});
