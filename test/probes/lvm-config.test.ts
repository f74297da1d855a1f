import { expect, test } from 'vitest';
import { lvmConfig } from '../../src/probes/lvm-config.ts';
import { file, known, pasted, ran } from './scan.ts';

test('lvmconfig, a profile, lvm.conf with comments', () => {
  expect(
    ran(
      lvmConfig,
      'lvm-config',
      ['lvmconfig', 'x'],
      'thin_pool_autoextend_threshold=100\nthin_pool_autoextend_percent=20\nmonitoring=1\n',
    ),
  ).toEqual([{ from: 'lvmconfig', autoextendThreshold: 100, autoextendPercent: 20, monitoring: true }]);
  expect(
    file(
      lvmConfig,
      'lvm-config',
      '/etc/lvm/profile/docker-thinpool.profile',
      'activation {\n  thin_pool_autoextend_threshold=80\n  thin_pool_autoextend_percent=20\n}',
    ),
  ).toEqual([{ from: 'docker-thinpool', autoextendThreshold: 80, autoextendPercent: 20 }]);
  expect(
    file(
      lvmConfig,
      'lvm-config',
      '/etc/lvm/lvm.conf',
      '\t# thin_pool_autoextend_threshold = 70\n\tthin_pool_autoextend_threshold = 100\n\tmonitoring = 0\n',
    ),
  ).toEqual([{ from: 'lvm.conf', autoextendThreshold: 100, monitoring: false }]);
});

test('a pasted session names the profile', () => {
  const text =
    '# cat /etc/lvm/profile/docker.profile\nactivation {\nthin_pool_autoextend_threshold=80\nthin_pool_autoextend_percent=20\n}\n# grep thin_pool /etc/lvm/lvm.conf\nthin_pool_autoextend_threshold = 100';
  expect(pasted(lvmConfig, 'lvm-config', text)).toMatchObject([
    { from: 'docker', autoextendThreshold: 80 },
    { autoextendThreshold: 100 },
  ]);
});

test("monitoring = 1 of some other program is not LVM's", () => {
  expect(pasted(lvmConfig, 'lvm-config', 'monitoring = 1')).toEqual([]);
});

test('reads the profiles that pools name, and no path that a name might hide', () => {
  const facts = known(
    ['block', { name: 'x', type: 'lvm', size: 1, mountpoints: [], parents: [] }],
    ['lv', { vg: 'a', name: 'b', profile: 'p1' }],
    ['lv', { vg: 'a', name: 'c', profile: '../../x' }],
  );
  expect(lvmConfig.asks?.(facts).filter((ask) => ask.kind === 'read')).toMatchObject([
    { path: '/etc/lvm/profile/p1.profile' },
  ]);
});
