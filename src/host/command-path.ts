/**
 * Where system programs live. A plain user's PATH lacks the sbin directories on Debian and
 * CentOS, yet `dmsetup` and `btrfs` answer part of our questions without root too.
 */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** PATH with every system directory; the user's own order comes first. */
export function commandPath(path: string | undefined): string {
  const own = (path ?? '').split(':').filter((directory) => directory.startsWith('/'));
  return [...own, ...SYSTEM_DIRECTORIES.filter((directory) => !own.includes(directory))].join(':');
}

/** The same as an assignment for a POSIX shell. */
export const COMMAND_PATH_SH = `PATH="\${PATH:+$PATH:}${SYSTEM_DIRECTORIES.join(':')}"`;
