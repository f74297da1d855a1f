/** dmsetup's looking verbs as argv. Needs root (opens /dev/mapper/control). Runs nothing itself. */
export const dmsetup = {
  /** One line a target. Keys of crypt targets are printed as zeros unless asked for. */
  table: (): string[] => ['dmsetup', 'table'],
  /** --noflush: a thin pool must not commit its metadata first, which may hang on a sick device. */
  status: (): string[] => ['dmsetup', 'status', '--noflush'],
  statusFlushing: (): string[] => ['dmsetup', 'status'],
  info: (): string[] => ['dmsetup', 'info', '-c'],
};
