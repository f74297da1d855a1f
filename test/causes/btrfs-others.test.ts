import { describe, expect, it } from 'vitest';
import { btrfsAutoReclaimOff } from '../../src/causes/btrfs-auto-reclaim-off.ts';
import { btrfsDeletedSubvolumeLag } from '../../src/causes/btrfs-deleted-subvolume-lag.ts';
import { btrfsForcedReadonlyEnospc } from '../../src/causes/btrfs-forced-readonly-enospc.ts';
import { btrfsGlobalReserveInUse } from '../../src/causes/btrfs-global-reserve-in-use.ts';
import { btrfsMetadataExhausted } from '../../src/causes/btrfs-metadata-exhausted.ts';
import { btrfsQgroupLimit } from '../../src/causes/btrfs-qgroup-limit.ts';
import { btrfsRaid1NoSecondDevice } from '../../src/causes/btrfs-raid1-no-second-device.ts';
import { btrfsTransactionReserveBug } from '../../src/causes/btrfs-transaction-reserve-bug.ts';
import type { FactMap } from '../../src/probes/facts.ts';
import { best, df, fact, GIB, host, MIB, mentions, text } from './scene.ts';

/** sysfs of a 4 GiB device; figures measured on kernel 6.18. */
const sysfs = (metadataUsed: number, diskData = 3740270592, over: Partial<FactMap['btrfs-sysfs']> = {}) =>
  fact('btrfs-sysfs', {
    uuid: '1b380b61-3424-4157-a78a-cb89eb5241d7',
    spaces: {
      data: {
        total: diskData,
        used: 1965735936,
        mayUse: 0,
        readonly: 0,
        diskTotal: diskData,
        bgReclaimThreshold: 0,
        dynamicReclaim: false,
        profiles: [{ profile: 'single', total: diskData, used: 1965735936 }],
      },
      metadata: {
        total: 268435456,
        used: metadataUsed,
        mayUse: 5767168,
        readonly: 65536,
        diskTotal: 536870912,
        profiles: [{ profile: 'dup', total: 268435456, used: metadataUsed }],
      },
      system: {
        total: 8388608,
        used: 16384,
        diskTotal: 16777216,
        profiles: [{ profile: 'dup', total: 8388608, used: 16384 }],
      },
    },
    globalReserveSize: 5767168,
    globalReserveReserved: 5767168,
    devices: [{ name: 'loop0', size: 4294967296 }],
    ...over,
  });

describe('btrfs from sysfs', () => {
  it('confirms exhausted metadata without any error message', () => {
    expect(best(btrfsMetadataExhausted, host(sysfs(262504448)))).toMatchObject({
      confidence: 'confirmed',
      severity: 'critical',
    });
  });
  it('warns when everything is allocated and works', () => {
    expect(best(btrfsMetadataExhausted, host(sysfs(144493772)))).toMatchObject({
      confidence: 'likely',
      severity: 'warning',
    });
  });
  it('says nothing when chunks can be made', () => {
    expect(best(btrfsMetadataExhausted, host(sysfs(262504448, 2300000000)))).toBeUndefined();
  });
  it('does not confirm while writers only hold reservations for a moment', () => {
    const scene = sysfs(100 * MIB);
    const metadata = (scene.value as FactMap['btrfs-sysfs']).spaces.metadata;
    if (metadata) metadata.mayUse = metadata.total - metadata.used;
    expect(best(btrfsMetadataExhausted, host(scene))?.confidence).toBe('likely');
  });
  it('notes half-empty chunks that nothing compacts', () => {
    expect(best(btrfsAutoReclaimOff, host(sysfs(144493772)))).toMatchObject({ confidence: 'possible' });
  });
  it('warns of a reserve in use only when no chunk can be made', () => {
    const inUse = { globalReserveReserved: 4 * MIB };
    expect(best(btrfsGlobalReserveInUse, host(sysfs(262504448, 3740270592, inUse)))).toMatchObject({
      confidence: 'likely',
      severity: 'critical',
    });
    expect(best(btrfsGlobalReserveInUse, host(sysfs(144493772, 2300000000, inUse)))).toBeUndefined();
  });
});

