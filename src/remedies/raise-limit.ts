import type { Remedy } from './remedy.ts';

export const raiseLimit: Remedy = {
  id: 'raise-limit',
  title: 'Raise a kernel limit (inotify, user namespaces, keys, mounts), now and after a restart',
  risk: 'safe',
  byHand: [
    'sysctl -w fs.inotify.max_user_watches=524288',
    'The same line in a file of /etc/sysctl.d, named so that it comes last: otherwise the old limit is back after the next start',
  ],
};
