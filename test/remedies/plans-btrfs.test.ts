import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../src/remedies/plans/btrfs-chunks.ts';
import { ladder } from '../../src/remedies/plans/btrfs-ladder.ts';
import { btrfsMaintenance } from '../../src/remedies/plans/btrfs-maintenance.ts';
import { btrfsRebalance } from '../../src/remedies/plans/btrfs-rebalance.ts';
import { btrfsTemporaryDevice } from '../../src/remedies/plans/btrfs-temporary-device.ts';
import { type Answers, drive, faults, type SomeFact } from './support/drive.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const UUID = 'd5d3aaa0-b798-4dc5-9969-5dfd9807a089';
const MOUNT = '/var/lib/docker';

/** The founding incident: 30 GiB, all of it given to chunks, 12.7 GiB stranded in data chunks. */
const chunks = (used: readonly number[]): string =>
  used
    .map((part, index) => `${(index + 1) * GIB} ${GIB} 1 ${Math.round(part * GIB)} 1:${(index + 1) * GIB}`)
    .join('\n');
const SHARES = [0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, ...Array.from({ length: 20 }, () => 0.65)];
const TOTAL = SHARES.length * GIB;
const USED = Math.round(SHARES.reduce((sum, part) => sum + part, 0) * GIB);

function facts({ metadataFree = 0, unallocated = 0, devices = 1, profile = 'single' } = {}): SomeFact[] {
  const names = Array.from({ length: devices }, (_, index) => `/dev/mapper/vg-docker${index || ''}`);
  const metadata = { total: 1.38 * GIB, used: 1.03 * GIB };
  return [
    {
      kind: 'mount',
      value: { source: names[0] ?? '', target: MOUNT, fstype: 'btrfs', options: ['rw'], majmin: '0:40' },
    },
    {
      kind: 'btrfs-sysfs',
      value: {
        uuid: UUID,
        devices: names.map((name) => ({ name: name.slice('/dev/mapper/'.length), size: 30 * GIB })),
        spaces: {
          data: { total: TOTAL, used: USED, profiles: [{ profile, total: TOTAL, used: USED }] },
          metadata: {
            ...metadata,
            mayUse: metadata.total - metadata.used - metadataFree,
            profiles: [{ profile: profile === 'single' ? 'dup' : profile, ...metadata }],
          },
        },
      },
    },
    {
      kind: 'btrfs-show',
      value: {
        uuid: UUID,
        devices: names.map((path, index) => ({
          devid: index + 1,
          size: 30 * GIB,
          used: 30 * GIB - unallocated - MIB,
          path,
        })),
      },
    },
  ];
}

const show = (devices = 1): string =>
  [
    `Label: none  uuid: ${UUID}`,
    `\tTotal devices ${devices} FS bytes used 16728760320`,
    ...Array.from(
      { length: devices },
      (_, index) =>
        `\tdevid    ${index + 1} size 32212254720 used 32212254720 path /dev/mapper/vg-docker${index || ''}`,
    ),
  ].join('\n');

const answers = (more: Answers = [], devices = 1): Answers => [
  ...more,
  ['findmnt --noheadings --output FSTYPE,OPTIONS,TARGET', `btrfs rw,relatime ${MOUNT}\n`],
  ['btrfs filesystem show --raw', show(devices)],
  [`cat /sys/fs/btrfs/${UUID}/exclusive_operation`, 'none\n'],
  ['perl -e', chunks(SHARES)],
];
const VG: Answers = [['vgs', '  5368709120\n']];

