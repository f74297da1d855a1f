import type { Remedy } from './remedy.ts';

export const truncateContainerLog: Remedy = {
  id: 'truncate-container-log',
  title: 'Empty the log of a container',
  risk: 'destructive',
  byHand: [
    'docker inspect -f "{{.LogPath}}" CONTAINER',
    'cp LOGPATH elsewhere, if the text is wanted',
    'truncate -s 0 LOGPATH',
  ],
  danger: 'Truncate, never rm: a removed log that is still open keeps its space. docker logs may print garbage once.',
  plan: 'cap-logs',
};
