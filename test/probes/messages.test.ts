import { describe, expect, it } from 'vitest';
import type { Message, MessageId } from '../../src/probes/facts/text.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { messages } from '../../src/probes/messages.ts';
import { fc } from '../random-cases.ts';

function read(text: string): Message[] {
  const doc = makeDocument({ kind: 'paste' }, text);
  return messages.recognises(doc) ? messages.scan(doc).map((one) => one.value as Message) : [];
}

describe('messages', () => {
  it.each<[MessageId, string, Message['params']?]>([
    [
      'docker-thin-pool-min-free',
      'devmapper: Thin Pool has 161021 free data blocks which is less than minimum required 163840 free data blocks.',
      { kind: 'data', free: 161021, required: 163840 },
    ],
    [
      'docker-thin-pool-min-free',
      'thin pool has 12 free metadata blocks, which is less than the minimum required 30 free metadata blocks',
      { kind: 'metadata', free: 12, required: 30 },
    ],
    [
      'docker-dm-base-verification-failed',
      'devmapper: Base Device UUID and Filesystem verification failed: devicemapper: Error running deviceCreate (ActivateDevice) dm_task_run failed',
    ],
    [
      'docker-dm-nonexisting-device',
      'error initializing graphdriver: devicemapper: Non existing device docker-thinpool',
      { device: 'docker-thinpool' },
    ],
    [
      'docker-dm-pool-already-used',
      'devmapper: Unable to take ownership of thin-pool (docker-pool) that already has used data blocks',
      { pool: 'docker-pool' },
    ],
    [
      'docker-dm-task-failed',
      'devicemapper: Error running DeleteDevice dm_task_run failed',
      { operation: 'DeleteDevice' },
    ],
    [
      'docker-driver-unsupported',
      'level=error msg="Failed to GetDriver graph" driver=aufs error="driver not supported"',
      { driver: 'aufs' },
    ],
    [
      'docker-driver-unsupported',
      'failed to start daemon: error initializing graphdriver: prior storage driver devicemapper is deprecated',
      { driver: 'devicemapper' },
    ],
    [
      'pivot-root-enospc',
      "Message: can't create pivot_root dir , error mkdir /srv/devicemapper/mnt/0123456789abcdef/rootfs/.pivot_root49: no space left on device",
      { hash: '0123456789abcdef', path: '/srv/devicemapper/mnt/0123456789abcdef/rootfs/.pivot_root49' },
    ],
    [
      'lvm-transaction-id-mismatch',
      '  Thin pool vg-pool-tpool (254:2) transaction_id is 7, while expected 1.',
      { pool: 'vg-pool-tpool', found: 7, expected: 1 },
    ],
    [
      'lvm-transaction-id-mismatch',
      '  WARNING: Thin pool vg/pool has unexpected transaction id 7, expecting 1.',
      { pool: 'vg/pool', found: 7, expected: 1 },
    ],
    [
      'lvm-insufficient-extents',
      '  Insufficient free space: 13 extents needed, but only 0 available',
      { needed: 13, available: 0 },
    ],
    [
      'lvm-insufficient-extents',
      '  Volume group "vg0" has insufficient free space (10 extents): 256 required.',
      { available: 10, needed: 256, vg: 'vg0' },
    ],
    [
      'lvm-no-autoextend-protection',
      '  WARNING: You have not turned on protection against thin pools running out of space.',
    ],
    ['lvm-thin-check-missing', '  /usr/sbin/thin_check: execvp failed: No such file or directory'],
    [
      'lvm-thin-check-failed',
      '  Check of pool docker/pool00 failed (status:1). Manual repair required!',
      { pool: 'docker/pool00', status: 1 },
    ],
    ['thin-metadata-corrupt', '    bad checksum in superblock, wanted 1490015127'],
    [
      'dm-semaphores-exhausted',
      'Limit for the maximum number of semaphores reached. You can check and set the limits in /proc/sys/kernel/sem.',
    ],
    [
      'layer-extract-failed',
      'failed to extract layer sha256:ab: write /var/lib/containerd/x/fs/a: no space left on device: unknown',
      { path: '/var/lib/containerd/x/fs/a' },
    ],
    [
      'staging-blob-failed',
      'Error: writing blob: storing blob to file "/var/tmp/storage28/6": write /var/tmp/storage28/6: no space left on device',
      { path: '/var/tmp/storage28/6' },
    ],
    [
      'container-store-json-failed',
      'open /var/lib/containers/storage/overlay-containers/.tmp-containers.json2754: no space left on device',
    ],
    ['overlay-size-unsupported', "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"],
    [
      'podman-locks-exhausted',
      'Error: allocating lock for new container: allocation failed; exceeded num_locks (2048)',
      { object: 'container', limit: 2048 },
    ],
    ['podman-locks-exhausted', 'error allocating lock for new volume: no space left on device', { object: 'volume' }],
    ['address-pools-exhausted', 'Error response from daemon: all predefined address pools have been fully subnetted'],
    [
      'cni-addresses-exhausted',
      'failed to allocate for range 0: no IP addresses available in range set: 10.42.0.1-10.42.0.254',
    ],
    ['bridge-ports-exhausted', 'adding interface vethaa to bridge docker_gwbridge failed: exchange full'],
    [
      'shm-resize-failed',
      'could not resize shared memory segment "/PostgreSQL.12" to 50438144 bytes: No space left on device',
      { segment: '/PostgreSQL.12', bytes: 50438144 },
    ],
    ['keyring-quota', 'unable to join session keyring: unable to create session key: disk quota exceeded'],
    ['sysv-ipc-failed', 'DETAIL:  Failed system call was semget(118, 17, 03600).', { call: 'semget' }],
    ['sysv-ipc-failed', "[emerg] (28)No space left on device: Couldn't create accept lock mutex", { call: 'semget' }],
    [
      'inotify-watch-failed',
      'Failed to add /run/systemd/ask-password to directory watch: No space left on device',
      { path: '/run/systemd/ask-password' },
    ],
    [
      'inotify-watch-failed',
      "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'",
      { path: '/app/src' },
    ],
    ['inotify-instance-failed', 'failed to create fsnotify watcher: too many open files'],
    [
      'cgroup-mkdir-failed',
      'applying cgroup configuration for process caused \\"mkdir /sys/fs/cgroup/memory/docker/3e: no space left on device\\"',
      { path: '/sys/fs/cgroup/memory/docker/3e' },
    ],
    [
      'cpuset-write-failed',
      'write /sys/fs/cgroup/cpuset/system.slice/docker-1.scope/cgroup.procs: no space left on device',
    ],
    [
      'mount-enospc',
      'error creating overlay mount to /var/lib/docker/overlay2/a-init/merged: no space left on device',
      { path: '/var/lib/docker/overlay2/a-init/merged' },
    ],
    [
      'mount-enospc',
      'mounting \\\\\\"/run/netns\\\\\\" to rootfs caused \\\\\\"no space left on device\\\\\\"',
      { path: '/run/netns' },
    ],
    ['pty-enospc', 'exec failed: open /dev/ptmx: no space left on device: unknown'],
    ['namespace-enospc', 'Error during unshare(CLONE_NEWUSER): No space left on device', { namespace: 'user' }],
    ['setxattr-enospc', 'lsetxattr /x security.capability: no space left on device'],
    [
      'run-safety-buffer',
      'Refusing to reexecute, not enough space available on /run/systemd. Currently, 10.6M are free, but a safety buffer of 16.0M is enforced.',
    ],
    [
      'tmpcopyup-failed',
      'tmpcopyup: failed to copy /a to /tmp/b: write /tmp/b/c: no space left on device',
      { path: '/tmp/b/c' },
    ],
    [
      'k8s-evicted',
      'The node was low on resource: ephemeral-storage. Threshold quantity: 2146223340, available: 1883424Ki. Container web was using 1Ki',
      { resource: 'ephemeral-storage', threshold: 2146223340, available: '1883424Ki', container: 'web' },
    ],
    [
      'k8s-image-gc-failed',
      'Failed to garbage collect required amount of images. Attempted to free 2986842521 bytes, but only found 0 bytes eligible to free.',
      { wanted: 2986842521, freed: 0 },
    ],
    ['etcd-nospace', 'etcdserver: mvcc: database space exceeded'],
    [
      'ostree-min-free',
      "error: Writing content object: min-free-space-percent '3%' would be exceeded, at least 16.4 kB requested",
    ],
    ['zfs-out-of-space', "cannot destroy 'tank/docker/ab': out of space", { dataset: 'tank/docker/ab' }],
  ])('%s: %j', (id, line, expected) => {
    const message = read(line).find((one) => one.id === id);
    expect(message).toBeDefined();
    if (expected) expect(message?.params).toEqual(expected);
  });

  it.each([
    ['inotify-watch-failed', 'write /data/watch.log: no space left on device'],
    ['mount-enospc', 'failed to register layer: write /mnt/x: no space left on device'],
    ['keyring-quota', "dd: error writing '/home/me/f': Disk quota exceeded"],
    ['shm-resize-failed', 'could not create semaphores: No space left on device'],
    ['lvm-insufficient-extents', 'pods: insufficient memory on node'],
    [
      'staging-blob-failed',
      'writing blob: adding layer with blob "sha256:ab": processing tar file(write /usr/x: no space left on device): exit status 1',
    ],
  ])('does not say %s of %j', (id, line) => {
    expect(read(line).map((one) => one.id)).not.toContain(id);
  });

  it('never throws, and gives only text and whole numbers', () => {
    const parts = [
      'Thin Pool has ',
      '99999999999999999999',
      ' free data blocks',
      'inotify',
      'mount "',
      'no space left',
      '\\"',
      'transaction_id is ',
      'while expected ',
      '\n',
      'failed to ',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'grapheme' }))), (pieces) => {
        for (const message of read(pieces.join('')))
          for (const value of Object.values(message.params))
            expect(typeof value === 'string' || Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });
});
