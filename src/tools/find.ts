/** GNU find as argv. Runs nothing itself. */
export const find = {
  /**
   * Every open file whose name is gone: `/proc/PID/fd/N target (deleted)`, then for each
   * blocks, block size, size, device, inode, `/proc/PID/fd/N`. Status 1 when a process ended
   * meanwhile. BusyBox find knows neither -lname nor -printf and ends with an error.
   */
  deletedOpen: (): string[] => [
    'find',
    '/proc',
    '-maxdepth',
    '3',
    '-path',
    '/proc/[0-9]*/fd/*',
    '-lname',
    '* (deleted)',
    '-printf',
    '%p %l\\n',
    '-exec',
    'stat',
    '-L',
    '-c',
    '%b %B %s %d %i %n',
    '{}',
    '+',
  ],

  /**
   * What processes hold that kernel limits count, in one walk: `/proc/PID/fd/N anon_inode:inotify`,
   * `/proc/PID/ns/mnt mnt:[…]`, and `/proc/PID/ns/user user:[…]` of those outside the first user
   * namespace (its number is PROC_USER_INIT_INO on every kernel). Status 1 when a process ended
   * meanwhile. BusyBox find knows neither -lname nor -printf and ends with an error.
   */
  heldByProcesses: (): string[] => [
    'find',
    '/proc',
    '-maxdepth',
    '3',
    ...['-path', '/proc/[!0-9]*', '-prune', '-o'],
    ...['-path', '/proc/[0-9]*/fd/*', '-lname', 'anon_inode:*inotify*', '-printf', '%p %l\\n', '-o'],
    ...['-path', '/proc/[0-9]*/ns/mnt', '-printf', '%p %l\\n', '-o'],
    ...['-path', '/proc/[0-9]*/ns/user', '!', '-lname', 'user:?4026531837?', '-printf', '%p %l\\n', '-o'],
    // what need not be listed below a process
    ...['-path', '/proc/[0-9]*/[!fn]*', '-prune', '-o', '-name', 'fdinfo', '-prune', '-o', '-name', 'net', '-prune'],
  ],
  /** The same instances for BusyBox, those with a watch: `/proc/PID/fdinfo/N`. Reads every open file's entry. */
  inotifyByReading: (): string[] => [
    'find',
    '/proc',
    '-maxdepth',
    '3',
    ...['-path', '/proc/[0-9]*/fdinfo/*', '-exec', 'grep', '-ls', '^inotify ', '{}', '+'],
  ],
};
