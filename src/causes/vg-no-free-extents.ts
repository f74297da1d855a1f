import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { autoextend, isDue, roomFor, stepPercent } from './help/autoextend.ts';
import { iec, percentOf } from './help/sizes.ts';
import { thinPools } from './help/thin.ts';
import { messages, numberIn } from './help/thin-signs.ts';

export const vgNoFreeExtents: Cause = {
  id: 'vg-no-free-extents',
  title: 'the volume group has no room to extend the thin pool',
  severity: 'warning',
  prevalence: 'B',
  about:
    'A thin pool grows from the free extents of its volume group. A recipe that gives 95 % of the group to the pool leaves nothing for autoextend, which asks for a share (20 % by default) of the pool each time: ' +
    'it fails as a whole, even if a smaller step would fit. The pool then fills up although everything looks well set.',
  confirm:
    '"Insufficient free space: N extents needed, but only M available", or vgs VFree below autoextend_percent of the pool',
  lookAlikes: [{ cause: 'lvm-autoextend-not-active', tell: 'there is room, but nobody extends' }],
  nextCheck: { run: 'vgs --units b', why: 'VFree against the step that autoextend would take' },
  remedies: ['vgextend-then-lvextend', 'thin-extend', 'thin-autoextend'],
  prevention: 'leave at least one autoextend step free, and the size of the metadata for pmspare',
  sources: ['lvmthin(7)', 'dmeventd(8)', 'container-storage-setup#169'],
  find,
};

function find({ facts, from }: Scene): Draft[] {
  const pools = thinPools(facts);
  const full = pools.some((pool) => pool.now.full);
  const refused = messages(facts, 'lvm-insufficient-extents').at(-1);
  const drafts: Draft[] = [];
  for (const pool of pools) {
    const room = roomFor(pool, facts);
    const size = pool.now.dataTotal ?? pool.lv?.value.size;
    if (room === undefined || size === undefined) continue;
    const config = autoextend(facts, pool);
    const used = pool.now.dataFraction ?? 0;
    const percent = stepPercent(used, config);
    const step = (size * percent) / 100;
    if (room.free >= step) continue;
    const wanted = config.threshold !== undefined && config.threshold < 100;
    const monitored = pool.lv?.value.monitor === 'monitored';
    // nobody asked for autoextend (dmeventd also watches to warn only), and the pool has room: a full
    // volume group is then how it was meant
    const off = config.threshold === undefined ? !monitored : !wanted;
    if (off && used < 0.8) continue;
    // dmeventd tries this very step again and again, and cannot: no longer latent
    const failing = from === 'host' && monitored && !room.derived && isDue(used, config);
    const extents =
      room.extentSize === undefined || room.freeExtents === undefined
        ? ''
        : ` (${Math.ceil(step / room.extentSize)} extents needed, ${room.freeExtents} available)`;
    drafts.push({
      confidence: failing ? 'confirmed' : 'likely',
      severity: failing && pool.now.full ? 'critical' : used >= 0.5 || wanted || full ? 'warning' : 'notice',
      subject: `volume group ${room.vg}`,
      score: failing ? 95 : 45,
      evidence: [
        ...(pool.lv === undefined ? [] : [evidence(pool.lv, `the pool has ${iec(size)}`)]),
        evidence(room.fact, room.derived ? `the disk has ${iec(room.size ?? 0)}` : `${iec(room.free)} free`),
        ...(config.fact === undefined
          ? []
          : [evidence(config.fact, `autoextend asks for ${config.percent} % each time`)]),
        ...(refused === undefined ? [] : [evidence(refused, 'the step failed')]),
      ],
      explanation:
        `${off ? 'A step of autoextend would add' : 'Autoextend adds'} ${percent} % of the pool${off ? '' : percent > config.percent ? ' now' : ' each time'}: ${iec(step)} for ${iec(size)}. The volume group has ${room.derived ? 'about ' : ''}${iec(room.free)} free${extents}, so the step cannot be satisfied and the pool stays as it is` +
        `${pool.now.dataFraction === undefined ? '.' : ` (${percentOf(used)} used).`}`,
      // the pool would have grown
      ...(failing ? { explains: ['dm-thin-data-full'] } : {}),
    });
  }
  if (refused !== undefined && drafts.length === 0) {
    const needed = numberIn(refused, 'needed');
    const available = numberIn(refused, 'available');
    drafts.push({
      confidence: full || from === 'text' ? 'likely' : 'confirmed',
      severity: full ? 'warning' : 'critical',
      subject: 'the volume group',
      score: 75,
      evidence: [evidence(refused, 'LVM could not extend')],
      explanation: `LVM needs ${needed ?? 'more'} extents and the volume group has ${available ?? 'fewer'}: nothing in it can grow until a device is added.`,
    });
  }
  return drafts;
}