describe('the ladder', () => {
  const data = (length: number, used: number): Chunk => ({
    type: 'data',
    profile: 'single',
    length,
    used,
    stripes: [],
  });

  test('takes the least used first, only as many as are needed', () => {
    const list = [data(100, 60), data(100, 0), data(100, 20), data(100, 90)];
    expect(ladder(list, 150)).toMatchObject({ freed: 200, copied: 20, moved: [list[1], list[2]] });
    expect(ladder(list, 150).rungs.slice(0, 2)).toEqual([
      { usage: 1, limit: 1 },
      { usage: 21, limit: 1 },
    ]);
    expect(ladder(list, 100).freed).toBe(100);
  });

  test('never moves more than the gaps of the others take', () => {
    expect(ladder([data(100, 80), data(100, 80), data(100, 80)], 100)).toMatchObject({ freed: 0, rungs: [] });
    // 10 chunks half full make 5 at best, and not the last gap
    expect(
      ladder(
        Array.from({ length: 10 }, () => data(100, 50)),
        Number.POSITIVE_INFINITY,
      ).freed,
    ).toBe(400);
  });

  test('foresees which chunks a real balance moved: the highest first, into the lowest gaps, none where no gap is left', () => {
    // chunks of a 512 MiB loop device, and what Linux did with them
    const found: [start: number, length: number, used: number][] = [
      [13, 8, 2],
      [61, 64, 34.9],
      [125, 64, 33],
      [189, 64, 34],
      [253, 64, 32],
      [317, 64, 34],
      [381, 64, 37],
      [445, 27, 15],
      [472, 12, 6],
    ];
    const list = found.map(([start, length, used]) => ({ ...data(length, used), start }));
    const { moved, freed, rungs } = ladder(list, 256);
    expect(moved.map(({ start }) => start)).toEqual([13, 472, 253, 317, 445]);
    expect(freed).toBe(175);
    // 381 found no gaps and became a new chunk of 96
    expect(rungs.at(-1)?.usage).toBe(56);
  });

  test('keeps the rungs few on a large file system', () => {
    const many = Array.from({ length: 2000 }, (_, index) => data(100, 20 + (index % 60)));
    const { rungs, freed } = ladder(many, 40_000);
    expect(freed).toBeGreaterThanOrEqual(40_000);
    expect(freed).toBeLessThan(42_000);
    expect(rungs.length).toBeLessThan(20);
  });
});

test('the founding incident: a logical volume is lent, chunks are packed until 3 GiB are free, and it goes', () => {
  const { draft, rests } = drive(btrfsTemporaryDevice, {
    facts: facts(),
    on: MOUNT,
    settings: { scratch: 'vg' },
    answers: answers(VG),
  });
  expect(faults(btrfsTemporaryDevice, draft)).toEqual([]);
  expect(rests).toEqual(expect.arrayContaining(['uuid of the file system', 'its devices']));
  expect(draft.predicted.headroomBefore).toBe(0);
  expect(draft.predicted.freed).toBe(4 * GIB);
  expect(draft.predicted.headroomAfter).toBeGreaterThan(10 * GIB);
  const lines = draft.steps.map((step) => step.run.map((argv) => argv.join(' ')).join('; '));
  expect(lines[0]).toMatch(/^lvcreate --yes .*--size \d+b --name ullage-7f3a01 vg$/);
  expect(lines[1]).toBe(`btrfs device add --nodiscard /dev/vg/ullage-7f3a01 ${MOUNT}`);
  // only what was there when the plan was made: a chunk just made matches the filter as well
  expect(lines[2]).toMatch(/^btrfs balance start -dusage=1,limit=2,vrange=0\.\.\d+ \/var\/lib\/docker$/);
  expect(lines.at(-2)).toBe(`btrfs device remove /dev/vg/ullage-7f3a01 ${MOUNT}`);
  expect(lines.at(-1)).toBe('lvremove --yes vg/ullage-7f3a01');
  expect(lines.join()).not.toMatch(/-m|-f\b/);
  // btrfs shows it by its device-mapper name, hyphens doubled
  const gone = draft.steps.at(-1)?.before[0];
  expect(gone?.lacks).toBeDefined();
  expect(new RegExp(gone?.lacks ?? '', 'm').test('devid 2 size 1 used 0 path /dev/mapper/vg-ullage--7f3a01')).toBe(
    true,
  );
});

test('RAID1 needs two devices with room: two are lent, both taken back before either goes', () => {
  const { draft } = drive(btrfsTemporaryDevice, {
    facts: facts({ devices: 2, profile: 'raid1' }),
    on: MOUNT,
    settings: { scratch: 'vg' },
    answers: [
      ['perl -e', chunks(SHARES).replaceAll(/ 1 (\d+) 1:(\d+)/g, ' 17 $1 1:$2,2:$2')],
      ['vgs', '  21474836480\n'],
      ...answers([], 2),
    ],
  });
  expect(draft.steps.map((step) => step.id).filter((id) => !id.startsWith('pack'))).toEqual([
    'room-1',
    'room-2',
    'lend-1',
    'lend-2',
    'take-back-1',
    'take-back-2',
    'clean-up-1',
    'clean-up-2',
  ]);
  expect(draft.steps.find((step) => step.id.startsWith('pack'))?.skipIf?.map((check) => check.number?.pattern)).toEqual(
    ['devid\\s+1 size \\d+ used (\\d+)', 'devid\\s+2 size \\d+ used (\\d+)'],
  );
  expect(draft.notes.join()).toMatch(/a failure of that disk is not covered/);
});

