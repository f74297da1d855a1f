import type { Remedy } from './remedy.ts';

export const remountShmHot: Remedy = {
  id: 'remount-shm-hot',
  title: 'Enlarge /dev/shm of a running container',
  risk: 'safe',
  byHand: [
    'docker inspect -f "{{.State.Pid}}" CONTAINER',
    'nsenter -t PID -m -- mount -o remount,size=1g /dev/shm   (lasts until the container restarts)',
  ],
  danger: 'It counts as memory of the container.',
};
