import type { Remedy } from './remedy.ts';

export const useNativeOverlay: Remedy = {
  id: 'use-native-overlay',
  title: 'Give the nested engine a place where overlay works',
  risk: 'downtime',
  byHand: [
    'mount a volume (not overlay) at /var/lib/docker or /var/lib/containers of the inner engine',
    'or install fuse-overlayfs and give the container /dev/fuse',
    'or use a kernel of 5.13 or newer for rootless overlay',
    'podman system reset in the inner engine, after saving its images',
  ],
  danger: 'podman system reset deletes all of its images and containers.',
};
