import { describe, expect, it } from 'vitest';
import { thinTrim } from '../../../src/remedies/plans/thin-trim.ts';
import { faults } from '../support/drive.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const MIB = 2 ** 20;
const POOL = 'docker-254:0-131-pool';
const VOLUME = 'docker-254:0-131-aaaa';
const status = (rest: string) => `0 2097152 thin-pool 9 438/4096 2048/16384 - ${rest} - 1024\n`;

const machine = (over: Answers = []): Answers => [
  ...over,
  ['dmsetup ls', `${POOL}\t(253:0)\n`],
  ['dmsetup table', '0 2097152 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing \n'],
  ['dmsetup status', status('rw discard_passdown queue_if_no_space')],
  ['cat /proc/1/mountinfo', '30 1 253:0 / / rw - ext4 /dev/vda1 rw\n'],
  ['cat /proc/40/mountinfo', `31 30 253:1 / /var/lib/docker/mnt/x rw - ext4 /dev/mapper/${VOLUME} rw\n`],
  // 64 MiB in use of what the file system has
  ['stat -f', `4096 65536 ${65536 - 16384}\n`],
  ['readlink /proc/40/ns/mnt', 'mnt:[4026532001]\n'],
];
const plan = (mapped: number, over: Answers = []) =>
  drafted(
    thinTrim.draft(
      request({}, {
        'dm-table': [{ name: VOLUME, length: 524288, thin: { pool: '253:0', id: 7 } }],
        'dm-status': [{ name: VOLUME, length: 524288, thin: { mappedSectors: mapped / 512 } }],
        process: [{ pid: 40, program: 'dockerd' }],
      } as never),
    ),
    machine(over),
  );

describe('thin-trim', () => {
  it('gives back what the pool holds beyond what the files take, in the namespace where it is mounted', () => {
    const draft = plan(200 * MIB);
    expect(draft.predicted.freed).toBe(136 * MIB);
    expect(draft.steps.map((step) => step.run)).toEqual([
      [...[['nsenter', '--target', '40', '--mount', '--', 'fstrim', '--verbose', '/var/lib/docker/mnt/x']]],
    ]);
    expect(draft.steps[0]?.before[0]?.matches).toContain(VOLUME);
    expect(faults(thinTrim, draft)).toEqual([]);
  });

  it('leaves a volume alone that holds no more than its files', () => {
    expect(() => plan(64 * MIB)).toThrow(/nothing to give back.*container-volume/);
    expect(() => plan(200 * MIB, [['cat /proc/40/mountinfo', '']])).toThrow(/0 mounted volumes/);
  });

  it('refuses a pool that takes no discards, and one that wants a check', () => {
    expect(() => plan(200 * MIB, [['dmsetup status', status('rw ignore_discard queue_if_no_space')]])).toThrow(
      /ignores discards/,
    );
    const sick = '0 2097152 thin-pool 9 1/4096 5/16384 - ro discard_passdown queue_if_no_space needs_check 1024';
    expect(() => plan(200 * MIB, [['dmsetup status', sick]])).toThrow(/thin-repair/);
  });
});
