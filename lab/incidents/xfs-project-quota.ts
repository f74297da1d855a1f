import { dockerd } from '../dockerd.ts';
import { holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

const ROOT = '/var/lib/docker';
const LIMIT_KIB = 64 * 1024;

export const xfsProjectQuota: Incident = {
  name: 'xfs-project-quota',
  title: 'overlay2 on xfs with pquota: a container has written all that --storage-opt size gives it',
  grounds: ['vm'],
  disks: [2048],
  causes: ['overlay2-container-size-quota'],
  consumer: /container db/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.xfs', '-q', disk]);
    await ground.mount(disk, ROOT, 'pquota');
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', APP);
    await container(lab, 'db', APP, '--storage-opt', 'size=64M');
    await container(lab, 'batch', APP, '--storage-opt', 'size=256M');
    await lab.content.record(lab.docker, 'web', 'db', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break({ docker }) {
    const ran = await docker.run(['exec', 'db', 'dd', 'if=/dev/zero', 'of=/data/fill', 'bs=64k', 'conv=fsync']);
    return lineWith(ran.stderr, "dd: error writing '/data/fill': No space left on device", 'a write in the container');
  },
  async state(lab) {
    const { ground, docker } = lab;
    const { used } = await quota(lab);
    holds(used > LIMIT_KIB - 1024, `${used} KiB used of ${LIMIT_KIB}`);
    const room = Number((await ground.must(['df', '--block-size=1M', '--output=avail', ROOT])).split('\n')[1]);
    holds(room > 1024, `df: ${room} MiB available`);
    // the others do not notice
    await docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/more', 'bs=1M', 'count=100', 'conv=fsync');
  },
  async works({ docker }) {
    await docker.must('exec', 'db', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  async cure(lab) {
    const { project } = await quota(lab);
    // Docker sets both, and statfs goes by the soft one
    await lab.ground.must(['xfs_quota', '-x', '-c', `limit -p bsoft=256m bhard=256m ${project}`, ROOT]);
  },
};

/** db's line of the report: `#3 65480 65536 65536 00 [--------]`. */
async function quota({ ground }: Lab): Promise<{ project: string; used: number }> {
  const report = await ground.must(['xfs_quota', '-x', '-c', 'report -p -N -b', ROOT]);
  const rows = report.split('\n').map((line) => line.trim().split(/\s+/));
  const [project, used] = rows
    .filter((row) => row[3] === String(LIMIT_KIB))
    // a layer made while the container was: -init has the same limit and nothing in it
    .toSorted((a, b) => Number(b[1]) - Number(a[1]))[0] ?? ['', ''];
  holds(project?.startsWith('#') === true, `no project with a limit of ${LIMIT_KIB} KiB: ${report}`);
  return { project: project.slice(1), used: Number(used) };
}
