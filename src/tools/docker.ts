/** The docker client's verbs as argv. Runs nothing itself. */
export const docker = {
  /** One JSON object, the API's /info. Exit 1 with `Cannot connect to the Docker daemon` when it does not answer. */
  info: (socket: string): string[] => ['docker', '-H', `unix://${socket}`, 'info', '--format', '{{json .}}'],
  /** `Docker version 26.1.5, build …`: of the daemon's program, whether it runs or not. */
  daemonVersion: (): string[] => ['dockerd', '--version'],
  /** Log files of all containers under a data root with blocks, block size, bytes, name (GNU and BusyBox stat). */
  containerLogs: (root: string): string[] => [
    'find',
    `${root}/containers`,
    '-maxdepth',
    '2',
    '-name',
    '*.log*',
    '-exec',
    'stat',
    '-c',
    '%b %B %s %n',
    '{}',
    '+',
  ],
  /** The devicemapper driver's own record of every layer: `path:{"device_id":…}`. The files have no newline. */
  deviceMetadata: (root: string): string[] => ['grep', '-rHs', '.', `${root}/devicemapper/metadata`],
  /** Which layer a container's root file system is: `path/<container>/mount-id:<id>`. */
  layerMounts: (root: string, driver: string): string[] => [
    'grep',
    '-rHs',
    '.',
    `${root}/image/${driver}/layerdb/mounts`,
  ],
  /**
   * `<seconds since 1970> d <root>/overlay2/<name>` for each layer's directory, and `… f /run/docker.pid`, which
   * a daemon writes when it starts (status 1 where it has none). BusyBox find knows no -printf.
   */
  layerDirectories: (root: string): string[] => [
    'find',
    `${root}/overlay2`,
    '/run/docker.pid',
    ...['-maxdepth', '1', '!', '-name', 'overlay2', '-printf', '%T@ %y %p\\n'],
  ],
  /** `<root>/image/overlay2/layerdb`, so that an empty one tells too, then `path/cache-id:<name>` for each layer. */
  layerNames: (root: string): string[] => [
    'find',
    `${root}/image/overlay2/layerdb`,
    ...['-maxdepth', '3', '-name', 'layerdb', '-print', '-o', '-name', '*-id', '-exec', 'grep', '-H', '.', '{}', '+'],
  ],
};
