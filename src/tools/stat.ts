/** stat as argv. Runs nothing itself. */
export const stat = {
  /**
   * statfs(2) of directories: block size, blocks, blocks available to users, path.
   * In a directory of a project with a quota XFS and ext4 answer for the quota alone.
   */
  room: (directories: readonly string[]): string[] => ['stat', '-f', '-c', '%S %b %a %n', ...directories],
  /** blocks, block size, bytes, name: what a sparse file has of the disk, and what it claims (GNU and BusyBox alike) */
  allocated: (path: string): string[] => ['stat', '-c', '%b %B %s %n', path],
};
