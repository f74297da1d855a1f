import type { Fact } from '../../probes/fact.ts';
import { ofProcess } from '../../probes/process-root.ts';
import type { Scene } from '../cause.ts';
import { GIB, MIB } from './format.ts';
import { longestHolder } from './paths.ts';

/** One mounted file system as df or statfs showed it. Bytes. */
export interface FileSystem {
  mountpoint: string;
  source: string;
  type?: string;
  size: number;
  used: number;
  /** what an ordinary user may still take (f_bavail) */
  available: number;
  /** half a unit of the last printed digit */
  resolution: number;
  /** the row was printed inside a container */
  inContainer: boolean;
  fact: Fact<'df'> | Fact<'statfs'>;
}

/** Read-only images are always at 100 %: that is how they are made. */
const ALWAYS_FULL = /^(?:squashfs|iso9660|udf|erofs|cramfs|romfs)$/i;
/** Mount points of such images, and of things that hold no files of ours. */
const IMAGE_MOUNTS =
  /^\/(?:snap|var\/lib\/snapd\/snap|mnt\/cdrom|media\/cdrom\d*|cdrom|sys|proc)(?:\/|$)|^\/run\/snapd(?:\/|$)/;
const IN_MEMORY = /^(?:tmpfs|devtmpfs|ramfs|shm|udev|rootfs-tmpfs)$/i;

export function isInMemory(fs: Pick<FileSystem, 'source' | 'type'>): boolean {
  return IN_MEMORY.test(fs.type ?? '') || IN_MEMORY.test(fs.source);
}

export function isOverlay(fs: Pick<FileSystem, 'source' | 'type'>): boolean {
  return (
    /^(?:overlay(?:fs)?|aufs|none|fuse-overlayfs)$/i.test(fs.type ?? fs.source) ||
    /^(?:overlay(?:fs)?|aufs)$/i.test(fs.source)
  );
}

export function isReadOnlyImage(fs: Pick<FileSystem, 'source' | 'type' | 'mountpoint'>): boolean {
  return ALWAYS_FULL.test(fs.type ?? '') || IMAGE_MOUNTS.test(fs.mountpoint) || /^\/dev\/sr\d/.test(fs.source);
}

/** Every file system seen, the last word on each mount point; statfs of a mount point is preferred (exact). */
export function allFileSystems(scene: Scene): FileSystem[] {
  const known = KNOWN.get(scene);
  if (known) return known;
  const list = seenFileSystems(scene);
  KNOWN.set(scene, list);
  return list;
}

/** Many causes ask of the same scene. */
const KNOWN = new WeakMap<Scene, FileSystem[]>();

function seenFileSystems(scene: Scene): FileSystem[] {
  const rows = new Map<string, FileSystem>();
  for (const fact of scene.facts.all('df')) {
    const row = fact.value;
    rows.set(`${row.inContainer === true}:${row.mountpoint}`, {
      mountpoint: row.mountpoint,
      source: row.filesystem,
      ...withType(row.type ?? mountOn(scene, row.mountpoint)?.fstype),
      size: row.size,
      used: row.used,
      available: row.available,
      resolution: row.resolution ?? 0,
      inContainer: row.inContainer === true,
      fact,
    });
  }
  for (const fact of scene.facts.all('statfs')) {
    const value = fact.value;
    const mount = mountOf(scene, value.path);
    const mountpoint = mount?.target ?? value.path;
    const key = `false:${mountpoint}`;
    const known = rows.get(key);
    // statfs of a directory under a project quota reports the quota: only the mount point speaks for all
    if (value.blocks <= 0 || (known !== undefined && (ofProcess(value.path)?.path ?? value.path) !== mountpoint))
      continue;
    rows.set(key, {
      mountpoint,
      source: known?.source ?? mount?.source ?? value.path,
      ...withType(known?.type ?? mount?.fstype),
      size: value.blocks * value.blockSize,
      used: Math.max(0, value.blocks - value.bfree) * value.blockSize,
      available: value.bavail * value.blockSize,
      resolution: 0,
      inContainer: false,
      fact: known?.fact ?? fact,
    });
  }
  return [...rows.values()];
}

