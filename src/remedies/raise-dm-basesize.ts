import type { Remedy } from './remedy.ts';

export const raiseDmBasesize: Remedy = {
  id: 'raise-dm-basesize',
  title: 'Give new images and containers larger volumes',
  risk: 'downtime',
  byHand: [
    'Set dm.basesize=SIZE in the storage-opts of daemon.json (containerd: base_image_size) and restart the daemon; it can only be made larger.',
    'Pull the images again and create the containers again: existing ones keep their size.',
    'docker info: Base Device Size.',
  ],
  danger: 'Raising it makes the pool promise more than it has: watch Data Space.',
  plan: 'grow-container',
};
