/** ps and readlink as argv. Runs nothing itself. */
export const ps = {
  /**
   * PID and command line of PID 1 and of these programs alone: other people's command lines are
   * nobody's business. PID 1 makes procps end with 0 even where no daemon runs. Names are the
   * kernel's, cut at 15 characters, which these fit.
   */
  daemons: (names: readonly string[]): string[] => ['ps', '-p', '1', '-C', names.join(','), '-o', 'pid,args'],
  /** BusyBox has neither -p nor -C. */
  all: (): string[] => ['ps', '-o', 'pid,args'],
  /** `mnt:[4026531840]`; needs root for other users' processes. */
  mountNamespace: (pid: number): string[] => ['readlink', `/proc/${pid}/ns/mnt`],
};
