import type { Remedy } from './remedy.ts';

export const freeBackingFileSystem: Remedy = {
  id: 'free-backing-file-system',
  title: 'Free space on the file system below the loop file',
  risk: 'safe',
  byHand: [
    'df of the directory that holds the file; find what else grows there (logs, builds) and move or remove it.',
    'Do not delete the loop file, and do not restart what is on it before there is room.',
    'When there is room: check the file systems inside that reported errors, then start again.',
  ],
};
