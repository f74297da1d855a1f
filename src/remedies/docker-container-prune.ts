import type { Remedy } from './remedy.ts';

export const dockerContainerPrune: Remedy = {
  id: 'docker-container-prune',
  title: 'Remove stopped containers',
  risk: 'destructive',
  byHand: [
    'docker ps -a --filter status=exited --size',
    'docker cp or docker commit what is wanted of them',
    'docker container prune --filter until=24h',
  ],
  danger: 'What a container wrote outside of volumes is lost, with its log.',
  plan: 'prune',
};
