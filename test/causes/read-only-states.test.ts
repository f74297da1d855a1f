import { describe, expect, it } from 'vitest';
import { btrfsAborted } from '../../src/causes/btrfs-aborted.ts';
import { ext4DirIndexFull } from '../../src/causes/ext4-dir-index-full.ts';
import { ext4EmergencyRo } from '../../src/causes/ext4-emergency-ro.ts';
import { ext4RemountRo } from '../../src/causes/ext4-remount-ro.ts';
import { readOnlyByDesign } from '../../src/causes/read-only-by-design.ts';
import { xfsShutdown } from '../../src/causes/xfs-shutdown.ts';
import type { FactMap } from '../../src/probes/facts.ts';
import { best, fact, host, text } from './scene.ts';

const event = (name: FactMap['kernel-event']['event'], device = 'vdb1') =>
  fact('kernel-event', { event: name, device });
const mount = (options: string[], superOptions?: string[], fstype = 'ext4') =>
  fact('mount', { source: '/dev/vdb1', target: '/data', fstype, options, ...(superOptions ? { superOptions } : {}) });
const erofs = (path: string, message = `write ${path}: read-only file system`) =>
  fact('symptom', { errno: 'EROFS', path, message });

describe('ext4 that stopped writing', () => {
  const remounted = event('ext4-remount-ro');
  const errors = fact('ext-errors', { device: 'vdb1', errors: 2, lastFunction: 'ext4_journal_check_start' });

  it('is recognised by emergency_ro though the mount says rw', () => {
    const emergency = mount(['rw', 'relatime', 'errors=remount-ro', 'emergency_ro']);
    expect(best(ext4EmergencyRo, host(emergency))).toMatchObject({ confidence: 'confirmed', subject: '/data' });
    expect(best(ext4EmergencyRo, text(emergency))?.confidence).toBe('likely');
  });
  it('is recognised by the error counter and the log where the mount table says plain rw', () => {
    expect(best(ext4EmergencyRo, host(mount(['rw', 'relatime']), errors, remounted))).toMatchObject({
      confidence: 'likely',
      severity: 'critical',
    });
  });
  it('an old error counter alone is a notice: it survives reboots', () => {
    expect(best(ext4EmergencyRo, host(mount(['rw', 'relatime']), errors))).toMatchObject({
      confidence: 'possible',
      severity: 'notice',
    });
    expect(
      best(ext4EmergencyRo, host(mount(['rw', 'relatime']), fact('ext-errors', { device: 'vdb1', errors: 0 }))),
    ).toBeUndefined();
  });
  it('is a consequence when the pool below is full: less sure, lower score', () => {
    const alone = best(ext4RemountRo, text(remounted));
    const below = best(ext4RemountRo, text(remounted, event('thin-pool-out-of-data-error', 'dm-2')));
    expect(alone?.confidence).toBe('likely');
    expect(below?.score).toBeLessThan(alone?.score ?? 0);
    expect(
      best(ext4EmergencyRo, host(mount(['rw', 'emergency_ro']), event('loop-write-error', 'loop0')))?.confidence,
    ).toBe('likely');
  });
});

describe('other states', () => {
  it('xfs shutdown is never confirmed as the reason', () => {
    expect(best(xfsShutdown, host(event('xfs-shutdown')))).toMatchObject({ confidence: 'likely', subject: 'vdb1' });
  });
  it('btrfs aborted for another reason than space is likely', () => {
    expect(best(btrfsAborted, text(event('btrfs-forced-readonly', 'dm-3')))).toMatchObject({ confidence: 'likely' });
  });
  it('a full directory index is confirmed by the kernel', () => {
    const full = fact('kernel-event', { event: 'ext4-dir-index-full', device: 'vdb1', values: { inode: 128001 } });
    expect(best(ext4DirIndexFull, text(full))).toMatchObject({
      confidence: 'confirmed',
      subject: 'directory with inode 128001 on vdb1',
    });
  });
});

describe('read-only by design', () => {
  it('is confirmed by a mount that is ro on a file system that is rw', () => {
    expect(best(readOnlyByDesign, text(mount(['ro', 'relatime'], ['rw']), erofs('/data/a')))).toMatchObject({
      confidence: 'confirmed',
      severity: 'notice',
    });
  });
  it('is not said when both are ro, or when the kernel reports an error', () => {
    expect(best(readOnlyByDesign, text(mount(['ro'], ['ro']), erofs('/data/a')))?.confidence).toBe('possible');
    expect(
      best(readOnlyByDesign, text(mount(['ro'], ['rw']), erofs('/data/a'), event('ext4-remount-ro'))),
    ).toBeUndefined();
  });
  it('needs a refused write', () => {
    expect(best(readOnlyByDesign, host(mount(['ro'], ['rw'])))).toBeUndefined();
  });
  it('/usr of an image-based system is likely', () => {
    expect(best(readOnlyByDesign, text(erofs('/usr/bin/tool')))?.confidence).toBe('likely');
  });
});
