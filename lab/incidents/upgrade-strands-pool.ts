import { asBefore, beforeUpgrade, bringBack, changeDriver, rescueAll, upgrade } from '../devicemapper/stranded.ts';
import { contains, holds } from '../expect.ts';
import type { Incident } from '../incident.ts';

/** The distribution was upgraded; Docker was configured for a driver it no longer has. */
export const upgradeStrandsPool: Incident = {
  name: 'upgrade-strands-pool',
  title: 'an upgrade takes the devicemapper driver away: dockerd does not start, the pool is stranded',
  grounds: ['vm'],
  guest: 'debian13',
  takesFrom: ['debian12'],
  causes: ['devicemapper-removed-from-docker'],
  make: beforeUpgrade,
  break: upgrade,
  async state({ ground }) {
    contains(await ground.must(['dockerd', '--version']), /^Docker version (2[5-9]|[3-9]\d)\./, 'the daemon');
    const layers = await ground.must(['ls', '/var/lib/docker/devicemapper/metadata']);
    holds(layers.split('\n').length > 4, `the layers of the old driver are gone: ${layers}`);
    contains(await ground.must(['dmsetup', 'ls', '--target', 'thin-pool']), 'No devices found', 'pools in use');
  },
  works: asBefore,
  async cure(lab) {
    await changeDriver(lab);
    await bringBack(lab);
  },
  heal: {
    cures: [],
    async rescue(lab) {
      await changeDriver(lab);
      await rescueAll(lab);
    },
  },
};
