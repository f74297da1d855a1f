import type { Remedy } from './remedy.ts';

export const cleanStagingDir: Remedy = {
  id: 'clean-staging-dir',
  title: 'Remove what interrupted pulls left',
  risk: 'destructive',
  byHand: [
    'lsof +D /var/tmp   (nothing of it may be open)',
    'find /var/tmp -maxdepth 1 -name "storage*" -ctime +1 -ls   (the same for container_images_* and buildah*; Docker: GetImageBlob*, docker-import-* in tmp/ of its data root)',
    'remove the directories listed',
  ],
  danger:
    'Files of a pull that runs are there too: only those older than a day, older than any podman, buildah, skopeo or daemon that runs, and not open.',
};