test('RAID5 on three devices: two chunks of data given back are three chunks of room', () => {
  const { draft } = drive(btrfsRebalance, {
    facts: facts({ devices: 3, profile: 'raid5', metadataFree: 200 * MIB }),
    on: MOUNT,
    settings: { target: '3G' },
    answers: [['perl -e', chunks(SHARES).replaceAll(/ 1 (\d+) 1:(\d+)/g, ' 129 $1 1:$2,2:$2,3:$2')], ...answers([], 3)],
  });
  expect(draft.predicted.freed).toBe(3 * GIB);
  expect(draft.steps.map((step) => step.id)).toContain('pack-1');
});

test('what cannot be is refused with what to do', () => {
  const plan =
    (settings: Record<string, string>, more: Answers = [], sick: SomeFact[] = facts()) =>
    () =>
      drive(btrfsTemporaryDevice, { facts: sick, on: MOUNT, settings, answers: answers(more) });
  expect(plan({})).toThrow(/no room for the device.*--set scratch=DIR, VG or \/dev\/DISK/);
  expect(plan({ scratch: 'vg' }, [['vgs', '  1048576\n']])).toThrow(/too little free: vg: 1 MiB/);
  expect(plan({ scratch: 'nogroup' }, [['vgs', 5]])).toThrow(/no such volume group or directory/);
  expect(
    plan({ scratch: '/mnt' }, [
      ['findmnt --noheadings --output FSTYPE,TARGET', `btrfs ${MOUNT}\n`],
      ['stat --format %F', 'directory\n'],
    ]),
  ).toThrow(/very file system that is full/);
  expect(
    plan({ scratch: '/mnt' }, [
      ['findmnt --noheadings --output FSTYPE,TARGET', 'nfs4 /mnt\n'],
      ['stat --format %F', 'directory\n'],
    ]),
  ).toThrow(/cannot be reserved on nfs4/);
  const disk: Answers = [
    ['readlink', '/dev/sdb\n'],
    ['lsblk', '10737418240 0 \n'],
  ];
  expect(plan({ scratch: '/dev/sdb' }, [...disk, ['wipefs', '# offset,uuid,label,type\n0x438,ab,,ext4\n']])).toThrow(
    /holds something: 0x438,ab,,ext4/,
  );
  expect(
    plan({ scratch: '/dev/sdb' }, [
      ['readlink', '/dev/sdb\n'],
      ['lsblk', '10737418240 0 /data\n'],
    ]),
  ).toThrow(/mounted at \/data/);
  expect(plan({ scratch: '/dev/sdb' }, [...disk, ['wipefs', '']])).not.toThrow();
  expect(plan({ scratch: 'vg' }, [['cat /sys/fs/btrfs', 'balance paused\n'], ...VG])).toThrow(/balance cancel/);
  expect(plan({ scratch: 'vg' }, [['perl -e', chunks([0.99, 0.98])], ...VG])).toThrow(/data chunks are full/);
});

test('memory is lent only when it is named, and then the loss is', () => {
  const tmpfs: Answers = [
    ['findmnt --noheadings --output FSTYPE,TARGET', 'tmpfs /dev/shm\n'],
    ['findmnt --noheadings --output MAJ:MIN', '0:25\n'],
    ['stat --format %F', 'directory\n'],
    ['stat --file-system', '4000000 4096\n'],
    ['losetup', ''],
  ];
  const { draft } = drive(btrfsTemporaryDevice, {
    facts: facts(),
    on: MOUNT,
    settings: { scratch: '/dev/shm/' },
    answers: answers(tmpfs),
  });
  expect(draft.notes.join()).toMatch(/if the machine is switched off.*IS LOST/);
});

test('chunks are read from btrfs-progs where there is no Perl', () => {
  const table = [
    'Devid PNumber      Type/profile       PStart       Length         PEnd LNumber       LStart Usage%',
    '----- ------- ----------------- ------------ ------------ ------------ ------- ------------ ------',
    ...SHARES.map((part, index) => {
      const at = (index + 1) * GIB;
      return `    1 ${String(index + 1).padStart(7)}       Data/single ${at} ${GIB} ${at + GIB} ${index + 1} ${at} ${(part * 100).toFixed(2)}`;
    }),
  ].join('\n');
  const order = { facts: facts(), on: MOUNT, settings: { scratch: 'vg' } };
  const listed = drive(btrfsTemporaryDevice, {
    ...order,
    answers: [['perl', 127], ['btrfs inspect-internal list-chunks --raw', table], ...answers(VG)],
  });
  const searched = drive(btrfsTemporaryDevice, { ...order, answers: answers(VG) });
  expect(listed.draft.steps).toEqual(searched.draft.steps);
  expect(() =>
    drive(btrfsTemporaryDevice, { ...order, answers: [['perl', 127], ['btrfs inspect', 1], ...answers(VG)] }),
  ).toThrow(/Install perl/);
});

