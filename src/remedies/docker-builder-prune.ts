import type { Remedy } from './remedy.ts';

export const dockerBuilderPrune: Remedy = {
  id: 'docker-builder-prune',
  title: 'Empty the build cache',
  risk: 'safe',
  byHand: [
    'docker system df   (see the Build Cache row)',
    'docker builder prune --filter until=48h   (keeps what was used in the last two days)',
    'docker builder prune -a   (everything not in use; the next builds take longer)',
  ],
  danger:
    'RUN --mount=type=cache directories are lost too. With filters nothing that an image or container uses is touched.',
  plan: 'prune',
};
