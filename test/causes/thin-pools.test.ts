import { describe, expect, it } from 'vitest';
import { dmThinDataFull } from '../../src/causes/dm-thin-data-full.ts';
import { dmThinFail } from '../../src/causes/dm-thin-fail.ts';
import { dmThinMetadataFull } from '../../src/causes/dm-thin-metadata-full.ts';
import { dmThinNeedsCheck } from '../../src/causes/dm-thin-needs-check.ts';
import { dmThinNoDiscard } from '../../src/causes/dm-thin-no-discard.ts';
import { dmThinSilentLoss } from '../../src/causes/dm-thin-silent-loss.ts';
import { explainText } from '../../src/causes/explain.ts';
import { thinPools } from '../../src/causes/help/thin.ts';
import { causes } from '../../src/causes/index.ts';
import { xfsOnThinHangs } from '../../src/causes/xfs-on-thin-hangs.ts';
import type { Fact } from '../../src/probes/fact.ts';
import type { DockerDeviceMapper, LogicalVolume, ThinPoolStatus } from '../../src/probes/facts/device-mapper.ts';
import { probes } from '../../src/probes/index.ts';
import { best, df, fact, GIB, host, inOrder, mentions, text } from './thin-scene.ts';

function status(used: number, total: number, more: Partial<ThinPoolStatus> = {}, name = 'vg0-pool-tpool'): Fact {
  const thinPool: ThinPoolStatus = {
    transactionId: 1,
    usedMetadata: 100,
    totalMetadata: 4096,
    usedData: used,
    totalData: total,
    mode: 'rw',
    discard: 'discard_passdown',
    whenFull: 'queue',
    needsCheck: false,
    ...more,
  };
  return fact('dm-status', { name, start: 0, length: total * 128, target: 'thin-pool', thinPool });
}

const lv = (more: Partial<LogicalVolume>): Fact =>
  fact('lv', { vg: 'vg0', name: 'pool', attr: 'twi-aotz--', size: 10 * GIB, ...more });
const docker = (more: Partial<DockerDeviceMapper>): Fact =>
  fact('docker-dm', { poolName: 'docker-thinpool', dataTotal: 96.64e9, resolution: 5e6, ...more });
const event = (name: Parameters<typeof fact<'kernel-event'>>[1]['event'], quote: string, device?: string): Fact =>
  fact('kernel-event', { event: name, ...(device === undefined ? {} : { device }) }, quote);

describe('one pool in many words', () => {
  it('joins dmsetup, lvs and docker info by name', () => {
    const scene = host(
      ...inOrder(
        status(100, 1000, {}, 'vg--a-thin--pool-tpool'),
        lv({ vg: 'vg-a', name: 'thin-pool', dataPercent: 10, metadataPercent: 2 }),
        docker({ poolName: 'vg--a-thin--pool', dataUsed: 9e9 }),
      ),
    );
    const pools = thinPools(scene.facts);
    expect(pools.map((pool) => [pool.name, pool.looks.length])).toEqual([['vg--a-thin--pool', 3]]);
  });

  it('takes the last word on a host', () => {
    const scene = host(...inOrder(status(1000, 1000, { mode: 'out_of_data_space' }), status(1000, 2000)));
    expect(thinPools(scene.facts)[0]?.now.full).toBe(false);
    expect(dmThinDataFull.find(scene)).toEqual([]);
  });

  it('does not let a rounded docker info overrule the block counts', () => {
    const scene = host(
      ...inOrder(status(32767, 32768, {}, 'docker-thinpool'), docker({ dataUsed: 2.147e9, dataTotal: 2.147e9 })),
    );
    expect(thinPools(scene.facts)[0]?.now.full).toBe(false);
  });
});

