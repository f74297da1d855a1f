/** Podman's verbs as argv. Runs nothing itself. Without root it answers for the caller's own rootless store. */
export const podman = {
  /** One JSON document: host, store, version. */
  info: (): string[] => ['podman', 'info', '--format', 'json'],
  /** One JSON object a line; walks every layer. */
  systemDf: (): string[] => ['podman', 'system', 'df', '--format', '{{json .}}'],
  /** JSON array; with the size of the writable layers, which reads every file in them. */
  containers: (sizes: boolean): string[] => ['podman', 'ps', '--all', ...(sizes ? ['--size'] : []), '--format', 'json'],
  /**
   * `<seconds since 1970> <KiB on disk> <path>` of each file that a pull, load, import or build has put aside, or left
   * there when it was cut off: the names that containers/image, Buildah and Podman give. BusyBox find knows no -printf.
   */
  staged: (directory: string): string[] => [
    'find',
    directory,
    ...['-maxdepth', '4', '-xdev', '-type', 'f', '('],
    ...['container_images_*', 'storage[0-9]*', 'buildah[0-9]*', 'podman[0-9]*', 'libpod_*'].flatMap((name, index) => [
      ...(index === 0 ? [] : ['-o']),
      '-path',
      `${directory}/${name}`,
    ]),
    ...[')', '-printf', '%T@ %k %p\\n'],
  ],
};
