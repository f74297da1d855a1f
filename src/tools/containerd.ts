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
  images: (): string[] => ['crictl', 'images', '-o', 'json'],
};
