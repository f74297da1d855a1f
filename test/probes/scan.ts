import type { Fact, FactKind } from '../../src/probes/fact.ts';
import { Facts } from '../../src/probes/fact.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import type { Probe } from '../../src/probes/probe.ts';
import { recognise } from '../../src/probes/recognise.ts';

/** The values of one kind that a probe finds in a pasted text. */
export function pasted<K extends FactKind>(probe: Probe, kind: K, text: string) {
  return values(probe, kind, makeDocument({ kind: 'paste' }, text));
}

/** The same for a command's output. */
export function ran<K extends FactKind>(probe: Probe, kind: K, argv: readonly string[], stdout: string) {
  return values(probe, kind, makeDocument({ kind: 'run', argv }, stdout));
}

/** The same for a file. */
export function file<K extends FactKind>(probe: Probe, kind: K, path: string, content: string) {
  return values(probe, kind, makeDocument({ kind: 'read', path }, content));
}

function values<K extends FactKind>(
  probe: Probe,
  kind: K,
  document: ReturnType<typeof makeDocument>,
): Fact<K>['value'][] {
  return recognise([document], [probe])
    .all(kind)
    .map((fact) => fact.value);
}

/** As `T`, and what `as const` makes of it. */
type Frozen<T> = { readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? readonly Frozen<E>[] : T[K] };

/** Facts as if other probes had found them: for what a probe asks next. */
export function known(...list: { [K in FactKind]: readonly [K, Frozen<Fact<K>['value']>] }[FactKind][]): Facts {
  return new Facts(
    list.map(([kind, value], order) => ({ kind, value, source: { label: 'test' }, quote: '', order }) as Fact),
  );
}
