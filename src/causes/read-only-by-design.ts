import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { mountOf } from './help/file-systems.ts';
import { kernelEvents, show } from './help/messages.ts';
import { failures, said, says } from './help/said.ts';

/** Read-only by nature: images and the system partitions of image-based distributions. */
const IMAGE_TYPES = /^(?:squashfs|erofs|iso9660|composefs|udf|cramfs)$/;
/** How people ask for it: docker run --read-only, a pod's securityContext, a volume with :ro. */
const ASKED_FOR = /--read-only\b|readOnlyRootFilesystem|read_only: true|\/[\w./-]+:ro\b/;
/** Docker makes a bind mount's source directory where `/` itself is an image: snap, CoreOS, NAS and media boxes. */
const NEW_AT_THE_ROOT = /creating mount source path .{0,300}mkdir \/[^/\s:]{1,100}:/i;
const SYSTEM_PATHS = /^\/(?:usr|boot|sys|proc)(?:\/|$)/;

export const readOnlyByDesign: Cause = {
  id: 'read-only-by-design',
  title: 'it is mounted read-only on purpose',
  severity: 'notice',
  prevalence: 'A',
  about:
    'Containers started with --read-only or readOnlyRootFilesystem, volumes mounted :ro, /usr of ostree and other image-based systems, squashfs and ISO images, /proc/sys and /sys/fs/cgroup in containers: ' +
    'all answer "Read-only file system" without any fault. Nothing is full or broken.',
  confirm:
    'In mountinfo the options of the one mount contain ro while those of the super block contain rw; the kernel log has no error.',
  lookAlikes: [
    { cause: 'ext4-remount-ro', tell: 'the super block is ro and the kernel log names an error' },
    { cause: 'btrfs-aborted', tell: 'the kernel log says "forced readonly"' },
  ],
  nextCheck: {
    run: 'grep -w ro /proc/self/mountinfo',
    why: 'field 6 is the mount, the last field the super block: ro in the first only means on purpose',
  },
  remedies: ['write-elsewhere'],
  sources: ['proc_pid_mountinfo(5)', 'docker-run(1), --read-only'],
  find(scene) {
    const refused = failures(scene, ['EROFS']);
    if (refused.length === 0) return [];
    const errors = kernelEvents(
      scene,
      'ext4-error',
      'ext4-journal-abort',
      'ext4-remount-ro',
      'btrfs-abort',
      'btrfs-forced-readonly',
      'xfs-shutdown',
      'block-io-error',
      'loop-write-error',
    );
    if (errors.length > 0) return [];
    for (const fact of refused) {
      const path = fact.value.path;
      const mount = path?.startsWith('/') ? mountOf(scene, path) : undefined;
      const mountFact = mount === undefined ? undefined : scene.facts.last('mount', (value) => value === mount);
      if (!mount || !mountFact) continue;
      const bind = mount.options.includes('ro') && mount.superOptions?.includes('rw') === true;
      if (!bind && !IMAGE_TYPES.test(mount.fstype)) continue;
      return [
        {
          confidence: 'confirmed',
          subject: mount.target,
          evidence: [
            evidence(mountFact, bind ? 'this mount is ro, its file system is rw' : `${mount.fstype} cannot be written`),
            ...show([fact], 'the write that was refused'),
          ],
          explanation: `${mount.target} is mounted read-only on purpose: nothing is full or broken.`,
          score: 90,
        },
      ];
    }
    const container = scene.facts.first('container', (value) => value.readOnly === true);
    const asked = [
      ...scene.facts.all('command', (command) => ASKED_FOR.test(command.words.join(' '))),
      ...refused.filter((fact) => ASKED_FOR.test(fact.value.message)),
      ...scene.facts.all('mention', (mention) => mention.term === 'read-only-asked'),
    ];
    const system = refused.filter(
      (fact) => SYSTEM_PATHS.test(fact.value.path ?? '') || NEW_AT_THE_ROOT.test(fact.value.message),
    );
    if (!container && asked.length === 0 && !(system.length > 0) && !(says(scene, 'ostree') && scene.from === 'text')) {
      if (scene.from === 'host') return [];
      return [
        {
          confidence: 'possible',
          severity: 'warning',
          subject: refused[0]?.value.path ?? 'a mount',
          evidence: show(refused, 'a write was refused'),
          explanation: 'The mount may be read-only on purpose (a :ro volume, --read-only, an image-based system).',
          score: 30,
        },
      ];
    }
    return [
      {
        confidence: 'likely',
        severity: 'warning',
        subject: container?.value.name ?? system[0]?.value.path ?? '/usr',
        evidence: [
          ...(container ? [evidence(container, 'the container was started read-only')] : []),
          ...show(asked, 'read-only was asked for', 1),
          ...show(system.length > 0 ? system : refused, 'the write that was refused'),
          ...said(scene, 'ostree'),
        ],
        explanation: 'What refused the write is read-only by design, and no storage error is in sight.',
        score: 50,
      },
    ];
  },
};
