import type { Fact } from '../../probes/fact.ts';
import type { Errno, KernelEventName, MessageId, Symptom } from '../../probes/facts/text.ts';
import type { Evidence, Scene } from '../cause.ts';
import { evidence } from '../cause.ts';

/** Messages with one of these ids, in the order they were seen. */
export function messagesOf(scene: Scene, ...ids: MessageId[]): Fact<'message'>[] {
  return scene.facts.all('message', (message) => ids.includes(message.id));
}

export function kernelEvents(scene: Scene, ...names: KernelEventName[]): Fact<'kernel-event'>[] {
  return scene.facts.all('kernel-event', (event) => names.includes(event.event));
}

/** Error lines of one errno; `where` looks at the message's words. */
export function symptomsOf(scene: Scene, errno: Errno, where?: (symptom: Symptom) => boolean): Fact<'symptom'>[] {
  return scene.facts.all('symptom', (symptom) => symptom.errno === errno && (where?.(symptom) ?? true));
}

/** Error lines whose words, operation or path match. */
export function worded(scene: Scene, errno: Errno, words: RegExp): Fact<'symptom'>[] {
  return symptomsOf(
    scene,
    errno,
    (symptom) => words.test(symptom.message) || words.test(symptom.operation ?? '') || words.test(symptom.path ?? ''),
  );
}

/** The first few facts as evidence: a message that repeats a thousand times proves no more. */
export function show(facts: readonly Fact[], shows: string, count = 2): Evidence[] {
  const quotes = new Set<string>();
  const proofs: Evidence[] = [];
  for (const fact of facts) {
    if (quotes.has(fact.quote) || proofs.length >= count) continue;
    quotes.add(fact.quote);
    proofs.push(evidence(fact, shows));
  }
  return proofs;
}

/** A kernel message about storage says ENOSPC (28) somewhere: `error -28`, `errno=-28 No space left`. */
export function saysNoSpace(fact: Fact<'kernel-event'>): boolean {
  if (/(?:error|errno|status)[ =:]*-?28\b|no space left/i.test(fact.quote)) return true;
  return Object.entries(fact.value.values ?? {}).some(
    ([name, value]) => /err|status/.test(name) && Math.abs(value) === 28,
  );
}
