import type { Remedy } from './remedy.ts';

export const raiseInotifyWatches: Remedy = {
  id: 'raise-inotify-watches',
  title: 'Raise the number of inotify watches',
  risk: 'safe',
  byHand: [
    'sysctl -w fs.inotify.max_user_watches=1048576',
    'Write it to /etc/sysctl.d/90-inotify.conf',
    'Restart what failed; find what leaks: lines `inotify wd:` in /proc/*/fdinfo/*',
  ],
  plan: 'raise-limit',
};