describe('dm-thin-data-full', () => {
  it.each([
    ['mode', status(1000, 1000, { mode: 'out_of_data_space', whenFull: 'error' })],
    ['lvs flag D', lv({ attr: 'twi-aot-D-', dataPercent: 100, metadataPercent: 11 })],
    ['lvs 100.00 with M, metadata far from full', lv({ attr: 'twi-aot-M-', dataPercent: 100, metadataPercent: 58.9 })],
    ['docker info', docker({ dataUsed: 96.64e9, dataAvailable: 0 })],
  ])('is confirmed by %s', (_, proof) => {
    expect(best(dmThinDataFull, text(proof))).toMatchObject({ confidence: 'confirmed' });
    expect(best(dmThinMetadataFull, text(proof))).toBeUndefined();
  });

  it.each([
    [98, 'possible', 'warning'],
    [99.4, 'likely', 'critical'],
  ] as const)('at %s %% it is only %s', (percent, confidence, severity) => {
    expect(best(dmThinDataFull, text(lv({ dataPercent: percent })))).toMatchObject({ confidence, severity });
  });

  it('says nothing of a pool with room', () => {
    expect(dmThinDataFull.find(host(status(500, 1000), lv({ dataPercent: 50 })))).toEqual([]);
  });

  it('says what happened afterwards in a pasted story', () => {
    const scene = text(...inOrder(status(1000, 1000, { mode: 'out_of_data_space' }), status(1000, 2000)));
    const draft = best(dmThinDataFull, scene);
    expect(draft?.confidence).toBe('confirmed');
    expect(draft?.explanation).toMatch(/Later/);
  });

  it('reads the growing of one container as another matter', () => {
    const table = fact('dm-table', {
      name: 'docker-x',
      start: 0,
      length: 20971520,
      target: 'thin',
      args: [],
      thin: { pool: '254:0', deviceId: 7 },
    });
    const typed = fact(
      'command',
      { program: 'echo', words: [] },
      'echo 0 88080384 thin 254:0 7 | dmsetup load docker-x',
    );
    const draft = best(
      dmThinDataFull,
      text(...inOrder(docker({ dataUsed: 96.64e9, metadataUsed: 1, metadataTotal: 100 }), table, typed)),
    );
    expect(draft?.explanation).toMatch(/20971520 to 88080384 sectors \(10 GiB to 42 GiB\)/);
    expect(draft?.explanation).toMatch(/metadata is not the problem/);
  });

  it('believes the kernel until it says write mode again', () => {
    const full = event(
      'thin-pool-out-of-data-error',
      'device-mapper: thin: 253:2: switching pool to out-of-data-space (error IO) mode',
      '253:2',
    );
    const back = event('thin-pool-write-mode', 'device-mapper: thin: 253:2: switching pool to write mode', '253:2');
    expect(best(dmThinDataFull, text(full))?.confidence).toBe('confirmed');
    expect(best(dmThinDataFull, host(full))?.confidence).toBe('likely');
    expect(dmThinDataFull.find(text(...inOrder(full, back)))).toEqual([]);
    expect(dmThinDataFull.find(host(full, status(500, 1000)))).toEqual([]);
  });

  it('suspects a pool when ext4 fails and no file system in df is full or ext4', () => {
    const rows = [df('/', 50 * GIB, 45 * GIB, { type: 'xfs' }), df('/data', 300 * GIB, 155 * GIB, { type: 'xfs' })];
    const remount = event('ext4-remount-ro', 'EXT4-fs: Remounting filesystem read-only');
    const draft = best(dmThinDataFull, text(...rows, remount));
    expect(draft?.confidence).toBe('likely');
    expect(draft?.nextCheck?.run).toMatch(/docker info|dmsetup status --noflush/);
    expect(dmThinDataFull.find(text(df('/', 50 * GIB, 45 * GIB), remount))).toEqual([]);
    expect(dmThinDataFull.find(text(df('/', 50 * GIB, 0, { type: 'xfs', usePercent: 100 }), remount))).toEqual([]);
  });

  it('takes hung xfs threads of dm devices for a full pool, of disks not', () => {
    const hung = (quote: string): Fact => event('hung-task', quote);
    expect(
      best(dmThinDataFull, text(hung('INFO: task xfsaild/dm-9:411 blocked for more than 120 seconds.')))?.confidence,
    ).toBe('likely');
    expect(
      best(xfsOnThinHangs, text(hung('INFO: task xfsaild/dm-9:411 blocked for more than 120 seconds.')))?.confidence,
    ).toBe('possible');
    expect(dmThinDataFull.find(text(hung('INFO: task xfsaild/sda1:411 blocked for more than 120 seconds.')))).toEqual(
      [],
    );
  });
});

