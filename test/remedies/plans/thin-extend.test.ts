import { describe, expect, it } from 'vitest';
import { thinAutoextend } from '../../../src/remedies/plans/thin-autoextend.ts';
import { thinExtend } from '../../../src/remedies/plans/thin-extend.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const GIB = 2 ** 30;
const EXTENT = 4 * 2 ** 20;

const machine = (free: number, over: Answers = []): Answers => [
  ...over,
  ['dmsetup ls', 'docker-thinpool\t(253:2)\n'],
  ['dmsetup table', '0 2097152 thin-pool 253:0 253:1 1024 0 1 skip_block_zeroing \n'],
  [
    'dmsetup status',
    '0 2097152 thin-pool 9 438/4096 2048/2048 - out_of_data_space discard_passdown error_if_no_space - 1024\n',
  ],
  [
    'lvs --noheadings --nosuffix --units b --separator : --options lv_uuid',
    `u-u:${GIB}:16777216:524288:not monitored:\n`,
  ],
  ['vgs', `${free}:${EXTENT}\n`],
  ['blockdev', `${2 * GIB}\n`],
  ['wipefs', ''],
  ['lsblk', 'vdc disk \n'],
];

describe('thin-extend', () => {
  const plan = (free: number, settings: Record<string, string> = {}, over: Answers = []) =>
    drafted(thinExtend.draft(request(settings)), machine(free, over));

  it('leaves a fifth of the group for autoextend', () => {
    const { settings, steps } = plan(GIB);
    expect(Number(settings['size'])).toBe(GIB + Math.floor((GIB * 0.8) / EXTENT) * EXTENT);
    expect(steps.map((step) => step.id)).toEqual(['extend-data']);
    expect(steps[0]?.run).toEqual([['lvextend', '--yes', '--size', `${settings['size']}b`, 'docker/thinpool']]);
  });

  it('adds an empty disk first, and refuses one that is not', () => {
    const steps = plan(0, { device: '/dev/vdc' }).steps;
    expect(steps.map((step) => step.id)).toEqual(['add-device', 'extend-data']);
    expect(() => plan(0, { device: '/dev/vdc' }, [['wipefs', 'ext4 0x438\n']])).toThrow(/signature of ext4/);
    expect(() => plan(0, { device: '/dev/vdc' }, [['lsblk', 'vdc disk \nvdc1 part /srv\n']])).toThrow(/in use/);
  });

  it('says what to do when the group has nothing, or less than was asked for', () => {
    expect(() => plan(0)).toThrow(/--set device=/);
    expect(() => plan(GIB, { size: '4g' })).toThrow(/does not have that much/);
  });
});

describe('thin-autoextend', () => {
  const plan = (free: number, settings: Record<string, string> = {}) =>
    drafted(thinAutoextend.draft(request(settings)), machine(free)).settings;

  it('takes a step that the group can give', () => {
    expect(plan(GIB)['percent']).toBe('20');
    expect(plan(GIB / 10)['percent']).toBe('9');
  });

  it('refuses a step that can never be given', () => {
    expect(() => plan(EXTENT)).toThrow(/cannot give even one such step/);
    expect(() => plan(GIB / 10, { percent: '20' })).toThrow(/--set percent=9/);
    expect(() => plan(GIB, { threshold: '100' })).toThrow(/100 is off/);
  });
});
