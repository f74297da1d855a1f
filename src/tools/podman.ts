/** Podman's verbs as argv. Runs nothing itself. Without root it answers for the caller's own rootless store. */
export const podman = {
  /** One JSON document: host, store, version. */
  info: (): string[] => ['podman', 'info', '--format', 'json'],
  /** One JSON object a line; walks every layer. */
  systemDf: (): string[] => ['podman', 'system', 'df', '--format', '{{json .}}'],
  /** JSON array; with the size of the writable layers, which reads every file in them. */
  containers: (sizes: boolean): string[] => ['podman', 'ps', '--all', ...(sizes ? ['--size'] : []), '--format', 'json'],
};