describe('metadata', () => {
  it('is full before 100 % when the pool is ro', () => {
    const scene = host(status(20751, 131072, { usedMetadata: 503, totalMetadata: 512, mode: 'ro', needsCheck: true }));
    expect(best(dmThinMetadataFull, scene)).toMatchObject({ confidence: 'confirmed' });
    expect(dmThinDataFull.find(scene)).toEqual([]);
    const check = best(dmThinNeedsCheck, scene);
    expect(check?.confidence).toBe('confirmed');
    expect(check?.score).toBeLessThan(best(dmThinMetadataFull, scene)?.score ?? 0);
  });

  it('is a warning in time, and nothing far from full', () => {
    expect(best(dmThinMetadataFull, host(lv({ dataPercent: 20, metadataPercent: 88 })))).toMatchObject({
      confidence: 'possible',
      severity: 'warning',
    });
    expect(dmThinMetadataFull.find(host(lv({ dataPercent: 20, metadataPercent: 40 })))).toEqual([]);
  });

  it('a check can be wanted with room in it', () => {
    expect(best(dmThinNeedsCheck, host(status(1, 1000, { mode: 'ro', needsCheck: true })))?.score).toBeGreaterThan(80);
  });

  it('ro without needs_check is brought back while it runs', () => {
    const scene = host(status(1240, 163840, { usedMetadata: 512, totalMetadata: 512, mode: 'ro' }));
    expect(best(dmThinMetadataFull, scene)?.explanation).toMatch(/enlarged while it runs/);
    expect(dmThinNeedsCheck.find(scene)).toEqual([]);
  });

  const FAILED = `
[  331.322492] device-mapper: thin: No free metadata blocks
[  331.325644] device-mapper: thin: 253:2: switching pool to read-only mode
[  331.325729] device-mapper: space map common: dm_tm_shadow_block() failed
[  331.326279] device-mapper: space map metadata: unable to allocate new metadata block
[  331.326558] device-mapper: thin: 253:2: metadata operation 'dm_thin_insert_block' failed: error = -1
[  331.326938] device-mapper: thin: 253:2: aborting current metadata transaction
[  331.333714] device-mapper: thin metadata: couldn't lock superblock
[  331.334048] device-mapper: thin: 253:2: failed to set 'needs_check' flag in metadata
[  331.334324] device-mapper: thin: 253:2: switching pool to fail mode
[  331.354315] XFS (dm-3): log I/O error -5
[  331.358057] XFS (dm-3): Filesystem has been shut down due to log error (0x2).
`;
  const failedStatus = '$ dmsetup status --noflush\ndocker-thinpool: 0 20971520 thin-pool Fail \n';

  it('that ran out and took the pool down with it comes before the pool that failed', () => {
    const [full, fail, ...rest] = explainText(`${failedStatus}$ dmesg${FAILED}`, probes, causes).findings;
    expect(full).toMatchObject({ cause: 'dm-thin-metadata-full', confidence: 'confirmed' });
    expect(fail).toMatchObject({ cause: 'dm-thin-fail', consequenceOf: 'dm-thin-metadata-full' });
    expect(rest.find((finding) => finding.cause === 'xfs-shutdown')?.consequenceOf).toBe('dm-thin-metadata-full');
  });

  it('that was full is history once the pool takes writes', () => {
    const said = fact(
      'kernel-event',
      { event: 'thin-pool-metadata-full' },
      'device-mapper: thin: No free metadata blocks',
    );
    const pool = (usedMetadata: number): Fact => status(1240, 163840, { usedMetadata, totalMetadata: 4096 });
    expect(dmThinMetadataFull.find(host(said, pool(870)))).toEqual([]);
    expect(best(dmThinMetadataFull, host(said, pool(3900)))).toMatchObject({ severity: 'critical' });
  });

  it('Fail is its own cause', () => {
    const failed = fact('dm-status', {
      name: 'vg0-pool-tpool',
      start: 0,
      length: 1,
      target: 'thin-pool',
      failed: 'Fail',
    });
    expect(best(dmThinFail, host(failed))?.confidence).toBe('confirmed');
    expect(dmThinFail.find(host(status(1, 1000)))).toEqual([]);
  });
});

