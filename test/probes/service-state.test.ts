import { expect, test } from 'vitest';
import { serviceState } from '../../src/probes/service-state.ts';
import { pasted, ran } from './scan.ts';

test('is-active answers in the order of the question', () => {
  expect(
    ran(
      serviceState,
      'service-state',
      ['systemctl', 'is-active', 'dm-event.socket', 'dm-event.service', 'lvm2-monitor.service'],
      'active\ninactive\nfailed\n',
    ),
  ).toEqual([
    { name: 'dm-event.socket', active: true, state: 'active' },
    { name: 'dm-event', active: false, state: 'inactive' },
    { name: 'lvm2-monitor', active: false, state: 'failed' },
  ]);
});

test('status and list-units in a session', () => {
  const text = `# systemctl status docker
● docker.service - Docker Application Container Engine
   Loaded: loaded (/lib/systemd/system/docker.service; enabled)
   Active: failed (Result: exit-code) since Mon
# systemctl list-units
  lvm2-monitor.service  loaded active   exited  Monitoring of LVM2 mirrors
  cron.service          loaded active   running cron
# systemctl is-active dm-event
inactive`;
  expect(pasted(serviceState, 'service-state', text)).toEqual([
    { name: 'docker', active: false, state: 'failed' },
    { name: 'lvm2-monitor', active: true, state: 'active' },
    { name: 'dm-event', active: false, state: 'inactive' },
  ]);
});

test('`active` in prose', () => {
  expect(pasted(serviceState, 'service-state', 'docker.service is\nactive\n')).toEqual([]);
});
