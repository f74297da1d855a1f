import { dockerd } from '../dockerd.ts';
import { holds } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP } from '../images.ts';
import type { Lab } from '../incident.ts';
import type { Ran } from '../process.ts';
import { directLvm, makePool } from './direct-lvm.ts';

/**
 * A little more than the pool and its metadata after growing take. The disk is sparse: what counts is that
 * bookkeeping for so many blocks takes half of the metadata before anything is written.
 */
export const DISK_MIB = 250 * 1024 + 256;

/** A direct-lvm host whose metadata is far too small for its data, as with a recipe that gives it a fixed size. */
export async function smallMetadata(lab: Lab, zero: 'y' | 'n'): Promise<void> {
  const [disk = ''] = lab.ground.disks;
  // 2 MiB is the least a pool takes (lvmthin(7)); LVM's usual extents of 4 MiB would round it up
  await makePool(lab.ground, disk, { data: '250G', metadata: '2M', chunk: '64K', extent: '1M', zero });
  lab.docker = await dockerd(lab.ground, directLvm('9G'));
  await lab.docker.must('load', '--quiet', '--input', lab.ground.imagesTar);
  await container(lab, 'web', APP);
  await container(lab, 'db', APP);
  await container(lab, 'batch');
  await lab.content.record(lab.docker, 'web', 'db', 'batch');
  await lab.docker.must('stop', '-t', '1', 'batch');
}

/** A page in every chunk of a large file, as a database writes it: each takes a data block and a place in the map. */
const PAGES = `
import os, sys
file = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)
page = b'row ' * 1024
for chunk in range(131072):
    os.pwrite(file, page, chunk * 65536)
    if chunk % 2048 == 2047:
        os.fsync(file)
`;

/** Writes in db until the pool takes no more; the writer's own words. */
export async function writePages(lab: Lab): Promise<Ran> {
  const pid = await lab.docker.must('inspect', '-f', '{{.State.Pid}}', 'db');
  // no program of the image writes like this: the host's does, in the container's root
  const ran = await lab.ground.run(['python3', '-c', PAGES, `/proc/${pid}/root/data/pages`], { timeoutMs: 400_000 });
  holds(ran.exitCode !== 0, 'every page was written: the metadata did not fill');
  return ran;
}
