import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { type MountedFs, mountedFileSystems } from '../../stack/mounts.ts';
import { losetup } from '../../tools/losetup.ts';
import type { BtrfsTarget } from './btrfs-file-system.ts';
import { ask, type PlanRequest, rest } from './planned.ts';
import { lookAtVolumeGroup } from './spare-volume-group.ts';

/** Where the lent devices come from. `devices` are the paths that btrfs is given. */
export type Scratch =
  | { kind: 'file'; directory: string; fstype: string; files: string[]; devices: string[] }
  | { kind: 'lv'; vg: string; names: string[]; devices: string[] }
  | { kind: 'device'; devices: string[] };

/** File systems on which fallocate(1) really reserves the room. */
const RESERVES = new Set(['ext4', 'xfs', 'btrfs', 'f2fs', 'tmpfs']);
/** Left to the file system that lends: it must not be the next to be full. */
const LEFT_OVER = 512 * 2 ** 20;

/**
 * Room for `count` devices of `size` bytes: where the operator says, else free extents of a volume
 * group, else a file on the file system with most room.
 * @throws UllageError when there is none, with how much is needed and where it could be made
 */
export function* findScratch(
  request: PlanRequest,
  target: BtrfsTarget,
  size: number,
  count: number,
): Generator<Look, Scratch, Ran> {
  const named = request.settings.get('scratch');
  if (named?.startsWith('/dev/') && !/^\/dev\/shm(\/|$)/.test(named))
    return yield* namedDevices(named.split(','), target, size, count);
  if (named?.startsWith('/')) return yield* inDirectory(request, target, named, size, count, true);
  const groups = request.scene.facts.all('vg').map(({ value }) => value);
  const vg = named ?? groups.filter((one) => one.free >= size * count).sort((a, b) => b.free - a.free)[0]?.name;
  if (vg !== undefined) {
    yield* lookAtVolumeGroup(vg, size * count);
    const names = ids(request.id, count);
    return { kind: 'lv', vg, names, devices: names.map((name) => `/dev/${vg}/${name}`) };
  }
  const place = roomiest(request, target, size * count);
  if (place) return yield* inDirectory(request, target, place, size, count, false);
  throw new UllageError(
    'there is no room for the device that has to be lent',
    `${mib(size * count)} are needed: no volume group has them free, no other file system on this host has ${mib(size * count + LEFT_OVER)}`,
    'Free that much on another disk, or attach one and name it: --set scratch=DIR, VG or /dev/DISK',
  );
}

function ids(id: string, count: number): string[] {
  return count === 1 ? [id] : Array.from({ length: count }, (_, index) => `${id}-${index + 1}`);
}

/** The mount point with most room among real disks that do not lie on what is treated. */
function roomiest(request: PlanRequest, target: BtrfsTarget, bytes: number): string | undefined {
  const best = mountedFileSystems(request.scene.facts)
    .filter(
      (fs) =>
        RESERVES.has(fs.fstype ?? '') &&
        fs.fstype !== 'tmpfs' &&
        !fs.options.includes('ro') &&
        (fs.available ?? 0) >= bytes + LEFT_OVER &&
        !liesOn(request, `fs:${fs.mountpoint}`, target.layer),
    )
    .sort((a, b) => (b.available ?? 0) - (a.available ?? 0))[0];
  return best && (best.mountpoint === '/' ? '/var/tmp' : best.mountpoint);
}

/** Does that layer lie on the other, also through a loop file or a pool in it? */
function liesOn({ scene }: PlanRequest, layer: string, under: string): boolean {
  const seen = new Set<string>();
  const reach = (one: string): boolean => {
    if (one === under) return true;
    if (seen.has(one)) return false;
    seen.add(one);
    return scene.stack.layers.find((other) => other.id === one)?.on.some(reach) === true;
  };
  return reach(layer);
}

