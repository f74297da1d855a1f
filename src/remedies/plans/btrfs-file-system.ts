import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Check } from '../../plan/plan.ts';
import type { BtrfsView } from '../../stack/btrfs-view.ts';
import { btrfsOf } from '../../stack/file-system-layer.ts';
import type { Headroom } from '../../stack/layer.ts';
import { fileSystemOf, mountedFileSystems } from '../../stack/mounts.ts';
import { btrfs, exclusiveOperation } from '../../tools/btrfs.ts';
import { ask, type PlanRequest, rest } from './planned.ts';

/** A mounted btrfs file system that is to be worked on. Bytes. */
export interface BtrfsTarget {
  mount: string;
  uuid: string;
  /** paths as `btrfs filesystem show` names them */
  devices: { devid: number; size: number; used: number; path: string }[];
  /** its numbers from every source there is */
  view: BtrfsView;
  /** the layer in the stack, `fs:/var/lib/docker` */
  layer: string;
  /** who writes to it first of all: its store, else itself */
  consumer?: Headroom;
  /** the kernel tells what it is at work on (5.10 and later) */
  tellsOperation: boolean;
}

/**
 * The file system that `--on` or the finding names, as it is now. The plan rests on its uuid and devices.
 * @throws UllageError when there is no btrfs, it is read-only, or another operation is at work on it
 */
export function* btrfsTarget(request: PlanRequest): Generator<Look, BtrfsTarget, Ran> {
  const on = request.on ?? '';
  if (!on.startsWith('/'))
    throw new UllageError(
      'which btrfs file system is not said',
      on || 'no --on',
      'Name where it is mounted: --on /path',
    );
  const found = yield* ask(['findmnt', '--noheadings', '--output', 'FSTYPE,OPTIONS,TARGET', '--target', on]);
  const [, fstype, options = '', mount = ''] = /^(\S+)\s+(\S+)\s+(.*\S)\s*$/m.exec(found.stdout) ?? [];
  if (found.exitCode !== 0 || fstype !== 'btrfs')
    throw new UllageError(
      'not a btrfs file system',
      `${on}${fstype ? ` is ${fstype}` : ''}`,
      'Name where it is mounted',
    );
  if (options.split(',').includes('ro'))
    throw new UllageError(
      'the file system is read-only',
      mount,
      'Nothing can be moved in it: `dmesg` tells why; mount it again before anything else (remedy btrfs-mount-again-and-make-room)',
    );
  const shown = yield* rest('uuid of the file system', btrfs.show(mount), 'uuid: (\\S+)');
  yield* rest('its devices', btrfs.show(mount), '^\\s*devid\\s+(\\d+ size \\d+)');
  const uuid = /uuid: (\S+)/.exec(shown.stdout)?.[1];
  if (shown.exitCode !== 0 || uuid === undefined)
    throw new UllageError('btrfs does not tell about it', mount, shown.stderr.trim() || 'Planning needs root there');
  const devices = [...shown.stdout.matchAll(/^\s*devid\s+(\d+) size (\d+) used (\d+) path (.+?)\s*$/gm)].map((one) => ({
    devid: Number(one[1]),
    size: Number(one[2]),
    used: Number(one[3]),
    path: one[4] ?? '',
  }));
  if (/\bmissing\b/i.test(shown.stdout))
    throw new UllageError(
      'a device of it is missing',
      mount,
      'Mend that first: btrfs replace, or device remove missing',
    );
  // Linux 6.7 and later: a second mount of the same uuid takes no other device
  if ((yield* ask(['cat', `/sys/fs/btrfs/${uuid}/temp_fsid`])).stdout.trim() === '1')
    throw new UllageError(
      'it is mounted under a borrowed uuid, since another file system with its uuid is mounted too',
      mount,
      'Unmount the other one, then mount this one again',
    );
  const operation = yield* ask(exclusiveOperation(uuid));
  const busy = operation.stdout.trim();
  if (operation.exitCode === 0 && busy !== 'none')
    throw new UllageError(
      'another operation is at work on it',
      `${mount}: ${busy}`,
      busy === 'balance paused'
        ? `btrfs balance resume ${mount} goes on with it, btrfs balance cancel ${mount} ends it`
        : 'Wait until it has ended',
    );
  return { mount, uuid, devices, tellsOperation: operation.exitCode === 0, ...(yield* numbers(request, mount)) };
}

function* numbers(
  { scene }: PlanRequest,
  mount: string,
): Generator<Look, Pick<BtrfsTarget, 'view' | 'layer' | 'consumer'>, Ran> {
  const mounted = fileSystemOf(mountedFileSystems(scene.facts), mount);
  const view = mounted && btrfsOf(scene.facts, mounted);
  if (!mounted || !view?.data || !view.metadata || view.unallocated === undefined)
    throw new UllageError(
      view?.mixed ? 'data and metadata share their chunks there' : 'its space is not known',
      mount,
      view?.mixed
        ? 'A mixed file system has no stranded data chunks; it is full when df says so'
        : `btrfs filesystem usage ${mount} must answer`,
    );
  const layer = `fs:${mounted.mountpoint}`;
  const above = scene.headroom.filter((room) =>
    scene.stack.layers.find((one) => one.id === room.layer)?.on.includes(layer),
  );
  const consumer =
    above.find((room) => scene.stack.layers.some((one) => one.id === room.layer && one.kind === 'store')) ??
    scene.headroom.find((room) => room.layer === layer) ??
    above[0];
  return { view, layer, ...(consumer ? { consumer } : {}) };
}

/** Nothing that excludes another is at work on it. */
export function idle(target: BtrfsTarget): Check[] {
  return target.tellsOperation
    ? [
        {
          says: `no balance, device or resize operation is at work on ${target.mount}`,
          run: exclusiveOperation(target.uuid),
          matches: '^none$',
        },
      ]
    : [];
}

/** An earlier try is still at work in the kernel: a balance also goes on by itself after a reboot. */
export function stillBusy(target: BtrfsTarget): Check[] {
  const running: Check = {
    says: 'a balance is at work',
    run: btrfs.balanceStatus(target.mount),
    exit: -1,
    matches: 'is running',
  };
  const operation: Check = {
    says: 'the kernel is at work on it',
    run: exclusiveOperation(target.uuid),
    matches: '^(?!none$|balance paused$)\\S',
  };
  return [target.tellsOperation ? operation : running];
}

/** It is this file system that is mounted there. */
export function isMounted(target: BtrfsTarget, afterReboot = ''): Check {
  return {
    says: `${target.mount} is mounted${afterReboot}`,
    run: btrfs.show(target.mount),
    matches: `uuid: ${target.uuid}`,
  };
}

/** What of the devices is given to data chunks is at most that: logical bytes. */
export function dataAtMost(target: BtrfsTarget, bytes: number): Check {
  const name = target.view.data?.profile ?? 'single';
  // as btrfs-progs prints them: single, DUP, RAID1C3
  const profile = name === 'single' ? name : name.toUpperCase();
  return {
    says: 'enough is free already',
    run: btrfs.usage(target.mount),
    number: { pattern: `^Data,${profile}: Size:(\\d+)`, atMost: bytes },
  };
}

/** What of one device is given to chunks of any kind is at most that. */
export function allocatedAtMost(target: BtrfsTarget, devid: number, bytes: number): Check {
  return {
    says: 'enough is free already',
    run: btrfs.show(target.mount),
    number: { pattern: `devid\\s+${devid} size \\d+ used (\\d+)`, atMost: bytes },
  };
}
