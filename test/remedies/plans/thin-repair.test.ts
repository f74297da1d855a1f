import { describe, expect, it } from 'vitest';
import { thinRepair } from '../../../src/remedies/plans/thin-repair.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const MIB = 2 ** 20;
const TMETA = '/dev/mapper/docker-thinpool_tmeta';

/** A superblock's words from byte 64: both space maps' roots, blocks and allocated. */
const words = (data: number, used: number, metadata: number, allocated: number): string =>
  [data, used, ...Array(14).fill(7), metadata, allocated].join(' ');

const machine = (over: Answers = []): Answers => [
  ...over,
  ['dmsetup ls', 'docker-thinpool\t(253:2)\n'],
  ['dmsetup status', '0 524288000 thin-pool Fail\n'],
  ['dmsetup info', '253:2\n'],
  ['dmsetup table --target thin', 'docker-254:0-131-aa: 0 2097152 thin Fail\nother: 0 2097152 thin 253:9 7\n'],
  ['dmsetup deps', 'docker-254:0-131-aa: 1 dependencies\t: (253, 2)\nother: 1 dependencies\t: (253, 9)\n'],
  ['thin_check --version', '0.9.0\n'],
  [
    'lvs --noheadings --nosuffix --units b --separator : --options lv_uuid',
    `u-u:${250 * 1024 * MIB}:${2 * MIB}:65536:monitored:\n`,
  ],
  ['vgs', `${200 * MIB}:${MIB}\n`],
  ['df', 'Avail Type\n9999999999 ext4\n'],
  ['stat -f', 'ef53 4096 1000000\n'],
  [`od -v -A n -t u8 --endian=little -j 64 -N 144 ${TMETA}`, words(4_096_000, 9000, 512, 480)],
];

const plan = (over: Answers = []) =>
  drafted(
    thinRepair.draft(
      request(
        {},
        { 'dm-status': [{ name: 'docker-thinpool', start: 0, length: 1, target: 'thin-pool', failed: 'Fail' }] },
      ),
    ),
    machine(over),
  );

describe('thin-repair', () => {
  it('keeps a copy of the metadata before anything is changed, and takes no way around it', () => {
    const { steps, settings } = plan();
    const ids = steps.map((step) => step.id);
    expect(ids).toEqual(['unmount-1', 'remove-1', 'deactivate', 'save', 'enlarge', 'repair', 'activate']);
    const save = steps.find((step) => step.id === 'save');
    expect(save?.run.at(-1)).toContain(`if=${TMETA}`);
    expect(save?.run.at(-1)).toContain(`of=${settings['save']}`);
    expect(steps.find((step) => step.id === 'repair')?.skipIf?.[0]?.run).toContain(settings['save']);
  });

  it('refuses where there is nothing to repair, or no room for what was full', () => {
    const rw = '0 1 thin-pool 9 438/4096 20/2048 - rw discard_passdown queue_if_no_space - 1024\n';
    expect(() => plan([['dmsetup status', rw]])).toThrow(/nothing to repair/);
    expect(() => plan([['vgs', `0:${MIB}\n`]])).toThrow(/nothing to make it larger/);
  });

  it('plans where the superblock cannot be read, and promises nothing then', () => {
    expect(plan([['od', { exit: 1 }]]).predicted.headroomAfter).toBeUndefined();
  });
});