/** File systems on disks that containers can fill: no tmpfs, no read-only images. */
export function fileSystems(scene: Scene): FileSystem[] {
  return allFileSystems(scene).filter((fs) => fs.size > 0 && !isInMemory(fs) && !isReadOnlyImage(fs));
}

/** 64 MiB: less than one ordinary layer; engines fail long before the last byte. */
export const NOTHING_LEFT = 64 * MIB;

/** `full`: nothing to speak of is left; `nearly`: under 10 % and under 20 GiB, or 95 % used; `roomy`. */
export function fullness(fs: FileSystem): 'full' | 'nearly' | 'roomy' {
  const ratio = fs.available / fs.size;
  // small file systems (boot, test) are not full because they are small
  const little = Math.min(NOTHING_LEFT, fs.size * 0.01);
  if (fs.available <= little || ratio <= 0.01) return 'full';
  if (ratio <= 0.05 || (ratio <= 0.1 && fs.available < 20 * GIB)) return 'nearly';
  return 'roomy';
}

/** Full file systems, those that hold a failing path or a data root first, one for each device. */
export function fullFileSystems(scene: Scene): FileSystem[] {
  const seen = new Set<string>();
  const full = fileSystems(scene).filter(
    // on a host the disk below a container's overlay has a row of its own
    (fs) => fullness(fs) === 'full' && !(scene.from === 'host' && isOverlay(fs) && fs.mountpoint !== '/'),
  );
  return (
    full
      // Docker binds these files into every container: the same file system as below `/`, shown again
      .filter(
        (fs) =>
          !/^\/etc\/(?:hosts|hostname|resolv\.conf)$/.test(fs.mountpoint) ||
          !full.some((other) => other !== fs && other.mountpoint === '/' && other.size === fs.size),
      )
      .filter((fs) => {
        const key = fs.source.startsWith('/dev/')
          ? `${fs.inContainer}:${fs.source}`
          : `${fs.inContainer}:${fs.source}:${fs.mountpoint}`;
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      })
  );
}

/** The file system that holds a path of the host, if its mount point was seen in df or statfs. */
export function holding(scene: Scene, path: string, inContainer = false): FileSystem | undefined {
  const all = allFileSystems(scene).filter((fs) => fs.inContainer === inContainer);
  const mountpoint = longestHolder(
    path,
    all.map((fs) => fs.mountpoint),
  );
  if (mountpoint === undefined) return undefined;
  if (!inContainer) {
    const mount = mountOf(scene, path);
    // the mount table knows a closer mount that df did not print: not known
    if (mount !== undefined && mount.target.length > mountpoint.length && !sameDevice(scene, mount.target, mountpoint))
      return undefined;
  }
  return all.find((fs) => fs.mountpoint === mountpoint);
}

/** The mount of the host's own namespace that holds `path`; of a daemon's, when the path leads through its root. */
export function mountOf(scene: Scene, path: string): Mount | undefined {
  const inside = ofProcess(path);
  if (inside)
    return scene.facts.last('mount', (mount) => mount.pid === inside.pid && mount.target === inside.path)?.value;
  const own = scene.facts.all('mount', (mount) => mount.pid === undefined).map((fact) => fact.value);
  const target = longestHolder(
    path,
    own.map((mount) => mount.target),
  );
  return target === undefined ? undefined : own.findLast((mount) => mount.target === target);
}

type Mount = Fact<'mount'>['value'];

function mountOn(scene: Scene, target: string): Mount | undefined {
  return scene.facts.last('mount', (mount) => mount.pid === undefined && mount.target === target)?.value;
}

function sameDevice(scene: Scene, a: string, b: string): boolean {
  const one = mountOn(scene, a);
  const other = mountOn(scene, b);
  return one?.majmin !== undefined && one.majmin === other?.majmin;
}

function withType(type: string | undefined): { type?: string } {
  return type === undefined ? {} : { type };
}
