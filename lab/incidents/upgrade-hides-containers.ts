import { asBefore, beforeUpgrade, bringBack, changeDriver, upgrade } from '../devicemapper/stranded.ts';
import { contains, lineWith } from '../expect.ts';
import type { Incident } from '../incident.ts';

/** After such an upgrade somebody changed the driver: the daemon starts, and everything seems gone. */
export const upgradeHidesContainers: Incident = {
  name: 'upgrade-hides-containers',
  title: 'an upgrade takes the devicemapper driver away: dockerd comes up on overlay2 with nothing in it',
  grounds: ['vm'],
  guest: 'debian13',
  takesFrom: ['debian12'],
  causes: ['devicemapper-removed-from-docker'],
  // nothing is full, and the daemon works
  status: 1,
  make: beforeUpgrade,
  async break(lab) {
    await upgrade(lab);
    await changeDriver(lab);
    const started = await lab.docker.run(['start', 'web']);
    return lineWith(started.stderr, 'No such container: web', 'docker start');
  },
  async state({ docker, ground }) {
    const info = await docker.must('info');
    contains(info, 'Storage Driver: overlay2', 'docker info');
    contains(info, /Containers: 0\n[\s\S]*Images: 0\n/, 'docker info');
    contains(await ground.must(['ls', '/var/lib/docker/image']), 'devicemapper', 'the data root');
  },
  works: asBefore,
  cure: bringBack,
};
