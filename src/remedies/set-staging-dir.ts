import type { Remedy } from './remedy.ts';

export const setStagingDir: Remedy = {
  id: 'set-staging-dir',
  title: 'Put the temporary directory of pulls and builds on a large disk',
  risk: 'safe',
  byHand: [
    'mkdir -p /large/tmp',
    'TMPDIR=/large/tmp podman pull IMAGE   (for once)',
    'for good: [engine] image_copy_tmp_dir = "storage" in containers.conf; Docker: Environment=DOCKER_TMPDIR=/large/tmp in its unit',
  ],
};