describe('btrfs RAID1 on unequal devices', () => {
  const usage = (second: number) =>
    fact('btrfs-usage', {
      path: '/m',
      rows: [
        { type: 'data', profile: 'RAID1', size: 250 * MIB, used: 250 * MIB, devices: [] },
        { type: 'metadata', profile: 'RAID1', size: 64 * MIB, used: 2 * MIB, devices: [] },
      ],
      unallocated: [
        { path: '/dev/loop1', bytes: 1048576 },
        { path: '/dev/loop2', bytes: second },
      ],
    });
  it('is confirmed when one device has room and two are needed', () => {
    expect(best(btrfsRaid1NoSecondDevice, text(usage(1729101824)))).toMatchObject({
      confidence: 'confirmed',
      subject: '/m',
    });
  });
  it('is not said when no device has room', () => {
    expect(best(btrfsRaid1NoSecondDevice, text(usage(1048576)))).toBeUndefined();
  });
});

describe('btrfs limits and leftovers', () => {
  it('confirms a quota group at its limit', () => {
    const group = fact('btrfs-qgroup', { id: '0/257', referenced: 20938752, maxReferenced: 20971520 });
    expect(best(btrfsQgroupLimit, host(group))).toMatchObject({ confidence: 'confirmed' });
    expect(
      best(btrfsQgroupLimit, host(fact('btrfs-qgroup', { id: '0/257', referenced: 5 * MIB, maxReferenced: 20971520 }))),
    ).toBeUndefined();
    expect(best(btrfsQgroupLimit, host(fact('btrfs-qgroup', { id: '0/5', referenced: 5 * GIB })))).toBeUndefined();
  });
  it('takes "disk quota exceeded" of a session key for what it is', () => {
    const key = [
      fact('symptom', { errno: 'EDQUOT', message: 'create session key: disk quota exceeded' }),
      fact('message', { id: 'keyring-quota', params: {} }),
      ...mentions('btrfs'),
    ];
    expect(best(btrfsQgroupLimit, text(...key))).toBeUndefined();
  });
  it('mentions deleted subvolumes that wait for the cleaner', () => {
    expect(
      best(btrfsDeletedSubvolumeLag, host(fact('btrfs-subvolumes', { path: '/m', count: 12, deleted: 3 }))),
    ).toMatchObject({ severity: 'notice' });
    expect(
      best(btrfsDeletedSubvolumeLag, host(fact('btrfs-subvolumes', { path: '/m', count: 12, deleted: 0 }))),
    ).toBeUndefined();
  });
});

describe('an aborted btrfs transaction', () => {
  const abort = fact(
    'kernel-event',
    { event: 'btrfs-abort', device: 'sdb1', values: { errno: -28 } },
    'BTRFS: Transaction aborted (error -28)',
  );
  it('for want of space is at most likely: what filled it is the cause', () => {
    expect(best(btrfsForcedReadonlyEnospc, text(abort))).toMatchObject({ confidence: 'likely' });
    expect(best(btrfsTransactionReserveBug, text(abort))).toBeUndefined();
  });
  it('with terabytes free is the reserve of the transaction', () => {
    expect(
      best(btrfsTransactionReserveBug, text(abort, df('/pool', 8000 * GIB, 4000 * GIB, { type: 'btrfs' }))),
    ).toMatchObject({ confidence: 'likely' });
  });
  it('with error -5 is not about space', () => {
    const io = fact(
      'kernel-event',
      { event: 'btrfs-abort', device: 'sdb1', values: { errno: -5 } },
      'BTRFS: Transaction aborted (error -5)',
    );
    expect(best(btrfsForcedReadonlyEnospc, text(io))).toBeUndefined();
  });
});
