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
};
