import { dockerd } from '../dockerd.ts';
import { eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { BASE } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

/** Silent until told; then more than the disk holds, in lines as long as Docker keeps in one piece. */
const CHATTER =
  'until [ -e /tmp/talk ]; do sleep 0.2; done; dd if=/dev/zero bs=1M count=400 2>/dev/null | tr "\\0" x; exec sleep 1000000';

export const containerLog: Incident = {
  name: 'container-log',
  title: "a container's json-file log, limited by nothing, fills the disk",
  grounds: ['kernel', 'vm'],
  disks: [256],
  causes: ['json-file-log-growth'],
  consumer: /docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.ext4', '-q', disk]);
    await ground.mount(disk, '/var/lib/docker');
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web');
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
    await lab.docker.must('run', '-d', '--network', 'none', '--name', 'chatty', BASE, 'sh', '-c', CHATTER);
  },
  async break(lab) {
    await lab.docker.must('exec', 'chatty', 'touch', '/tmp/talk');
    const full = /Failed to log msg .*error writing log entry: write .*-json\.log: no space left on device/;
    await eventually(180, 'the log cannot be written any more', async () =>
      full.test(await lab.docker.log()) ? true : undefined,
    );
    return lineWith(await lab.docker.log(), full, "dockerd's log");
  },
  async state(lab) {
    const { ground, docker } = lab;
    const [blocks, unit] = (await ground.must(['stat', '--format', '%b %B', await logOf(lab)])).split(' ').map(Number);
    const used = Number(
      (await ground.must(['df', '--block-size=1', '--output=used', '/var/lib/docker'])).split('\n')[1],
    );
    holds((blocks ?? 0) * (unit ?? 0) > used * 0.8, `the log holds ${blocks} blocks of ${used} bytes used`);
    const counted = await docker.must('ps', '--size', '--filter', 'name=chatty', '--format', '{{.Size}}');
    holds(counted.startsWith('0B '), `Docker counts the log: ${counted}`);
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  heal: { cures: [{ remedy: 'cap-logs', set: { 'max-size': '1m', keep: '/var/tmp' } }] },
  async cure(lab) {
    const { ground, docker } = lab;
    // Docker appends (O_APPEND): an emptied file is written from its beginning
    await ground.must(['truncate', '--size', '0', await logOf(lab)]);
    await docker.must('rm', '--force', 'chatty');
    const limit = ['--log-opt', 'max-size=1m', '--log-opt', 'max-file=2'];
    await docker.must('run', '-d', '--network', 'none', '--name', 'chatty', ...limit, BASE, 'sh', '-c', CHATTER);
  },
};

const logOf = (lab: Lab): Promise<string> => lab.docker.must('inspect', '-f', '{{.LogPath}}', 'chatty');
