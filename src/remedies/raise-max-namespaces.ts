import type { Remedy } from './remedy.ts';

export const raiseMaxNamespaces: Remedy = {
  id: 'raise-max-namespaces',
  title: 'Allow more namespaces',
  risk: 'safe',
  byHand: [
    'sysctl -w user.max_user_namespaces=28633 (or the kind that is short)',
    'Write it to /etc/sysctl.d; inside a nested container it must be set there',
    'lsns -t net: remove leaked ones (ip netns delete)',
  ],
  danger: 'A value of 0 may be there for security: ask whoever set it.',
  plan: 'raise-limit',
};
