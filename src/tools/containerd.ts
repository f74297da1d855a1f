/** `ctr` and `crictl` as argv; both need root. Runs nothing itself. */
export const containerd = {
  version: (): string[] => ['ctr', 'version'],
  snapshots: (namespace: string, snapshotter: string): string[] => [
    'ctr',
    '--namespace',
    namespace,
    'snapshots',
    '--snapshotter',
    snapshotter,
    'ls',
  ],
  leases: (namespace: string): string[] => ['ctr', '--namespace', namespace, 'leases', 'ls'],
  criInfo: (): string[] => ['crictl', 'info'],
  /** What the snapshotter's directory takes, as containerd's CRI plugin counts it every 10 s. */
  imageFs: (): string[] => ['crictl', 'imagefsinfo', '-o', 'json'],
  /** A binary file as text; POSIX has no program for that, GNU and BusyBox have this one. */
  fileBytes: (path: string): string[] => ['base64', path],
  /** Seconds since 1970 of each file's last change, and of a file of the kernel's that is made when looked at: now. */
  fileTimes: (paths: readonly string[]): string[] => ['stat', '-c', '%Y %n', ...paths, '/proc/self/stat'],
  images: (): string[] => ['crictl', 'images', '-o', 'json'],
};
