import type { Remedy } from './remedy.ts';

export const lvmTransactionIdRestore: Remedy = {
  id: 'lvm-transaction-id-restore',
  title: "Bring LVM's transaction number in line with the pool",
  risk: 'downtime',
  byHand: [
    'Save first: vgcfgbackup -f FILE VG, and a copy of the metadata device.',
    'Find out which side is newer. The pool ahead of LVM: somebody else (Docker) changed it, its data is current.',
    'Edit transaction_id of the pool in FILE to the number the kernel has; vgcfgrestore --force -f FILE VG.',
    'vgchange -ay; check file systems; start Docker.',
  ],
  danger: 'vgcfgrestore --force with a wrong file loses volumes. Never lower the number in the pool itself blindly.',
};
