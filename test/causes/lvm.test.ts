import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/causes/diagnose.ts';
import { dmDeviceSuspended } from '../../src/causes/dm-device-suspended.ts';
import { dmThinNeedsCheck } from '../../src/causes/dm-thin-needs-check.ts';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { loopFileOnFullBackingFs } from '../../src/causes/loop-file-on-full-backing-fs.ts';
import { lvmAutoextendNotActive } from '../../src/causes/lvm-autoextend-not-active.ts';
import { lvmClassicSnapshotInvalid } from '../../src/causes/lvm-classic-snapshot-invalid.ts';
import { vgNoFreeExtents } from '../../src/causes/vg-no-free-extents.ts';
import type { Fact } from '../../src/probes/fact.ts';
import type { LogicalVolume } from '../../src/probes/facts/device-mapper.ts';
import { probes } from '../../src/probes/index.ts';
import { remedies } from '../../src/remedies/index.ts';
import { best, df, fact, GIB, host, inOrder, MIB, text } from './thin-scene.ts';

const pool = (more: Partial<LogicalVolume> = {}): Fact =>
  fact('lv', {
    vg: 'data',
    name: 'tp',
    attr: 'twi-aotz--',
    size: 100 * GIB,
    dataPercent: 60,
    metadataPercent: 3,
    monitor: 'monitored',
    ...more,
  });
const vg = (free: number): Fact =>
  fact('vg', { name: 'data', size: 120 * GIB, free, extentSize: 4 * MIB, freeExtents: free / (4 * MIB) });
const config = (threshold: number, percent = 20): Fact =>
  fact('lvm-config', { from: 'lvm.conf', autoextendThreshold: threshold, autoextendPercent: percent });
const first = (pasted: string) => explainText(pasted, probes, causes).findings[0];

describe('autoextend', () => {
  it('cannot take a step larger than the volume group has', () => {
    const draft = best(vgNoFreeExtents, host(pool(), vg(8 * GIB), config(80)));
    expect(draft).toMatchObject({ confidence: 'likely', severity: 'warning' });
    expect(draft?.explanation).toMatch(/20 GiB for 100 GiB/);
    expect(draft?.explanation).toMatch(/5120 extents needed, 2048 available/);
    expect(vgNoFreeExtents.find(host(pool(), vg(30 * GIB), config(80)))).toEqual([]);
  });

  it('is sure, and names what follows, once the step is due and dmeventd watches', () => {
    const due = best(vgNoFreeExtents, host(pool({ dataPercent: 84 }), vg(8 * GIB), config(80)));
    expect(due).toMatchObject({ confidence: 'confirmed', severity: 'warning', explains: ['dm-thin-data-full'] });
    const full = best(vgNoFreeExtents, host(pool({ dataPercent: 100 }), vg(8 * GIB), config(80)));
    expect(full).toMatchObject({ confidence: 'confirmed', severity: 'critical' });
    // a full pool asks for what brings it below the threshold: 25 %, not 20
    expect(full?.explanation).toMatch(/6400 extents needed, 2048 available/);
    const unwatched = host(pool({ dataPercent: 100, monitor: 'not monitored' }), vg(8 * GIB), config(80));
    expect(best(vgNoFreeExtents, unwatched)?.confidence).toBe('likely');
    expect(best(vgNoFreeExtents, host(pool({ dataPercent: 80 }), vg(8 * GIB), config(80)))?.confidence).toBe('likely');
  });

  it('of a full pool comes before the full pool itself', () => {
    const facts = host(pool({ dataPercent: 100, attr: 'twi-aotzD-' }), vg(8 * GIB), config(80)).facts;
    const [group, full] = diagnose(facts, causes, 'host').findings;
    expect(group).toMatchObject({ cause: 'vg-no-free-extents', severity: 'critical', confidence: 'confirmed' });
    expect(full).toMatchObject({ cause: 'dm-thin-data-full', consequenceOf: 'vg-no-free-extents' });
    expect(full?.remedies[0]).toBe('vgextend-then-lvextend');
  });

  it('follows the profile of the pool, not the one of another', () => {
    const profile = (from: string, threshold: number): Fact =>
      fact('lvm-config', { from, autoextendThreshold: threshold, autoextendPercent: 20 });
    const facts = [...inOrder(profile('docker', 80), profile('backup', 100)), vg(8 * GIB)];
    expect(best(vgNoFreeExtents, host(pool({ dataPercent: 90, profile: 'docker' }), ...facts))?.confidence).toBe(
      'confirmed',
    );
    expect(best(lvmAutoextendNotActive, host(pool({ dataPercent: 90, profile: 'backup' }), ...facts))).toBeDefined();
  });

  it('works the room out from the disk when no vgs was shown', () => {
    const block = (name: string, size: number, parents: string[]): Fact =>
      fact('block', { name, type: 'lvm', size, parents, mountpoints: [] });
    const draft = best(
      vgNoFreeExtents,
      text(
        pool({ dataPercent: 0 }),
        config(80),
        block('vdb', 104 * GIB, []),
        block('data-tp_tdata', 100 * GIB, ['vdb']),
        block('data-tp_tmeta', GIB, ['vdb']),
      ),
    );
    expect(draft?.explanation).toMatch(/about 3 GiB/);
  });

  it('lets a full volume group be when nobody wants autoextend', () => {
    expect(vgNoFreeExtents.find(host(pool({ monitor: '', dataPercent: 30 }), vg(0)))).toEqual([]);
    // watched to warn only
    expect(vgNoFreeExtents.find(host(pool({ dataPercent: 30 }), vg(0), config(100)))).toEqual([]);
  });

  it('is off when not monitored or the threshold is 100; a profile overrules lvm.conf', () => {
    expect(best(lvmAutoextendNotActive, host(pool({ monitor: 'not monitored', dataPercent: 84 })))).toMatchObject({
      confidence: 'likely',
      severity: 'warning',
    });
    expect(best(lvmAutoextendNotActive, host(pool({ dataPercent: 84 }), config(100)))?.confidence).toBe('likely');
    expect(lvmAutoextendNotActive.find(host(pool(), ...inOrder(config(80), config(100))))).toEqual([]);
    expect(lvmAutoextendNotActive.find(host(pool()))).toEqual([]);
  });

  it('is never confirmed: it is latent', () => {
    const all = lvmAutoextendNotActive.find(host(pool({ monitor: 'not monitored', dataPercent: 99 }), config(100)));
    expect(all.length).toBeGreaterThan(0);
    expect(all.every((draft) => draft.confidence !== 'confirmed')).toBe(true);
  });
});