describe('rebalance', () => {
  const order = (more: Parameters<typeof facts>[0], settings = {}) => ({
    facts: facts(more),
    on: MOUNT,
    settings,
    answers: answers(),
  });

  test('names the cure that works where balance itself has no room', () => {
    expect(() => drive(btrfsRebalance, order({}))).toThrow(
      /No space left on device.*ullage plan btrfs-temporary-device --on \/var\/lib\/docker/s,
    );
  });

  test('moves data only, metadata when it is asked for', () => {
    const plain = drive(btrfsRebalance, order({ metadataFree: 100 * MIB })).draft;
    expect(faults(btrfsRebalance, plain)).toEqual([]);
    expect(plain.predicted.freed).toBe(3 * GIB);
    expect(JSON.stringify(plain.steps)).not.toContain('-musage');
    expect(plain.steps[0]?.ifFailed?.says).toContain('ullage plan btrfs-temporary-device');
    const both = drive(btrfsRebalance, order({ metadataFree: 100 * MIB }, { metadata: 'yes' })).draft;
    expect(both.steps.at(-1)?.run[0]).toContain('-musage=50,limit=2');
  });

  test('does nothing where enough is free', () => {
    expect(() => drive(btrfsRebalance, order({ unallocated: 4 * GIB }))).toThrow(/enough is unallocated already/);
  });
});

describe('maintenance', () => {
  const systemd: Answers = [
    ['test -d /run/systemd/system', ''],
    ['test -x /usr/bin/btrfs', ''],
    ['test -x /usr/bin/systemd-tmpfiles', ''],
  ];
  const threshold: Answers = [[`cat /sys/fs/btrfs/${UUID}/allocation/data/bg_reclaim_threshold`, '75\n']];
  const order = (more: Answers, settings = {}) => ({ facts: facts(), on: MOUNT, settings, answers: answers(more) });

  test('a timer and the kernel, both kept over a reboot; the old cron job is switched off', () => {
    const cron: Answers = [
      ['grep -rIlsE', '/etc/cron.weekly/btrfs\n/etc/cron.d/balance\n/etc/cron.d/ullage-btrfs-d5d3aaa0\n'],
      ['test -x /etc/cron.weekly/btrfs', ''],
    ];
    const { draft } = drive(btrfsMaintenance, order([...systemd, ...threshold, ...cron]));
    expect(faults(btrfsMaintenance, draft)).toEqual([]);
    expect(draft.settings['by']).toBe('both');
    const writes = draft.steps.flatMap((step) => step.writes ?? []);
    expect(writes[0]).toMatchObject({ content: '30\n', inPlace: { was: '75\n' } });
    expect(writes.map((write) => write.path)).toEqual(
      expect.arrayContaining([
        '/etc/tmpfiles.d/ullage-btrfs-reclaim-d5d3aaa0.conf',
        '/etc/systemd/system/ullage-btrfs-balance-d5d3aaa0.timer',
      ]),
    );
    const service = writes.find((write) => write.path.endsWith('balance-d5d3aaa0.service'))?.content;
    expect(service).toContain(`ExecStart=/usr/bin/btrfs balance start -dusage=20,limit=10 ${MOUNT}`);
    expect(draft.steps.slice(-2).map((step) => step.run[0]?.slice(0, 2))).toEqual([
      ['sed', '--in-place'],
      ['chmod', 'a-x'],
    ]);
    expect(JSON.stringify(draft.steps)).not.toMatch(/"rm"|"sh"/);
  });

  test('without systemd: cron, and it is said what does not last', () => {
    const { draft } = drive(btrfsMaintenance, order([['test -x /usr/sbin/btrfs', ''], ...threshold, ['test', 1]]));
    expect(draft.steps.flatMap((step) => step.writes ?? []).at(-1)?.path).toBe('/etc/cron.d/ullage-btrfs-d5d3aaa0');
    expect(draft.notes.join()).toMatch(/no systemd.*after a reboot/);
  });

  test('an old kernel has no threshold', () => {
    expect(drive(btrfsMaintenance, order(systemd)).draft.settings['by']).toBe('timer');
    expect(() => drive(btrfsMaintenance, order(systemd, { by: 'kernel' }))).toThrow(/Linux 5.19 or later/);
  });
});
