import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { kernel, messages } from './help/thin-signs.ts';

export const thinLunOrHypervisorFull: Cause = {
  id: 'thin-lun-or-hypervisor-full',
  title: 'the storage behind the disk is full: a thin LUN, or the host of this virtual machine',
  severity: 'critical',
  prevalence: 'B',
  about:
    'The disk itself is thinly provisioned somewhere else: on a storage array or on the hypervisor. When that is full, writes fail with a space allocation error, or the hypervisor pauses the machine without a word in its log. ' +
    'Nothing on this host can be freed to help at once; the owner of the storage must act.',
  confirm: '"critical space allocation error, dev sdX" in the kernel log, or the hypervisor says paused (I/O error)',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'the same error on a dm device: the pool is on this host' },
    { cause: 'vm-disk-outside-linux', tell: 'Docker Desktop and the like: the limit of the virtual disk itself' },
  ],
  nextCheck: {
    run: 'virsh domstate --reason GUEST',
    why: 'on the hypervisor: paused (I/O error) says its storage is full',
  },
  remedies: ['free-hypervisor-storage'],
  sources: ['block/blk-core.c (BLK_STS_NOSPC "critical space allocation")', 'QEMU werror=enospc'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const refused = kernel(facts, 'scsi-space-allocation', 'block-nospc').filter((fact) =>
    /\b(sd[a-z]+|nvme\d+n\d+|vd[a-z]+|xvd[a-z]+)\b/.test(`${fact.value.device ?? ''} ${fact.quote}`),
  );
  const paused = messages(facts, 'guest-paused-no-space').at(-1);
  const proofs = [...refused.slice(0, 3), ...(paused === undefined ? [] : [paused])];
  if (proofs.length === 0) return [];
  return [
    {
      confidence: 'likely',
      subject: refused[0]?.value.device ?? 'a virtual disk',
      score: 85,
      evidence: proofs.map((fact) => evidence(fact, 'the storage behind the disk refused the write')),
      explanation:
        'The device itself answered that it has no space: it is thinly provisioned, and what lies behind it (array or hypervisor) is full.',
    },
  ];
}