describe('after and around', () => {
  it('lost writes are a consequence: only with a pool that was full', () => {
    const lost = event(
      'ext4-bio-nospc',
      'EXT4-fs warning (device dm-7): ext4_end_bio:343: I/O error 3 writing to inode 15',
      'dm-7',
    );
    expect(dmThinSilentLoss.find(text(lost))).toEqual([]);
    expect(best(dmThinSilentLoss, text(lost, status(10, 10, { mode: 'out_of_data_space' })))?.confidence).toBe(
      'likely',
    );
    expect(best(dmThinDataFull, text(lost))?.confidence).toBe('likely');
  });

  it('write-outs lost before the pool was grown are told of, and are no outage', () => {
    const log = [
      event(
        'thin-pool-out-of-data-error',
        'device-mapper: thin: 254:0: switching pool to out-of-data-space (error IO) mode',
        '254:0',
      ),
      event(
        'ext4-bio-nospc',
        'EXT4-fs warning (device dm-2): ext4_end_bio:343: I/O error 3 writing to inode 15 starting block 9216)',
        'dm-2',
      ),
      event('thin-pool-write-mode', 'device-mapper: thin: 254:0: switching pool to write mode', '254:0'),
    ];
    const severity = (...pool: Fact[]) => dmThinSilentLoss.find(host(...inOrder(...log, ...pool)))[0]?.severity;
    expect(severity(status(6, 10))).toBe('warning');
    expect(severity(status(10, 10, { mode: 'out_of_data_space' }))).toBeUndefined();
    expect(severity(status(6, 10, { mode: 'ro' }))).toBeUndefined();
    expect(severity()).toBeUndefined();
  });

  it('mapped far above used is space that never came back', () => {
    const volume = lv({ name: 'web', attr: 'Vwi-aotz--', pool: 'pool', size: 50 * GIB, dataPercent: 97 });
    const row = df('/srv/web', 50 * GIB, 44 * GIB, { filesystem: '/dev/mapper/vg0-web' });
    expect(best(dmThinNoDiscard, host(lv({ dataPercent: 92 }), volume, row))?.confidence).toBe('likely');
    expect(dmThinNoDiscard.find(host(lv({ dataPercent: 40 }), volume, row))).toEqual([]);
    expect(
      dmThinNoDiscard.find(
        host(lv({ dataPercent: 92 }), volume, df('/srv/web', 50 * GIB, 2 * GIB, { filesystem: '/dev/mapper/vg0-web' })),
      ),
    ).toEqual([]);
  });

  it('a story of removed devices needs a thin pool to be one of discards', () => {
    const removed = fact('command', { program: 'dmsetup', words: ['remove', 'pool-snap-3'] });
    expect(best(dmThinNoDiscard, text(...mentions('space-not-returned', 'thin-pool'), removed))?.confidence).toBe(
      'likely',
    );
    expect(dmThinNoDiscard.find(text(...mentions('space-not-returned', 'overlay2'), removed))).toEqual([]);
  });
});
