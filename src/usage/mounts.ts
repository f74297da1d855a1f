import { linkOf, listEntries, textOf } from '../host/tree-files.ts';
import { unescapeMount } from '../probes/mount-path.ts';

/** A line of mountinfo (proc(5)). */
export interface MountLine {
  device: string;
  /** the directory of the file system that is mounted */
  root: string;
  point: string;
  type: string;
  source: string;
  options: string;
}

export function readMounts(path = '/proc/self/mountinfo'): MountLine[] {
  return (textOf(path) ?? '').split('\n').flatMap((line): MountLine[] => {
    const [before = '', after] = line.split(' - ');
    const words = before.split(' ');
    const [type = '', source = '', options = ''] = after?.split(' ') ?? [];
    if (after === undefined || words.length < 6) return [];
    return [
      {
        device: words[2] ?? '',
        root: unescapeMount(words[3] ?? ''),
        point: unescapeMount(words[4] ?? ''),
        type,
        source: unescapeMount(source),
        options,
      },
    ];
  });
}

/** The mount that a path lies on: the one with the longest mount point, the last of equals. */
export function mountOf(path: string, mounts: readonly MountLine[]): MountLine | undefined {
  let best: MountLine | undefined;
  for (const mount of mounts)
    if (isInside(path, mount.point) && (best === undefined || mount.point.length >= best.point.length)) best = mount;
  return best;
}

export function isInside(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/**
 * Mount points below these directories that show another part of a file system: their content would be
 * counted twice. A directory that is mounted on itself (Docker does that) is none of them.
 */
export function mountsInside(paths: readonly string[], mounts: readonly MountLine[] = readMounts()): string[] {
  return mounts.flatMap((mount) => {
    const { point } = mount;
    if (!paths.some((path) => point !== path && isInside(point, path))) return [];
    const others = mounts.filter((other) => other.point !== point);
    const under = mountOf(point, others);
    if (under?.device !== mount.device) return [point];
    const rest = under.point === '/' ? point : point.slice(under.point.length);
    const underneath = `${under.root === '/' ? '' : under.root}${rest}`;
    return underneath === mount.root ? [] : [point];
  });
}

/** Mount tables of every process that can be seen: the names of layers in use stand in them. */
export function mountedText(): string {
  const tables = new Map<string, string>();
  for (const { name } of listEntries('/proc') ?? []) {
    const namespace = /^\d+$/.test(name) ? linkOf(`/proc/${name}/ns/mnt`) : undefined;
    if (namespace === undefined || tables.has(namespace)) continue;
    const table = textOf(`/proc/${name}/mountinfo`);
    if (table) tables.set(namespace, table);
  }
  return [...tables.values()].join('\n');
}
