import { expect, test } from 'vitest';
import { btrfsDf } from '../../src/probes/btrfs-df.ts';
import { pasted, ran } from './scan.ts';

const G = 1024 ** 3;
const TEXT = `# btrfs filesystem df /var/lib/docker
Data, single: total=27.22GiB, used=14.55GiB
System, DUP: total=8.00MiB, used=16.00KiB
Metadata, DUP: total=1.38GiB, used=1.03GiB
Metadata, single: total=8.00MiB, used=0.00B
GlobalReserve, single: total=352.00MiB, used=0.00B`;

test('text: rows by type and profile, the global reserve apart', () => {
  expect(pasted(btrfsDf, 'btrfs-df', TEXT)).toEqual([
    {
      path: '/var/lib/docker',
      rows: [
        { type: 'data', profile: 'single', total: Math.round(27.22 * G), used: Math.round(14.55 * G) },
        { type: 'system', profile: 'DUP', total: 8388608, used: 16384 },
        { type: 'metadata', profile: 'DUP', total: Math.round(1.38 * G), used: Math.round(1.03 * G) },
        { type: 'metadata', profile: 'single', total: 8388608, used: 0 },
      ],
      globalReserve: { size: 352 * 1024 ** 2, used: 0 },
      resolution: G / 200,
    },
  ]);
});

test('a second table begins where a row comes again; mixed groups; sizes of old versions', () => {
  const rows = TEXT.split('\n').slice(1).join('\n');
  expect(pasted(btrfsDf, 'btrfs-df', `${rows}\n\nafter the cure:\n${rows}`)).toHaveLength(2);
  expect(
    pasted(
      btrfsDf,
      'btrfs-df',
      'Data+Metadata, single: total=8.00GB, used=2.00GB\nunknown, single: total=16.00MB, used=0.00',
    ),
  ).toEqual([
    {
      rows: [{ type: 'mixed', profile: 'single', total: 8 * G, used: 2 * G }],
      globalReserve: { size: 16 * 1024 ** 2, used: 0 },
      resolution: G / 200,
    },
  ]);
});

test('JSON', () => {
  const body =
    '{"__header":{"version":"1"},"filesystem-df":[{"bg-type":"Data","bg-profile":"single","total":"3740270592","used":"3739766784"},{"bg-type":"GlobalReserve","bg-profile":"single","total":"5767168","used":"0"}]}';
  expect(ran(btrfsDf, 'btrfs-df', ['btrfs', '--format', 'json', 'filesystem', 'df', '/mnt'], body)).toEqual([
    {
      path: '/mnt',
      rows: [{ type: 'data', profile: 'single', total: 3740270592, used: 3739766784 }],
      globalReserve: { size: 5767168, used: 0 },
    },
  ]);
});
