/**
 * What a container brings and takes with it: its overlay, the name of its network namespace, its shared memory (Docker, containerd,
 * CRI-O and Podman call it `shm`), and the secrets of a pod.
 */
const OF_CONTAINERS =
  /^\S+ \S+ \S+ \S+ (?:\/\S+ .* - (?:overlay|nsfs) |\S+\/shm .* - tmpfs shm |\S+\/kubelet\/pods\/\S+ .* - tmpfs ).*\n/gm;

/** /proc/self/mountinfo without them, unless a file system counts what each container writes: then a new one may be near its quota. */
export function lastingMounts(mountinfo: string): string {
  return /[ ,](?:prjquota|pquota)\b/.test(mountinfo) ? mountinfo : mountinfo.replace(OF_CONTAINERS, '');
}
