import type { Remedy } from './remedy.ts';

export const freeSpaceThenClearBlock: Remedy = {
  id: 'free-space-then-clear-block',
  title: "Free space, then lift the application's block",
  risk: 'safe',
  byHand: [
    'Free space on the disk it names',
    'Elasticsearch: clear index.blocks.read_only_allow_delete; RabbitMQ resumes by itself',
  ],
};