describe('what LVM says', () => {
  it.each([
    [
      '  Thin pool vg1-tp-tpool (253:4) transaction_id is 57, while expected 3.',
      'dm-thin-transaction-id-mismatch',
      'confirmed',
    ],
    [
      '  /usr/sbin/thin_check: execvp failed: No such file or directory\n  Check of pool vg1/tp failed (status:2). Manual repair required!',
      'thin-check-missing',
      'confirmed',
    ],
    ['  Check of pool vg1/tp failed (status:64). Manual repair required!', 'thin-check-strict-upgrade', 'likely'],
    ['  Check of pool vg1/tp failed (status:1). Manual repair required!', 'dm-thin-metadata-corrupt', 'likely'],
    [
      'Limit for the maximum number of semaphores reached. You can check and set the limits in /proc/sys/kernel/sem.',
      'dm-udev-semaphores',
      'confirmed',
    ],
    ['WARNING: VDO pool vgz-vdo0 is now 96.10% full.', 'vdo-physical-full', 'likely'],
    ['[  812.1] critical space allocation error, dev sdc, sector 81920', 'thin-lun-or-hypervisor-full', 'likely'],
    [
      '[  812.1] device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception.',
      'lvm-classic-snapshot-invalid',
      'likely',
    ],
  ])('%s', (line, cause, confidence) => {
    expect(first(line)).toMatchObject({ cause, confidence });
  });

  it('a database that words its own semaphore limit is not device-mapper', () => {
    const findings = explainText(
      'HINT: the system wide maximum number of semaphores (SEMMNS) would be exceeded.',
      probes,
      causes,
    ).findings;
    expect(findings.map((finding) => finding.cause)).not.toContain('dm-udev-semaphores');
  });
});

describe('device states', () => {
  it('suspended devices hang', () => {
    const device = (suspended: boolean): Fact =>
      fact('dm-device', { name: 'vg-root', major: 253, minor: 0, suspended });
    expect(best(dmDeviceSuspended, host(device(true)))?.confidence).toBe('likely');
    expect(dmDeviceSuspended.find(host(...inOrder(device(true), device(false))))).toEqual([]);
  });

  it('an invalid snapshot is told from a valid one', () => {
    const snap = (attr: string): Fact =>
      fact('lv', { vg: 'data', name: 'nightly', attr, origin: 'db', dataPercent: 100 });
    expect(best(lvmClassicSnapshotInvalid, host(snap('swi-I-s---')))?.confidence).toBe('confirmed');
    expect(lvmClassicSnapshotInvalid.find(host(snap('swi-a-s---')))).toEqual([]);
  });
});

