import type { Remedy } from './remedy.ts';

export const raiseBaseImageSize: Remedy = {
  id: 'raise-base-image-size',
  title: "Give containerd's new snapshots larger volumes",
  risk: 'downtime',
  byHand: [
    'Copy out what is wanted of the container: its snapshot keeps its size.',
    'Set base_image_size in the section of the devmapper snapshotter in /etc/containerd/config.toml, larger than now, and restart containerd.',
    'Remove the image (ctr images rm), pull it again and create the container anew: a snapshot is as large as the layer it stands on.',
    'ctr task exec … df -h /: the size of its root.',
  ],
  danger: "The old container's own files go with its snapshot. The pool promises more than before: watch its data.",
};
