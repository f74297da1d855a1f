import type { Fact } from '../../probes/fact.ts';
import type { Errno, MentionTerm, MessageId } from '../../probes/facts/text.ts';
import { type Evidence, evidence, type Scene, type Severity } from '../cause.ts';
import { fullFileSystems } from './file-systems.ts';

/** Does the text or host speak of any of these? */
export function says(scene: Scene, ...terms: MentionTerm[]): boolean {
  return scene.facts.has('mention', (mention) => terms.includes(mention.term));
}

/** A mention whose line also has this wording: `containerd` in a line about its image store. */
export function saysIn(scene: Scene, wording: RegExp, ...terms: MentionTerm[]): Fact<'mention'> | undefined {
  return scene.facts.all('mention').find((fact) => terms.includes(fact.value.term) && wording.test(fact.quote));
}

/** Everything that Docker lists was removed, or a prune stands in a line that speaks of storage. */
export function pruned(scene: Scene): boolean {
  return (
    says(scene, 'everything-was-pruned') ||
    [...scene.facts.all('mention'), ...scene.facts.all('directory-size')].some((fact) =>
      /\b(?:system|image|builder) prune\b/.test(fact.quote),
    )
  );
}

/** First mention of each term, as evidence. */
export function said(scene: Scene, ...terms: MentionTerm[]): Evidence[] {
  return terms.flatMap((term) => {
    const fact = scene.facts.first('mention', (mention) => mention.term === term);
    return fact ? [evidence(fact, `speaks of ${term.replaceAll('-', ' ')}`)] : [];
  });
}

export function message(scene: Scene, ...ids: MessageId[]): Fact<'message'> | undefined {
  return scene.facts.first('message', (value) => ids.includes(value.id));
}

/** Messages that say `no space left on device` though no file system is meant. */
const NOT_A_DISK: readonly MessageId[] = [
  'shm-resize-failed',
  'keyring-quota',
  'sysv-ipc-failed',
  'inotify-watch-failed',
  'inotify-instance-failed',
  'cgroup-mkdir-failed',
  'cpuset-write-failed',
  'mount-enospc',
  'pty-enospc',
  'namespace-enospc',
  'setxattr-enospc',
  'bpf-map-full',
  'huge-pages-exhausted',
  'podman-locks-exhausted',
  'address-pools-exhausted',
  'network-addresses-exhausted',
  'cni-addresses-exhausted',
  'bridge-ports-exhausted',
  'dm-semaphores-exhausted',
  'dm-cookie-failed',
];
const NOT_A_DISK_WORDS =
  /inotify|\bwatch(?:es|er)?\b|key ?ring|session key|sem(?:aphore|get)|shmget|msgget|\/sys\/fs\/|cgroup|cpuset|epoll|\bclone\b|unshare|fork\/exec|ptmx|address pool|allocate lock|shared memory segment|setxattr|mounting "?proc|huge ?(?:tlb|page)/i;

/** True when the error line is about a kernel limit rather than a file system. */
export function isAboutALimit(scene: Scene, fact: Fact<'symptom'>): boolean {
  if (NOT_A_DISK_WORDS.test(fact.value.message) || NOT_A_DISK_WORDS.test(fact.value.operation ?? '')) return true;
  return (
    scene.facts.has('message', (value) => NOT_A_DISK.includes(value.id)) &&
    scene.facts
      .all('message', (value) => NOT_A_DISK.includes(value.id))
      .some((other) => other.source.label === fact.source.label && other.source.line === fact.source.line)
  );
}

/** Error lines about file systems, by errno and path. */
export function failures(scene: Scene, errnos: readonly Errno[] = ['ENOSPC'], path?: RegExp): Fact<'symptom'>[] {
  return scene.facts
    .all(
      'symptom',
      (symptom) =>
        errnos.includes(symptom.errno) &&
        (path === undefined || path.test(symptom.path ?? '') || path.test(symptom.message)),
    )
    .filter((fact) => !isAboutALimit(scene, fact));
}

/** Creating a name needs an inode and no data block; writing needs a data block. */
export function creates(fact: Fact<'symptom'>): boolean {
  return /^(?:open|openat|creat|create|mkdir|mkdirat|mknod|touch|symlink|link)$/i.test(fact.value.operation ?? '');
}

/** In a pasted text: is somebody out of space now? On a host the sizes answer that. */
export function troubled(scene: Scene): boolean {
  return (
    scene.facts.has('symptom', (symptom) => symptom.errno === 'ENOSPC' || symptom.errno === 'EDQUOT') ||
    fullFileSystems(scene).length > 0 ||
    says(
      scene,
      'disk-full',
      'df-shows-space',
      'space-not-returned',
      'du-does-not-explain',
      'everything-was-pruned',
      'disk-pressure',
      'evicted',
    )
  );
}

/** Severity of a cause found in prose: the person is in trouble, or asks. */
export function textSeverity(scene: Scene): Severity {
  return troubled(scene) ? 'critical' : 'warning';
}