describe('loop files', () => {
  const path = '/srv/images/disk.img';
  const file = (allocated: number): Fact => fact('file', { path, size: 20 * GIB, allocated });
  const device = fact('loop', { device: '/dev/loop3', backFile: path });

  it('compares what the file may still grow with the room below it', () => {
    expect(best(loopFileOnFullBackingFs, host(device, file(2 * GIB), df('/srv', 30 * GIB, 0)))).toMatchObject({
      confidence: 'confirmed',
      severity: 'critical',
    });
    expect(best(loopFileOnFullBackingFs, host(device, file(2 * GIB), df('/srv', 30 * GIB, GIB)))).toMatchObject({
      confidence: 'likely',
      severity: 'warning',
    });
    expect(best(loopFileOnFullBackingFs, host(device, file(2 * GIB), df('/srv', 2 * GIB, GIB)))).toMatchObject({
      confidence: 'possible',
      severity: 'notice',
    });
    expect(loopFileOnFullBackingFs.find(host(device, file(2 * GIB), df('/srv', 30 * GIB, 25 * GIB)))).toEqual([]);
    expect(loopFileOnFullBackingFs.find(host(device, file(20 * GIB), df('/srv', 30 * GIB, 0)))).toEqual([]);
  });

  it('is sure of a file system that keeps its last blocks only when writes fail', () => {
    const sure = (available: number, ...more: Fact[]) =>
      best(loopFileOnFullBackingFs, host(device, file(2 * GIB), df('/srv', 30 * GIB, available), ...more))?.confidence;
    const failed = fact(
      'kernel-event',
      { event: 'loop-write-error' },
      'loop: Write error at byte offset 1, length 4096.',
    );
    expect(sure(20_480)).toBe('confirmed');
    expect(sure(40 * MIB)).toBe('likely');
    expect(sure(40 * MIB, failed)).toBe('confirmed');
  });

  it('is behind a pool that asks for a check since it could not write its metadata', () => {
    const pool = fact('dm-status', {
      name: 'docker-254:16-131-pool',
      start: 0,
      length: 8388608,
      target: 'thin-pool',
      thinPool: {
        transactionId: 7,
        usedMetadata: 1717,
        totalMetadata: 16384,
        usedData: 10368,
        totalData: 65536,
        mode: 'ro',
        discard: 'discard_passdown',
        whenFull: 'queue',
        needsCheck: true,
      },
    });
    const table = fact('dm-table', {
      name: 'docker-254:16-131-pool',
      start: 0,
      length: 8388608,
      target: 'thin-pool',
      args: ['7:4', '7:3', '128', '32768', '0'],
      thinPool: { metadataDevice: '7:4', dataDevice: '7:3', blockSectors: 128, lowWaterBlocks: 32768, features: [] },
    });
    const scene = (available: number) => host(pool, table, device, file(2 * GIB), df('/srv', 30 * GIB, available));
    const starved = best(dmThinNeedsCheck, scene(20_480));
    expect(starved).toMatchObject({ confidence: 'confirmed', score: 50 });
    expect(starved?.explanation).toContain('make room in /srv first');
    expect(best(dmThinNeedsCheck, scene(20 * GIB))).toMatchObject({ confidence: 'confirmed', score: 85 });
  });

  it('leaves read-only images alone', () => {
    const snap = fact('loop', { device: '/dev/loop1', backFile: path, readOnly: true });
    expect(loopFileOnFullBackingFs.find(host(snap, file(GIB), df('/srv', 30 * GIB, 0)))).toEqual([]);
  });

  it('needs a full file system to be sure of the reason of a loop write error', () => {
    const failed = fact(
      'kernel-event',
      { event: 'loop-write-error' },
      'loop: Write error at byte offset 1048576, length 4096.',
    );
    expect(best(loopFileOnFullBackingFs, text(failed))?.confidence).toBe('likely');
    const severity = (...facts: Fact[]) => best(loopFileOnFullBackingFs, host(failed, ...facts))?.severity;
    expect(severity(device, file(2 * GIB), df('/srv', 30 * GIB, 25 * GIB))).toBe('warning');
    expect(severity(device, file(2 * GIB), df('/srv', 30 * GIB, 40 * MIB))).toBe('critical');
    expect(severity(df('/srv', 30 * GIB, 25 * GIB))).toBe('critical');
    expect(best(loopFileOnFullBackingFs, text(failed, df('/srv', 30 * GIB, 0, { usePercent: 100 })))?.confidence).toBe(
      'confirmed',
    );
  });
});

it('every cure that a cause of this family names exists', () => {
  const known = new Set(remedies.map((remedy) => remedy.id));
  const family = causes.filter((cause) =>
    /^(dm-|docker-dm|lvm-|vg-|vdo|thin-|stratis|loop-file|devicemapper|xfs-on-thin)/.test(cause.id),
  );
  expect(family.length).toBeGreaterThanOrEqual(27);
  for (const cause of family) for (const id of cause.remedies) expect(known, `${cause.id} names ${id}`).toContain(id);
});
