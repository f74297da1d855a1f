import type { Remedy } from './remedy.ts';

export const thinAutoextend: Remedy = {
  id: 'thin-autoextend',
  title: 'Let LVM extend the pool before it is full',
  risk: 'safe',
  byHand: [
    'Set thin_pool_autoextend_threshold=80 and thin_pool_autoextend_percent=20 in lvm.conf, or in a profile applied with lvchange --metadataprofile.',
    'lvchange --monitor y VG/POOL; systemctl enable --now lvm2-monitor dm-event.socket.',
    'lvs -o+seg_monitor: monitored. vgs: VFree must hold at least one step, or lower the percent so that it does.',
  ],
};
