import { dockerd } from '../dockerd.ts';
import { contains, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { BASE } from '../images.ts';
import type { Incident } from '../incident.ts';

/** A cache of tiny files, as build tools and package managers keep it. */
const FILL = 'i=0; while : > /cache/$i; do i=$((i+1)); done';

export const overlay2Inodes: Incident = {
  name: 'overlay2-inodes',
  title: 'overlay2 on ext4: no inode is left, df shows room; restarted, dockerd blames its driver',
  grounds: ['kernel', 'vm'],
  disks: [512],
  causes: ['inodes-exhausted'],
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.ext4', '-q', '-N', '2048', disk]);
    await ground.mount(disk, '/var/lib/docker');
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', BASE, '--volume', 'lab-cache:/cache', '--stop-timeout', '1');
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { docker } = lab;
    const filled = await docker.run(['exec', 'web', 'sh', '-c', FILL]);
    contains(filled.stderr, "can't create /cache/", 'the loop that makes files');
    const ran = await docker.run(['run', '--rm', '--network', 'none', BASE, 'true']);
    const error = lineWith(ran.stderr, /mkdir \/var\/lib\/docker\/overlay2\/.*: no space left on device/, 'docker run');
    await docker.stop();
    // the reason stands one line above what everybody quotes
    const last = await docker.startFails();
    contains(last, 'error initializing graphdriver: driver not supported', 'dockerd, restarted');
    return error;
  },
  async state({ ground }) {
    const inodes = await ground.must(['df', '--output=iavail,ipcent,avail', '--block-size=1', '/var/lib/docker']);
    const [free, percent, bytes] = (inodes.split('\n')[1] ?? '').trim().split(/\s+/);
    // the daemon gave a few back when it ended
    holds(Number(free) < 10 && percent === '100%', `inodes are left: ${free}, ${percent} used`);
    holds(Number(bytes) > 400 * 2 ** 20, `df shows no room: ${bytes}`);
  },
  async works(lab) {
    await lab.docker.must('run', '--rm', '--network', 'none', BASE, 'true');
  },
  async cure(lab) {
    await lab.ground.must(['find', '/var/lib/docker/volumes/lab-cache/_data', '-type', 'f', '-delete']);
    await lab.docker.start();
  },
};
