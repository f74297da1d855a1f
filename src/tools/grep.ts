/** grep over files of /proc as argv; -s: a process that ended meanwhile is no error worth a word. Runs nothing itself. */
export const grep = {
  /** `/proc/812/fdinfo/4:8180`: watches of each inotify instance. */
  countWatches: (files: readonly string[]): string[] => ['grep', '-Hcs', '^inotify ', ...files],
  /** `/proc/812/mountinfo:412`: mounts in the namespace of each process. */
  countMounts: (pids: readonly number[]): string[] => [
    'grep',
    '-Hcs',
    '.',
    ...pids.map((pid) => `/proc/${pid}/mountinfo`),
  ],
  /** Name, parent and user of processes, the users its own are mapped to, its control group. */
  whose: (pids: readonly number[]): string[] => [
    'grep',
    '-Hs',
    ...['-e', '^Name:', '-e', '^PPid:', '-e', '^Uid:', '-e', '^ *[0-9]'],
    ...pids.flatMap((pid) => ['status', 'uid_map', 'cgroup'].map((file) => `/proc/${pid}/${file}`)),
  ],
};
