import type { UsageDocument } from '../../src/usage/document.ts';
import { contains, eventually, holds, lineWith } from '../expect.ts';
import { APP } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

const STORE = '/var/lib/containers/storage';
const KIB = 1024;
/** So many imports are killed; what they leave fills the partition. */
const KILLED = 2;
const SEED = 'dd if=/dev/urandom of=/rows bs=64k count=4 2>/dev/null; sync; exec sleep 1000000';

/** Podman's own words: it copies a layer into /var/tmp before it unpacks it. */
const NO_ROOM = /^Error: .*\/var\/tmp\/\S+: no space left on device/m;

export const podmanKilledImports: Incident = {
  name: 'podman-killed-imports',
  title: 'Podman: imports that were killed left what they had put aside in /var/tmp, and a layer half unpacked',
  grounds: ['vm'],
  guest: 'debian13',
  disks: [128],
  commandInside: true,
  causes: ['pull-or-build-staging-too-small'],
  consumer: /\/var\/tmp/,
  df: '/var/tmp',
  async make({ ground, content }) {
    const [disk = ''] = ground.disks;
    // nothing kept for root, who Podman is
    await ground.must(['mkfs.ext4', '-q', '-m', '0', disk]);
    await ground.mount(disk, '/var/tmp');
    await ground.must(['chmod', '1777', '/var/tmp']);
    await podman('load', '--quiet', '--input', ground.imagesTar);
    await podman('run', '-d', '--network', 'none', '--name', 'web', APP, 'sh', '-c', SEED);
    await podman('create', '--network', 'none', '--name', 'batch', APP, 'true');
    await eventually(60, 'the rows are written', async () =>
      (await ground.run(['podman', 'exec', 'web', 'pidof', 'sleep'])).exitCode === 0 ? true : undefined,
    );
    await content.recordInside('web', (argv) => podman('exec', 'web', ...argv));
    // small, so that it is a layer of its own, which no store has yet
    await ground.must(['dd', 'if=/dev/urandom', 'of=/root/page', 'bs=1M', 'count=4', 'status=none']);
    await ground.must(['tar', '-C', '/root', '-cf', '/root/page.tar', 'page']);

    function podman(...argv: string[]): Promise<string> {
      return ground.must(['podman', ...argv]);
    }
  },
  async break(lab) {
    const { ground } = lab;
    const free = Number((await ground.must(['df', '--block-size=1K', '--output=avail', '/var/tmp'])).split('\n')[1]);
    for (let run = 1; run <= KILLED; run++) {
      await killedImport(lab, `part-${run}`, Math.floor(free / KILLED) - 256);
      const { orphans, notJudged } = await usage(lab);
      holds(notJudged.length === 0, `not judged: ${JSON.stringify(notJudged)}`);
      holds(orphans.length === 1, `${orphans.length} layers without an owner after a killed import`);
      contains(orphans[0]?.proof ?? '', 'incomplete', 'the proof');
    }
    const ran = await ground.run(['podman', 'import', '/root/page.tar', 'lab/page:1']);
    return lineWith(ran.stderr, NO_ROOM, 'podman import');
  },
  async state(lab) {
    const left = await leftovers(lab);
    holds(left.length === KILLED, `left in /var/tmp: ${left.join(', ')}`);
    const open = await lab.ground.run(['find', '/proc', '-maxdepth', '3', '-lname', '/var/tmp/container_images*']);
    holds(open.stdout.trim() === '', `still open: ${open.stdout}`);
    // Podman took back the half unpacked layers by itself; nothing that has an owner is held against anybody
    const { orphans, notJudged, items, totals } = await usage(lab);
    holds(orphans.length + notJudged.length <= 1, `orphans: ${JSON.stringify(orphans)} ${JSON.stringify(notJudged)}`);
    const found = Number((await lab.ground.must(['du', '-sx', '--block-size=1', STORE])).split('\t')[0]);
    holds(Math.abs(found - totals.onDisk) <= 64 * KIB, `usage: ${totals.onDisk} bytes, du: ${found}`);
    const names = items.filter(({ kind }) => kind === 'container').map(({ name }) => name);
    holds(names.sort().join() === 'batch,web', `containers: ${names.join(', ')}`);
  },
  async works({ ground }) {
    await ground.must(['podman', 'import', '/root/page.tar', 'lab/page:1']);
    await ground.must(['podman', 'rmi', 'lab/page:1']);
  },
  async cure(lab) {
    await lab.ground.must(['rm', '-r', ...(await leftovers(lab))]);
  },
};

/** Killed when its layer is put aside and being unpacked: both are left. */
async function killedImport({ ground }: Lab, name: string, kib: number): Promise<void> {
  await ground.must(['truncate', '--size', `${kib}K`, `/run/${name}`]);
  await ground.must(['tar', '-C', '/run', '-cf', `/run/${name}.tar`, name]);
  const run = ground.launch(['podman', 'import', `/run/${name}.tar`, `lab/${name}`]);
  // stopped by whoever sees the file first: an ssh round trip is too long for it
  await ground.must(['sh', '-c', UNTIL_UNPACKED, 'sh', STORE, name], { timeoutMs: 180_000 });
  await run.done;
  await ground.must(['rm', `/run/${name}`, `/run/${name}.tar`]);
}

const UNTIL_UNPACKED = `until ls "$1"/overlay/*/diff/"$2" >/dev/null 2>&1; do sleep 0.02; done; exec killall -KILL podman`;

async function leftovers({ ground }: Lab): Promise<string[]> {
  const found = await ground.must(['find', '/var/tmp', '-maxdepth', '1', '-name', 'container_images_*']);
  return found.split('\n').filter((path) => path !== '');
}

async function usage({ ground }: Lab): Promise<UsageDocument> {
  const ran = await ground.inside(['usage', STORE, '--no-cache', '--json']);
  holds(ran.exitCode === 0, `ullage usage: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as UsageDocument;
}
