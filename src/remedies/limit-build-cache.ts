import type { Remedy } from './remedy.ts';

export const limitBuildCache: Remedy = {
  id: 'limit-build-cache',
  title: 'Limit the build cache for good',
  risk: 'downtime',
  byHand: [
    'add "builder": {"gc": {"enabled": true, "defaultMaxUsedSpace": "50GB", "defaultMinFreeSpace": "20GB"}} to /etc/docker/daemon.json',
    'dockerd --validate --config-file /etc/docker/daemon.json',
    'systemctl restart docker   (containers stop unless live-restore is on)',
  ],
  danger: 'Versions before 28 know only "defaultKeepStorage".',
};
