import { dockerd } from '../dockerd.ts';
import { eventually, holds, lineWith } from '../expect.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Incident, Lab } from '../incident.ts';

/** The default before Linux 5.11, still in many a sysctl.d. */
const LIMIT = 8192;

/** Watches every file it finds and stays: an indexer. inotify_init1 and inotify_add_watch by their numbers on x86-64. */
const INDEXER = `# IN_CLOEXEC: the watches are not find's as well
my $fd = syscall(294, 0x80000);
open(my $paths, '-|', 'find', '/usr', '/etc', '/var/lib', '-xdev') or die;
while (my $path = <$paths>) {
  chomp $path;
  # IN_MODIFY | IN_CREATE | IN_DELETE
  syscall(254, $fd, $path, 0x302) < 0 and print("inotify_add_watch $path: $!\\n"), last;
}
$| = 1;
print "watching\\n";
sleep;
`;

export const inotifyWatches: Incident = {
  name: 'inotify-watches',
  title: 'a container that watches every file of the host leaves no inotify watch to anybody',
  // the limit is the kernel's, not a namespace's
  grounds: ['vm'],
  causes: ['inotify-watches'],
  async make(lab) {
    const { ground } = lab;
    await ground.must(['sysctl', '-w', `fs.inotify.max_user_watches=${LIMIT}`]);
    await ground.write('/usr/local/lib/indexer.pl', INDEXER);
    lab.docker = await dockerd(ground, ['--storage-driver', 'overlay2']);
    await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
    await container(lab, 'web', APP);
    await container(lab, 'batch');
    await lab.content.record(lab.docker, 'web', 'batch');
    await lab.docker.must('stop', '-t', '1', 'batch');
  },
  async break(lab) {
    const { docker } = lab;
    const indexer = ['/bin/busybox', 'chroot', '/host', '/usr/bin/perl', '/usr/local/lib/indexer.pl'];
    await docker.must('run', '-d', '--network', 'none', '--name', 'indexer', '-v', '/:/host:ro', BASE, ...indexer);
    await eventually(120, 'the indexer watches all it may', async () =>
      (await docker.run(['logs', 'indexer'])).stdout.includes('watching') ? true : undefined,
    );
    lineWith(
      await docker.must('logs', 'indexer'),
      /^inotify_add_watch \/\S+: No space left on device$/m,
      "the indexer's log",
    );
    // Docker does not hear any more when a container runs out of memory
    await docker.must('run', '--rm', '--network', 'none', BASE, 'sleep', '1');
    const refused = /error="failed to add inotify watch for .*memory\.events.*: no space left on device"/;
    return refused.exec(lineWith(await docker.log(), refused, "dockerd's log"))?.[0] ?? '';
  },
  async state(lab) {
    const used = await watches(lab);
    // a process that comes or goes while they are counted
    holds(used <= LIMIT && used > LIMIT - 8, `${used} watches of ${LIMIT}`);
  },
  works: follows,
  async cure({ ground }) {
    await ground.write('/etc/sysctl.d/60-inotify.conf', 'fs.inotify.max_user_watches=1048576\n');
    await ground.must(['sysctl', '-p', '/etc/sysctl.d/60-inotify.conf']);
  },
  heal: { cures: [{ remedy: 'raise-limit' }] },
};

async function watches({ ground }: Lab): Promise<number> {
  const counted = await ground.run([
    'find',
    '/proc',
    '-maxdepth',
    '3',
    ...['-path', '/proc/[0-9]*/fdinfo/*', '-exec', 'grep', '-hcs', '^inotify ', '{}', '+'],
  ]);
  return counted.stdout.split('\n').reduce((sum, line) => sum + Number(line), 0);
}

/** `tail -f` says so when it must poll instead (coreutils, src/tail.c). */
export async function follows({ ground }: Lab): Promise<void> {
  const ran = await ground.run(['timeout', '5', 'tail', '-f', '/etc/hostname']);
  holds(!ran.stderr.includes('inotify'), ran.stderr.trim());
  holds(ran.exitCode === 124, `tail ended with ${ran.exitCode}: ${ran.stderr.trim()}`);
}
