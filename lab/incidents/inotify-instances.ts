import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Incident } from '../incident.ts';
import { follows } from './inotify-watches.ts';

/** A log shipper with one `tail` for each log: more than the 128 instances that a user has by default. */
const SHIPPER = 'i=0; while [ $i -lt 140 ]; do tail -n 0 -F /etc/hostname & i=$((i+1)); done; wait';

export const inotifyInstances: Incident = {
  name: 'inotify-instances',
  title: 'a container follows more files than a user has inotify instances',
  grounds: ['vm'],
  causes: ['inotify-instances'],
  async make(lab) {
    lab.docker = await dockerd(lab.ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', lab.ground.imagesTar);
    await container(lab, 'web', APP);
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { docker } = lab;
    const shipper = ['/bin/busybox', 'chroot', '/host', '/usr/bin/dash', '-c', SHIPPER];
    await docker.must('run', '-d', '--network', 'none', '--name', 'shipper', '-v', '/:/host:ro', BASE, ...shipper);
    const polls = /^tail: inotify cannot be used, reverting to polling: Too many open files$/m;
    const said = await eventually(120, 'the last one must poll', async () => {
      const { stderr } = await docker.run(['logs', 'shipper']);
      return polls.test(stderr) ? stderr : undefined;
    });
    // Docker does not hear any more when a container runs out of memory
    await docker.must('run', '--rm', '--network', 'none', BASE, 'sleep', '1');
    contains(await docker.log(), 'error="failed to create inotify fd"', "dockerd's log");
    return lineWith(said, polls, "the shipper's log");
  },
  async state({ ground }) {
    const open = await ground.run([
      'find',
      '/proc',
      '-maxdepth',
      '3',
      '-path',
      '/proc/[0-9]*/fd/*',
      '-lname',
      '*inotify',
    ]);
    const used = open.stdout.split('\n').filter((line) => line !== '').length;
    holds(used === 128, `${used} instances of 128`);
  },
  works: follows,
  async cure({ ground }) {
    await ground.write('/etc/sysctl.d/60-inotify.conf', 'fs.inotify.max_user_instances=8192\n');
    await ground.must(['sysctl', '-p', '/etc/sysctl.d/60-inotify.conf']);
  },
  heal: { cures: [{ remedy: 'raise-limit' }] },
};
