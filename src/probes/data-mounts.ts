import type { Fact, Facts } from './fact.ts';

/** Where engines keep data when nothing else is known. */
const ROOTS = ['/var/lib/docker', '/var/lib/containerd', '/var/lib/containers/storage', '/var/lib/kubelet'];

/** The mount that a path lies in: the longest mount point that is a prefix, the last one mounted there. */
function mountHolding(known: Facts, path: string): Fact<'mount'> | undefined {
  let best: Fact<'mount'> | undefined;
  for (const mount of known.all('mount', (one) => one.pid === undefined)) {
    const target = mount.value.target;
    const holds = target === '/' || path === target || path.startsWith(`${target}/`);
    if (holds && target.length >= (best?.value.target.length ?? 0)) best = mount;
  }
  return best;
}

/** Mounts of one type that hold a data root, one for each file system. */
export function dataMounts(known: Facts, fstype: RegExp): { target: string; source: string }[] {
  const paths = known.all('engine').flatMap(({ value }) => (value.root ? [value.root] : []));
  const found = new Map<string, { target: string; source: string }>();
  for (const path of paths.length > 0 ? paths : ROOTS) {
    const mount = mountHolding(known, path)?.value;
    if (mount && fstype.test(mount.fstype) && !found.has(mount.source))
      found.set(mount.source, { target: mount.target, source: mount.source });
  }
  return [...found.values()].slice(0, 8);
}
