/** btrfs as argv: what looks and what changes. Needs root. Runs nothing itself. */
export const btrfs = {
  /** uuid, devices with their size and what is given to chunks */
  show: (mount: string): string[] => ['btrfs', 'filesystem', 'show', '--raw', mount],
  usage: (mount: string): string[] => ['btrfs', 'filesystem', 'usage', '--raw', mount],
  deviceUsage: (mount: string): string[] => ['btrfs', 'device', 'usage', '--raw', mount],
  /** btrfs-progs 6.8 and later */
  listChunks: (mount: string): string[] => ['btrfs', 'inspect-internal', 'list-chunks', '--raw', mount],
  /**
   * --nodiscard: TRIM of a file's loop device would punch holes into the file, and its room would be anybody's.
   * Without --force: a device that holds something is refused.
   */
  deviceAdd: (device: string, mount: string): string[] => ['btrfs', 'device', 'add', '--nodiscard', device, mount],
  /** Moves everything away from it first; fails, and loses nothing, when it cannot. */
  deviceRemove: (device: string, mount: string): string[] => ['btrfs', 'device', 'remove', device, mount],
  deviceScan: (device: string): string[] => ['btrfs', 'device', 'scan', device],
  /** Exit 1 while one runs: `Balance on … is running`, `… 40% left`; 0: `No balance found on …`. */
  balanceStatus: (mount: string): string[] => ['btrfs', 'balance', 'status', mount],
  balanceCancel: (mount: string): string[] => ['btrfs', 'balance', 'cancel', mount],
  /**
   * Data chunks filled less than `usage` percent, at most `limit` of them; never metadata. `below`: only those
   * at lower logical addresses.
   */
  balanceData: (usage: number, limit: number, mount: string, below?: number): string[] => [
    ...['btrfs', 'balance', 'start'],
    `-dusage=${usage},limit=${limit}${below === undefined ? '' : `,vrange=0..${below}`}`,
    mount,
  ],
  balanceMetadata: (usage: number, limit: number, mount: string): string[] => [
    ...['btrfs', 'balance', 'start'],
    `-musage=${usage},limit=${limit}`,
    mount,
  ],
};

/** `none`, `balance`, `balance paused`, `device remove` … (Linux 5.10 and later) */
export function exclusiveOperation(uuid: string): string[] {
  return ['cat', `/sys/fs/btrfs/${uuid}/exclusive_operation`];
}
