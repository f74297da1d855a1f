import type { Fact, Facts } from '../probes/fact.ts';
import type { DfRow, Mount } from '../probes/facts/file-systems.ts';
import { ofProcess } from '../probes/process-root.ts';
import { deviceKey, isBelow } from './names.ts';

/** A mounted file system, merged from mount table, statfs and df. Bytes and inode counts; absent: not seen. */
export interface MountedFs {
  /** where it is mounted first, or the mount point asked for */
  mountpoint: string;
  /** every other place it is mounted (bind mounts, subvolumes) */
  alsoAt: string[];
  source: string;
  fstype?: string;
  options: string[];
  size?: number;
  used?: number;
  /** f_bfree: root may use it */
  free?: number;
  /** f_bavail */
  available?: number;
  blockSize?: number;
  inodes?: number;
  inodesFree?: number;
  dfAvailable?: number;
  resolution: number;
  facts: Fact[];
}

const PSEUDO = new Set([
  'proc',
  'sysfs',
  'devpts',
  'cgroup',
  'cgroup2',
  'securityfs',
  'debugfs',
  'tracefs',
  'configfs',
  'fusectl',
  'mqueue',
  'hugetlbfs',
  'pstore',
  'bpf',
  'autofs',
  'rpc_pipefs',
  'binfmt_misc',
  'nsfs',
  'efivarfs',
  'selinuxfs',
  'devtmpfs',
  'ramfs',
  'squashfs',
  'iso9660',
]);

/** File systems that can fill: everything mounted except the kernel's own views and read-only images. */
export function mountedFileSystems(facts: Facts): MountedFs[] {
  const byKey = new Map<string, MountedFs>();
  const covered = coveredMounts(facts);
  // there may be a hundred thousand
  const seen = new Set<string>();
  for (const fact of facts.all(
    'mount',
    (mount) => mount.pid === undefined && !PSEUDO.has(mount.fstype) && mount.fstype !== 'overlay',
  )) {
    const mount = fact.value;
    if (covered.has(mount)) continue;
    const key = mount.majmin
      ? `${mount.majmin} ${mount.fstype}`
      : `${mount.source} ${mount.fstype === 'tmpfs' ? mount.target : ''}`;
    if (seen.has(`${key} ${mount.target}`)) continue;
    seen.add(`${key} ${mount.target}`);
    const known = byKey.get(key);
    if (known) addTarget(known, mount);
    else byKey.set(key, fromMount(fact, mount));
  }
  const own = [...byKey.values()];
  const apart = elsewhere(facts, byKey);
  const list = [...own, ...apart];
  for (const fact of facts.all('statfs')) {
    const { path, blockSize, blocks, bfree, bavail, files, ffree } = fact.value;
    const inside = ofProcess(path);
    const fs = inside ? apart.find((one) => one.mountpoint === inside.path) : fileSystemOf(own, path);
    if (!fs || fs.size !== undefined) continue;
    Object.assign(fs, {
      size: blocks * blockSize,
      used: (blocks - bfree) * blockSize,
      free: bfree * blockSize,
      available: bavail * blockSize,
      blockSize,
    });
    if (files > 0) Object.assign(fs, { inodes: files, inodesFree: ffree });
    fs.facts.push(fact);
  }
  addDf(list, facts);
  return list;
}

/** Those mounted in a daemon's own mount namespace alone, as far as they were measured through its root. */
function elsewhere(facts: Facts, own: ReadonlyMap<string, MountedFs>): MountedFs[] {
  return facts.all('statfs').flatMap(({ value: { path } }) => {
    const inside = ofProcess(path);
    const fact = inside && facts.last('mount', (one) => one.pid === inside.pid && one.target === inside.path);
    return fact && !own.has(`${fact.value.majmin} ${fact.value.fstype}`) ? [fromMount(fact, fact.value)] : [];
  });
}

/** Mounts with another one right on top of them, at the same mount point: nobody reaches them there any more. */
function coveredMounts(facts: Facts): Set<Mount> {
  const mounts = facts.all('mount', (mount) => mount.pid === undefined && mount.mountId !== undefined);
  const byId = new Map(mounts.map(({ value }) => [value.mountId, value]));
  const covered = new Set<Mount>();
  for (const { value } of mounts) {
    const below = value.parentId === value.mountId ? undefined : byId.get(value.parentId);
    if (below?.target === value.target) covered.add(below);
  }
  return covered;
}

