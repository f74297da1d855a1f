import { APP, BASE } from './images.ts';
import type { Lab } from './incident.ts';

/** Seeds once: a later start must find, not make, the files. */
export const SEED = `[ -e /data/1 ] || for i in 1 2 3 4 5 6; do dd if=/dev/urandom of=/data/$i bs=16k count=$i 2>/dev/null; done; exec sleep 1000000`;

/**
 * A small host as people have it: two images, one on top of the other, `web` and `db`
 * running, `batch` stopped, a volume of db's. Every file is recorded.
 */
export async function populate(lab: Lab): Promise<void> {
  const { ground, docker } = lab;
  await docker.must('load', '--quiet', '--input', ground.imagesTar);
  await container(lab, 'web', APP);
  await container(lab, 'db', APP, '--volume', 'lab-volume:/volume');
  await container(lab, 'batch', BASE);
  await docker.must('exec', 'db', 'sh', '-c', 'dd if=/dev/urandom of=/volume/rows bs=64k count=4 2>/dev/null; sync');
  await lab.content.record(docker, 'web', 'db', 'batch');
  await docker.must('stop', '-t', '1', 'batch');
}

/** A running container with known files in /data. */
export async function container(lab: Lab, name: string, image = BASE, ...options: string[]): Promise<void> {
  await lab.docker.must('run', '-d', '--network', 'none', '--name', name, ...options, image, 'sh', '-c', SEED);
  await lab.docker.must(
    'exec',
    name,
    'sh',
    '-c',
    'until [ -s /data/6 ] && pidof sleep >/dev/null; do sleep 0.1; done; sync',
  );
}

/**
 * Writes as many files of 8 MiB, each waited for, until one fails. An ext4 whose journal is aborted takes
 * the pages of a writer that waits for nothing and complains of every one: a large file never ends there.
 * Not of zeros: a copy that keeps holes would have no use for them.
 */
export const smallFiles = (count: number): string =>
  `head -c 8388608 /dev/zero | tr '\\0' x >/tmp/x; for i in $(seq ${count}); do dd if=/tmp/x of=/data/fill-$i bs=1M conv=fsync || exit; done`;
