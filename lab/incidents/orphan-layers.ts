import { dockerd } from '../dockerd.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

const ROOT = '/var/lib/docker';
const MIB = 2 ** 20;

/** An import whose sender stalls after 85 MiB: what arrived is unpacked, the layer has no name yet. */
const STALLED_IMPORT =
  'truncate -s 100M /run/layer && { tar -C /run -c layer | head -c 85M; exec sleep 1000; } | docker import - lab/imported:1';

/** Directories of overlay2 that layerdb names nowhere: `cat`, for its files have no newline at the end. */
const ORPHANS = `cd ${ROOT}/overlay2 && for one in */; do
  one=\${one%/}
  [ "$one" = l ] && continue
  grep -rqsF "$one" ${ROOT}/image/overlay2/layerdb --include=cache-id --include=mount-id --include=init-id || echo "$one"
done`;

export const orphanLayers: Incident = {
  name: 'orphan-layers',
  title: 'overlay2: a daemon killed while it unpacked left directories that nothing names and nothing prunes',
  grounds: ['kernel', 'vm'],
  disks: [256],
  causes: ['overlay2-orphan-dirs'],
  consumer: /docker/,
  async make(lab) {
    const { ground } = lab;
    const [disk = ''] = ground.disks;
    await ground.must(['mkfs.ext4', '-q', disk]);
    await ground.mount(disk, ROOT);
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', BASE, '--stop-timeout', '1');
    await container(lab, 'db', APP, '--stop-timeout', '1');
    await lab.content.record(lab.docker, 'web', 'db');
  },
  async break(lab) {
    const { ground, docker } = lab;
    for (let killed = 1; killed <= 2; killed++) {
      const before = await used(lab);
      ground.launch(['sh', '-c', STALLED_IMPORT]);
      await eventually(120, 'the layer is unpacked', async () =>
        (await used(lab)) - before > 80 * MIB ? true : undefined,
      );
      await ground.must(['kill', '-KILL', await ground.must(['cat', '/run/docker.pid'])]);
      await docker.start();
    }
    await docker.must('start', 'web', 'db');
    await docker.must('system', 'prune', '--all', '--volumes', '--force');
    const ran = await docker.run(['exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/fill', 'bs=1M', 'conv=fsync']);
    return lineWith(ran.stderr, /^dd: .*No space left on device/m, 'a write in a container');
  },
  async state(lab) {
    const orphans = await orphansOf(lab);
    holds(orphans.length === 2, `${orphans.length} directories without an owner`);
    const sizes = await lab.ground.must(['du', '-scm', ...orphans]);
    holds(Number(/(\d+)\ttotal/.exec(sizes)?.[1]) > 160, `they hold: ${sizes}`);
    const images = await lab.docker.must('system', 'df', '--format', '{{.Type}} {{.Size}}');
    contains(images, /^Images \d\.\d+MB$/m, 'docker system df');
  },
  async works(lab) {
    await lab.docker.must('exec', 'web', 'dd', 'if=/dev/zero', 'of=/data/after', 'bs=1M', 'count=8', 'conv=fsync');
  },
  heal: { cures: [{ remedy: 'remove-orphans' }] },
  async cure(lab) {
    const { ground, docker } = lab;
    await docker.stop();
    await ground.must(['rm', '-r', ...(await orphansOf(lab))]);
    // links to the removed directories, and the transactions that were never ended
    await ground.must(['find', '-L', `${ROOT}/overlay2/l`, '-type', 'l', '-delete']);
    await ground.must(['find', `${ROOT}/image/overlay2/layerdb/tmp`, '-mindepth', '1', '-delete']);
    await docker.start();
    await docker.must('start', 'web', 'db');
  },
};

async function used({ ground }: Lab): Promise<number> {
  return Number((await ground.must(['df', '--block-size=1', '--output=used', ROOT])).split('\n')[1]);
}

async function orphansOf({ ground }: Lab): Promise<string[]> {
  const names = await ground.must(['sh', '-c', ORPHANS]);
  return names.split('\n').flatMap((name) => (name === '' ? [] : [`${ROOT}/overlay2/${name}`]));
}
