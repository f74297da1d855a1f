import { dockerd } from '../dockerd.ts';
import { holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

/** Below the default of 100000: with that many, runc alone takes minutes in an emulated guest. */
const LIMIT = 2000;

/** One bind mount for each backup ever made; mount(2) by its number on x86-64, 4096 is MS_BIND. */
const BACKUP = `my ($volume, $bind, $none) = ('/var/lib/docker/volumes/lab-volume/_data', 4096, '');
for my $n (1 .. 1e6) {
  my $at = "/srv/backup/$n";
  mkdir $at;
  syscall(165, $volume, $at, $none, $bind, $none) < 0 and die "mount $at: $!\\n";
}
`;

export const mountMax: Incident = {
  name: 'mount-max',
  title: 'a backup job mounts a volume for every run and never unmounts: no mount is left for a container',
  // the limit is the kernel's, not a namespace's
  grounds: ['vm'],
  causes: ['mount-max'],
  async make(lab) {
    const { ground } = lab;
    await ground.must(['sysctl', '-w', `fs.mount-max=${LIMIT}`]);
    await ground.write('/usr/local/lib/backup.pl', BACKUP);
    await ground.must(['mkdir', '-p', '/srv/backup']);
    await ground.must(['mount', '-t', 'tmpfs', 'backup', '/srv/backup']);
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', APP, '--volume', 'lab-volume:/volume');
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { ground, docker } = lab;
    const job = await ground.run(['perl', '/usr/local/lib/backup.pl']);
    lineWith(job.stderr, /^mount \/srv\/backup\/\d+: No space left on device$/m, 'the backup job');
    const refused = await docker.run(['run', '--rm', '--network', 'none', BASE, 'true']);
    return lineWith(
      refused.stderr,
      /error creating overlay mount to \/var\/lib\/docker\/overlay2\/[0-9a-f]+-init\/merged: no space left on device/,
      'docker run',
    );
  },
  async state(lab) {
    const used = await mounts(lab);
    // the root of the namespace is counted and not shown
    holds(used === LIMIT - 1 || used === LIMIT, `${used} mounts of ${LIMIT}`);
  },
  async works({ docker }) {
    await docker.must('run', '--rm', '--network', 'none', BASE, 'true');
  },
  async cure({ ground }) {
    await ground.must(['umount', '--lazy', '/srv/backup']);
  },
  heal: { cures: [{ remedy: 'raise-limit' }] },
};

async function mounts({ ground }: Lab): Promise<number> {
  return Number(await ground.must(['grep', '-c', '.', '/proc/self/mountinfo']));
}