/** The file system that holds `path`: the longest mount point above it. */
export function fileSystemOf(list: readonly MountedFs[], path: string): MountedFs | undefined {
  let best: MountedFs | undefined;
  let length = -1;
  for (const fs of list) {
    for (const target of [fs.mountpoint, ...fs.alsoAt]) {
      if (isBelow(path, target) && target.length > length) {
        best = fs;
        length = target.length;
      }
    }
  }
  return best;
}

function fromMount(fact: Fact, mount: Mount): MountedFs {
  return {
    mountpoint: mount.target,
    alsoAt: [],
    source: mount.source,
    fstype: mount.fstype,
    options: [...mount.options, ...(mount.superOptions ?? [])],
    resolution: 0,
    facts: [fact],
  };
}

/** The shortest target leads: /var/lib/docker rather than its bind mount /var/lib/docker/btrfs. */
function addTarget(fs: MountedFs, mount: Mount): void {
  if (mount.root === '/' && mount.target.length < fs.mountpoint.length) {
    fs.alsoAt.push(fs.mountpoint);
    fs.mountpoint = mount.target;
  } else fs.alsoAt.push(mount.target);
}

function addDf(list: MountedFs[], facts: Facts): void {
  const rows = facts.all('df', (row) => row.size > 0 && row.inContainer !== true);
  // the most exact dress of each mount point first; the first time it was printed, for pastes that go on
  rows.sort((a, b) => (a.value.resolution ?? 0) - (b.value.resolution ?? 0) || a.order - b.order);
  for (const fact of rows) {
    const row = fact.value;
    if (row.type !== undefined && (PSEUDO.has(row.type) || row.type === 'overlay')) continue;
    if (row.type === undefined && /^(?:devtmpfs|udev|overlay|shm|none|cgroup)/.test(row.filesystem)) continue;
    let fs = list.find((one) => one.mountpoint === row.mountpoint || one.alsoAt.includes(row.mountpoint));
    fs ??= list.find(
      (one) => row.filesystem.startsWith('/dev/') && deviceKey(one.source) === deviceKey(row.filesystem),
    );
    if (!fs) {
      fs = {
        mountpoint: row.mountpoint,
        alsoAt: [],
        source: row.filesystem,
        options: [],
        resolution: row.resolution ?? 0,
        facts: [],
      };
      if (row.type) fs.fstype = row.type;
      list.push(fs);
    }
    if (fs.dfAvailable === undefined) fs.dfAvailable = row.available;
    if (fs.size === undefined) fillFromDf(fs, fact, row);
  }
  for (const fact of facts.all('df-inodes', (row) => row.inodes > 0 && row.inContainer !== true)) {
    const fs = list.find(
      (one) => one.mountpoint === fact.value.mountpoint || one.alsoAt.includes(fact.value.mountpoint),
    );
    if (!fs || fs.inodes !== undefined || fs.fstype === 'btrfs') continue;
    Object.assign(fs, { inodes: fact.value.inodes, inodesFree: fact.value.free });
    fs.facts.push(fact);
  }
}

function fillFromDf(fs: MountedFs, fact: Fact, row: DfRow): void {
  Object.assign(fs, { size: row.size, used: row.used, available: row.available, resolution: row.resolution ?? 0 });
  fs.facts.push(fact);
}

/** Where a write to `path` really lands: through overlay mounts to their upper directory. */
export function writtenAt(facts: Facts, path: string): string {
  let at = path;
  for (let depth = 0; depth < 8; depth++) {
    const mounts = facts.all('mount', (mount) => mount.pid === undefined && isBelow(at, mount.target));
    const top = mounts.reduce<Mount | undefined>(
      (best, { value }) => (best === undefined || value.target.length >= best.target.length ? value : best),
      undefined,
    );
    if (top?.fstype !== 'overlay') return at;
    const upper = [...(top.superOptions ?? []), ...top.options].find((option) => option.startsWith('upperdir='));
    if (upper === undefined) return at;
    at = upper.slice('upperdir='.length);
  }
  return at;
}
