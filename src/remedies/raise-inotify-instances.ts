import type { Remedy } from './remedy.ts';

export const raiseInotifyInstances: Remedy = {
  id: 'raise-inotify-instances',
  title: 'Raise the number of inotify instances',
  risk: 'safe',
  byHand: [
    'sysctl -w fs.inotify.max_user_instances=8192',
    'Write it to /etc/sysctl.d/90-inotify.conf',
    'Restart what failed',
  ],
  plan: 'raise-limit',
};