function* inDirectory(
  request: PlanRequest,
  target: BtrfsTarget,
  directory: string,
  size: number,
  count: number,
  named: boolean,
): Generator<Look, Scratch, Ran> {
  const refuse = (why: string, todo = 'Name a directory on another disk: --set scratch=DIR') =>
    new UllageError('the lent device cannot lie there', `${directory}: ${why}`, todo);
  const found = yield* ask(['findmnt', '--noheadings', '--output', 'FSTYPE,TARGET', '--target', directory]);
  const [, fstype = '', mount = ''] = /^(\S+)\s+(.*\S)\s*$/m.exec(found.stdout) ?? [];
  const kind = yield* ask(['stat', '--format', '%F', directory]);
  if (kind.stdout.trim() !== 'directory') throw refuse('there is no such directory');
  if (fstype === 'btrfs') {
    const own = yield* ask(['btrfs', 'filesystem', 'show', '--raw', mount]);
    if (own.stdout.includes(target.uuid)) throw refuse('it is on the very file system that is full');
  }
  if (!RESERVES.has(fstype)) throw refuse(`room cannot be reserved on ${fstype || 'what is mounted there'}`);
  const fs = mountedFileSystems(request.scene.facts).find((one: MountedFs) =>
    [one.mountpoint, ...one.alsoAt].includes(mount),
  );
  if (fs && liesOn(request, `fs:${fs.mountpoint}`, target.layer))
    throw refuse('it lies on the file system that is full');
  const room = yield* ask(['stat', '--file-system', '--format', '%a %S', directory]);
  const [blocks = 0, block = 0] = room.stdout.trim().split(' ').map(Number);
  const wanted = size * count + (named ? 0 : LEFT_OVER);
  if (!(blocks * block >= wanted))
    throw refuse(
      `${mib(blocks * block)} are available, ${mib(wanted)} are needed`,
      'Make room there or name another: --set scratch=DIR',
    );
  yield* rest('where the lent file lies', ['findmnt', '--noheadings', '--output', 'MAJ:MIN', '--target', directory]);
  const base = directory.replace(/\/+$/, '');
  const devices = yield* freeLoops(request.id, count);
  return {
    kind: 'file',
    directory,
    fstype,
    files: ids(request.id, count).map((name) => `${base}/${name}.img`),
    devices,
  };
}

/** Loop devices are named from here on, away from those that `losetup --find` gives out. */
const FIRST_LOOP = 300;

/**
 * Fixed device names, so that a step that was cut short is found again under its own name. The node
 * need not exist: losetup makes it.
 */
function* freeLoops(id: string, count: number): Generator<Look, string[], Ran> {
  const listed = yield* ask(losetup.names());
  const taken = new Set(listed.stdout.split('\n').map((line) => line.trim()));
  const devices: string[] = [];
  for (let number = FIRST_LOOP + (Number.parseInt(id.slice(-4), 16) % 500 || 0); devices.length < count; number++) {
    const device = `/dev/loop${number}`;
    if (!taken.has(device)) devices.push(device);
  }
  return devices;
}

function* namedDevices(
  devices: string[],
  target: BtrfsTarget,
  size: number,
  count: number,
): Generator<Look, Scratch, Ran> {
  const refuse = (device: string, why: string) =>
    new UllageError(
      'that device cannot be lent',
      `${device}: ${why}`,
      'Name an empty disk or partition that nothing uses',
    );
  if (devices.length < count)
    throw new UllageError(
      'more than one device has to be lent',
      `the profile of ${target.mount} puts each chunk on ${count} devices with room`,
      `Name ${count}: --set scratch=/dev/A,/dev/B`,
    );
  const paths: string[] = [];
  for (const named of devices) {
    const real = (yield* ask(['readlink', '--canonicalize', named])).stdout.trim();
    // btrfs names a device-mapper device by its name, others by their node
    const device = real.startsWith('/dev/') && !real.startsWith('/dev/dm-') ? real : named;
    paths.push(device);
    const shown = yield* ask(['lsblk', '--bytes', '--noheadings', '--raw', '--output', 'SIZE,RO,MOUNTPOINT', device]);
    const lines = shown.stdout.trim().split('\n');
    const [, bytes, readOnly, mounted] = /^(\d+) (\d)(?: (\S.*))?$/.exec(lines[0]?.trim() ?? '') ?? [];
    if (shown.exitCode !== 0 || bytes === undefined) throw refuse(device, 'there is no such block device');
    if (lines.length > 1) throw refuse(device, 'it has partitions or something lies on it');
    if (mounted || readOnly === '1') throw refuse(device, mounted ? `it is mounted at ${mounted}` : 'it is read-only');
    if (Number(bytes) < size) throw refuse(device, `it has ${mib(Number(bytes))}, ${mib(size)} are needed`);
    const held = yield* rest(`what ${device} holds`, ['wipefs', '--no-act', '--parsable', device]);
    if (held.exitCode !== 0) throw refuse(device, held.stderr.trim() || 'wipefs cannot read it');
    if (/^[^#\s]/m.test(held.stdout))
      throw refuse(device, `it holds something: ${held.stdout.trim().split('\n').at(-1)}`);
  }
  return { kind: 'device', devices: paths };
}

export function mib(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
