import { expect, test } from 'vitest';
import { lvs } from '../../src/probes/lvs.ts';
import { known, pasted, ran } from './scan.ts';

test('JSON of any columns; a volume of two segments once', () => {
  const text = `  {
      "report": [
          {
              "lv": [
                  {"lv_name":"thinpool", "vg_name":"docker", "lv_attr":"twi-aot-D-", "lv_size":"2684354560B", "pool_lv":"", "data_percent":"100.00", "metadata_percent":"11.08", "seg_monitor":"monitored", "lv_when_full":"error", "lv_health_status":"out_of_data", "chunk_size":"524288B", "lv_metadata_size":"16777216B", "lv_profile":"docker-thinpool"},
                  {"lv_name":"[thinpool_tdata]", "vg_name":"docker", "lv_attr":"Twi-ao----", "lv_size":"2684354560B", "seg_monitor":""},
                  {"lv_name":"[thinpool_tdata]", "vg_name":"docker", "lv_attr":"Twi-ao----", "lv_size":"2684354560B", "seg_monitor":""}
              ]
          }
      ]
  }`;
  const rows = ran(lvs, 'lv', ['lvs', '--reportformat', 'json'], text);
  expect(rows).toEqual([
    {
      vg: 'docker',
      name: 'thinpool',
      attr: 'twi-aot-D-',
      size: 2_684_354_560,
      dataPercent: 100,
      metadataPercent: 11.08,
      monitor: 'monitored',
      whenFull: 'error',
      health: 'out_of_data',
      chunkSize: 524_288,
      metadataSize: 16_777_216,
      profile: 'docker-thinpool',
    },
    { vg: 'docker', name: 'thinpool_tdata', attr: 'Twi-ao----', size: 2_684_354_560, monitor: '' },
  ]);
});

const TABLE = `  LV               VG     Attr       LSize   Pool     Origin Data%  Meta%  Move Log Cpy%Sync Convert Monitor
  [lvol0_pmspare]  docker ewi-------  16.00m
  thinpool         docker twi-aot-D-   2.50g                 100.00 11.08                            not monitored
  [thinpool_tdata] docker Twi-ao----   2.50g
  web              docker Vwi-aotz-- <10,00g thinpool base    43.12
  root             sys    -wi-ao----  20.00g                                          `;

test('the table, and collapsed with Markdown marks', () => {
  const wanted = [
    { name: 'lvol0_pmspare', vg: 'docker', size: 16_777_216 },
    {
      name: 'thinpool',
      attr: 'twi-aot-D-',
      size: 2_684_354_560,
      dataPercent: 100,
      metadataPercent: 11.08,
      monitor: 'not monitored',
      health: 'out_of_data',
    },
    { name: 'thinpool_tdata' },
    { name: 'web', attr: 'Vwi-aotz--', size: 10_737_418_240, pool: 'thinpool', origin: 'base', dataPercent: 43.12 },
    { name: 'root', vg: 'sys', size: 21_474_836_480 },
  ];
  expect(ran(lvs, 'lv', ['lvs', '-a'], TABLE)).toMatchObject(wanted);
  expect(pasted(lvs, 'lv', TABLE.replace(/ +/g, ' ').replace('100.00', '**100.00**'))).toMatchObject(wanted);
});

test('a plain volume has no percents, whatever stands behind it', () => {
  expect(ran(lvs, 'lv', ['lvs'], TABLE)[4]).not.toHaveProperty('dataPercent');
});

test('an old table without Meta% does not take Copy% for it', () => {
  const text =
    '  LV   VG  Attr      LSize  Pool Origin Data%  Move Log Copy%  Convert\n  pool vg0 twi-a-tz- 10.00g              97.50          33.00';
  const [pool] = pasted(lvs, 'lv', text);
  expect(pool).toMatchObject({ dataPercent: 97.5 });
  expect(pool).not.toHaveProperty('metadataPercent');
});

test('chosen columns without attributes', () => {
  const text = '  LV    LSize   Data%  Meta%\n  pool  <90.00g 99.98  4.50\n  home  10.00g';
  expect(pasted(lvs, 'lv', text)).toMatchObject([
    { vg: '', name: 'pool', size: 96_636_764_160, dataPercent: 99.98, metadataPercent: 4.5 },
    { name: 'home', size: 10_737_418_240 },
  ]);
});

test('lvdisplay', () => {
  const text = `  --- Logical volume ---
  LV Name                thinpool
  VG Name                docker
  LV Pool metadata       thinpool_tmeta
  LV Size                95.00 GiB
  Allocated pool data    100.00%
  Allocated metadata     4.51%
  Current LE             24320

  --- Logical volume ---
  LV Path                /dev/docker/web
  LV Name                web
  VG Name                docker
  LV Pool name           thinpool
  Mapped size            12.30%
  LV Size                10.00 GiB`;
  expect(pasted(lvs, 'lv', text)).toMatchObject([
    { vg: 'docker', name: 'thinpool', size: 102_005_473_280, dataPercent: 100, metadataPercent: 4.51 },
    { vg: 'docker', name: 'web', pool: 'thinpool', dataPercent: 12.3 },
  ]);
});

test('find -ls and ls -l are not lvs', () => {
  expect(
    pasted(
      lvs,
      'lv',
      '  11788      4 drwxr-x---   2 root root 4096 Nov 21 01:52 /x\n 12 root -rw------- 1 root\n-rw-r--r-- 1 root root 5g',
    ),
  ).toEqual([]);
});

test('asked where there are logical volumes or a thin pool', () => {
  expect(lvs.asks?.(known(['block', { name: 'sda', type: 'disk', size: 1, mountpoints: [], parents: [] }]))).toEqual(
    [],
  );
  expect(
    lvs.asks?.(known(['block', { name: 'vg-root', type: 'lvm', size: 1, mountpoints: [], parents: ['sda'] }])),
  ).toHaveLength(1);
  expect(lvs.asks?.(known(['engine', { engine: 'docker', driver: 'devicemapper' }]))).toHaveLength(1);
});

test('VG before LV, as the columns were asked for', () => {
  const text = `  VG     LV               Attr       LSize  Data%  Meta%
  docker thinpool         twi-aotz--  2.50g 25.00  10.20
  docker [thinpool_tdata] Twi-ao----  2.50g
`;
  expect(pasted(lvs, 'lv', text)).toMatchObject([
    { vg: 'docker', name: 'thinpool', dataPercent: 25, metadataPercent: 10.2 },
    { vg: 'docker', name: 'thinpool_tdata' },
  ]);
});
