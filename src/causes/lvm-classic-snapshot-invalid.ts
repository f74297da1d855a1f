import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { kernel } from './help/thin-signs.ts';

export const lvmClassicSnapshotInvalid: Cause = {
  id: 'lvm-classic-snapshot-invalid',
  title: 'an LVM snapshot overflowed and is invalid',
  severity: 'warning',
  prevalence: 'B',
  about:
    'A classic LVM snapshot keeps old blocks in a space of its own. When more of the origin has changed than fits there, the kernel drops the snapshot: reading it gives I/O errors, and backups from it fail. ' +
    'The origin, the volume itself, is whole.',
  confirm:
    '"Invalidating snapshot: Unable to allocate exception", dmsetup status "snapshot Invalid", or I as the fifth letter of the lvs attributes',
  lookAlikes: [{ cause: 'dm-thin-data-full', tell: 'thin snapshots share the pool; there the pool is full' }],
  nextCheck: { run: 'lvs -a -o name,attr,origin,data_percent', why: 'an invalid snapshot shows I and 100 %' },
  remedies: ['remove-invalid-snapshot'],
  prevention: 'size it for what changes, or set snapshot_autoextend_threshold below 100',
  sources: ['drivers/md/dm-snap.c', 'lvs(8) attribute 5'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const drafts: Draft[] = [];
  for (const lv of facts.all('lv', (value) => /^[sS]...[IS]/.test(value.attr ?? ''))) {
    drafts.push({
      confidence: 'confirmed',
      subject: `${lv.value.vg}/${lv.value.name}`,
      score: 70,
      evidence: [evidence(lv, 'the snapshot is invalid')],
      explanation: `The snapshot ${lv.value.name}${lv.value.origin === undefined ? '' : ` of ${lv.value.origin}`} is lost; its origin is not touched. Remove it and make a larger one.`,
    });
  }
  const status = facts.last('dm-status', (value) => value.snapshot?.invalid === true);
  const said = kernel(facts, 'snapshot-invalid').at(-1);
  if (drafts.length === 0 && (status !== undefined || said !== undefined)) {
    drafts.push({
      confidence: status !== undefined ? 'confirmed' : 'likely',
      subject: status?.value.name ?? said?.value.device ?? 'an LVM snapshot',
      score: 70,
      evidence: [
        ...(status === undefined ? [] : [evidence(status, 'the snapshot is invalid')]),
        ...(said === undefined ? [] : [evidence(said, 'the kernel dropped it')]),
      ],
      explanation: 'The snapshot had no room for more changes and is lost; its origin is not touched.',
    });
  }
  return drafts;
}
