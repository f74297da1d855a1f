import type { Remedy } from './remedy.ts';

export const freeOnServer: Remedy = {
  id: 'free-on-server',
  title: 'Make room on the server',
  risk: 'safe',
  byHand: [
    'df on the server for the exported file system; its quotas',
    'Ceph: ceph health detail, ceph osd df',
    'remove snapshots or old data there, or enlarge it',
  ],
};
