import { dockerd } from '../dockerd.ts';
import { contains, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP } from '../images.ts';
import type { Incident } from '../incident.ts';

const SETTING = 'user.max_user_namespaces';

export const userNamespaces: Incident = {
  name: 'user-namespaces',
  title: 'hardening forbids user namespaces on a host whose daemon runs with userns-remap',
  // the limit is the kernel's, not ours to change here
  grounds: ['vm'],
  causes: ['ucounts-namespaces'],
  async make(lab) {
    const { ground } = lab;
    // makes the user dockremap and its ranges
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2', '--userns-remap', 'default']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', APP);
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { ground, docker } = lab;
    await ground.write('/etc/sysctl.d/90-hardening.conf', `${SETTING} = 0\n`);
    await ground.must(['sysctl', '-p', '/etc/sysctl.d/90-hardening.conf']);
    const refused = await ground.run(['unshare', '--user', 'true']);
    contains(refused.stderr, 'unshare: unshare failed: No space left on device', 'unshare');
    const ran = await docker.run(['start', 'batch']);
    return lineWith(ran.stderr, /can't get final child's PID from pipe: EOF/, 'docker start');
  },
  async state({ ground, docker }) {
    contains(await ground.must(['sysctl', SETTING]), `${SETTING} = 0`, 'sysctl');
    contains(await docker.must('info', '--format', '{{json .SecurityOptions}}'), 'name=userns', 'docker info');
  },
  async works({ docker }) {
    await docker.must('run', '--rm', '--network', 'none', APP, 'true');
  },
  async cure({ ground }) {
    await ground.write('/etc/sysctl.d/90-hardening.conf', `${SETTING} = 28633\n`);
    await ground.must(['sysctl', '-p', '/etc/sysctl.d/90-hardening.conf']);
  },
  heal: { cures: [{ remedy: 'raise-limit' }] },
};
