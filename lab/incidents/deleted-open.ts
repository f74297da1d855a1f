import { dockerd } from '../dockerd.ts';
import { eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { BASE } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

/** Silent until told; then 150 MiB of log, most of the disk. */
const CHATTER =
  'until [ -e /tmp/talk ]; do sleep 0.2; done; dd if=/dev/zero bs=1M count=150 2>/dev/null | tr "\\0" x; rm /tmp/talk; exec sleep 1000000';

export const deletedOpen: Incident = {
  name: 'deleted-open',
  title: 'a container log was removed with rm; dockerd still has it open and the disk stays full',
  grounds: ['kernel', 'vm'],
  disks: [256],
  causes: ['deleted-but-open'],
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
    const { ground, docker } = lab;
    const log = await docker.must('inspect', '-f', '{{.LogPath}}', 'chatty');
    await docker.must('exec', 'chatty', 'touch', '/tmp/talk');
    await eventually(180, 'the log is written', async () =>
      (await docker.run(['exec', 'chatty', 'test', '-e', '/tmp/talk'])).exitCode === 1 ? true : undefined,
    );
    // what people do when they find the file: it is gone, its blocks are not
    await ground.must(['rm', log]);
    const ran = await docker.run(['exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/fill', 'bs=1M', 'conv=fsync']);
    return lineWith(ran.stderr, /^dd: .*No space left on device/m, 'a write in another container');
  },
  async state(lab) {
    const { ground } = lab;
    const held = Number(await ground.must(['stat', '--dereference', '--format', '%b', await descriptor(lab)])) * 512;
    holds(held > 140 * 2 ** 20, `the deleted log holds ${held} bytes`);
    const used = Number(
      (await ground.must(['df', '--block-size=1', '--output=used', '/var/lib/docker'])).split('\n')[1],
    );
    const found = Number((await ground.must(['du', '-sx', '--block-size=1', '/var/lib/docker'])).split('\t')[0]);
    holds(used - found > held * 0.9, `df: ${used} bytes used, du finds ${found}`);
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  heal: { cures: [{ remedy: 'release-deleted' }] },
  async cure(lab) {
    await lab.ground.must(['truncate', '--size', '0', await descriptor(lab)]);
    // opens a log file that has a name again
    await lab.docker.must('restart', '-t', '1', 'chatty');
  },
};

/** The open file as proc(5) shows it: lsof's proof, and a name to empty it by. */
async function descriptor({ ground }: Lab): Promise<string> {
  const pid = await ground.must(['cat', '/run/docker.pid']);
  const open = await ground.must(['find', `/proc/${pid}/fd`, '-lname', '*-json.log (deleted)', '-printf', '%p\n']);
  const [first] = open.split('\n');
  holds(first !== undefined && first !== '', 'dockerd holds no deleted log open');
  return first;
}
