import { describe, expect, it } from 'vitest';
import { growLoopPool } from '../../../src/remedies/plans/grow-loop-pool.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const DATA = '/var/lib/docker/devicemapper/devicemapper/data';
const POOL = 'docker-254:0-131-pool';
const GIB = 2 ** 30;

const machine = (over: Answers = []): Answers => [
  ...over,
  ['dmsetup ls', `${POOL}\t(253:0)\n`],
  ['dmsetup table', '0 2097152 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing \n'],
  [
    'dmsetup status',
    '0 2097152 thin-pool 9 1755/16384 16384/16384 - out_of_data_space discard_passdown error_if_no_space - 1024\n',
  ],
  ['readlink /sys/dev/block/7:0', '../../devices/virtual/block/loop0\n'],
  ['readlink /sys/dev/block/7:1', '../../devices/virtual/block/loop1\n'],
  ['cat /sys/block/loop0/loop/backing_file', `${DATA}\n`],
  ['cat /sys/block/loop1/loop/backing_file', `${DATA.slice(0, -'data'.length)}metadata\n`],
  ['cat /sys/block/loop0/loop', '0\n'],
  ['cat /sys/block/loop1/loop', '0\n'],
  [`stat -c %s %d ${DATA.slice(0, -'data'.length)}metadata`, '67108864 254\n'],
  ['stat -c %s %d', '1073741824 254\n'],
  ['stat -c %b %B', '2097152 512\n'],
  ['df', '     Avail Mounted on\n6155575296 /\n'],
];

const plan = (settings: Record<string, string> = {}, over: Answers = []) =>
  drafted(growLoopPool.draft(request(settings)), machine(over));

describe('grow-loop-pool', () => {
  it('carries the devices of the table as they are, and only makes it longer', () => {
    const steps = plan({ size: '2g' }).steps;
    expect(steps.map((step) => step.id)).toEqual(['data-file', 'data-loop', 'pool']);
    expect(steps[2]?.run[0]).toEqual([
      ...['dmsetup', 'load', POOL, '--table'],
      '0 4194304 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing',
    ]);
    expect(steps[2]?.undo).toBeUndefined();
  });

  it('cuts the file off again only while the pool has its old length', () => {
    const undoIf = plan({ size: '2g' }).steps[0]?.undoIf;
    expect(undoIf?.map((check) => check.matches)).toEqual([`^${2 * GIB}$`, '^0 2097152 thin-pool ']);
  });

  it('does not promise more than the disk below has', () => {
    expect(() => plan({ size: '8g' })).toThrow(/cannot carry a pool of that size/);
    expect(() => plan({}, [['df', 'Avail Mounted on\n0 /\n']])).toThrow(/Make room there first/);
  });

  it('refuses to make it smaller, and a pool whose metadata wants a check', () => {
    expect(() => plan({ size: '512m' })).toThrow(/can only grow/);
    const line = '0 2097152 thin-pool 9 1/16384 5/16384 - ro discard_passdown queue_if_no_space needs_check 1024';
    expect(() => plan({}, [['dmsetup status', line]])).toThrow(/thin-repair/);
  });

  it('refuses a pool on LVM and a file that was deleted', () => {
    expect(() => plan({}, [['readlink /sys/dev/block/7:0', '../../devices/virtual/block/dm-1\n']])).toThrow(
      /thin-extend/,
    );
    expect(() => plan({}, [['cat /sys/block/loop0/loop/backing_file', `${DATA} (deleted)\n`]])).toThrow(
      /cannot be reached by its name/,
    );
  });

  it('grows metadata that could not map the new blocks', () => {
    const full = '0 2097152 thin-pool 9 16000/16384 5/16384 - rw discard_passdown queue_if_no_space - 1024';
    const ids = plan({ size: '2g' }, [['dmsetup status', full]]).steps.map((step) => step.id);
    expect(ids).toContain('metadata-file');
  });
});
