import type { Remedy } from './remedy.ts';

export const capLogs: Remedy = {
  id: 'cap-logs',
  title: 'Rotate container logs',
  risk: 'downtime',
  byHand: [
    'set "log-driver": "local", or "log-opts": {"max-size": "50m", "max-file": "3"} (as strings) in /etc/docker/daemon.json',
    'systemctl restart docker',
    'recreate the containers: it holds only for those created afterwards',
  ],
};
