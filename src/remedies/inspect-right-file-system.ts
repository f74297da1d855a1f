import type { Remedy } from './remedy.ts';

export const inspectRightFileSystem: Remedy = {
  id: 'inspect-right-file-system',
  title: 'Look at the file system that the path lies on',
  risk: 'safe',
  byHand: ['findmnt -T PATH', 'df -h PATH; df -i PATH', 'in the container: docker exec CONTAINER df -h'],
};
