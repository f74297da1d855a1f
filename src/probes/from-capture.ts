import type { LoadedEntry } from '../host/capture-format.ts';
import type { Collected, Unknown } from './collect.ts';
import { factsOfHost } from './collect.ts';
import type { Document } from './document.ts';
import { makeDocument } from './make-document.ts';
import type { Probe } from './probe.ts';
import { targetDocument } from './target.ts';

/**
 * The facts of a capture, whoever made it: every entry is recognised by what it is, never by
 * its exact argv.
 */
export function factsOfCapture(
  answers: readonly LoadedEntry[],
  probes: readonly Probe[],
  targets: readonly string[] = [],
  unknown: readonly Unknown[] = [],
): Collected {
  const documents: Document[] = targets.map(targetDocument);
  for (const answer of answers) {
    const document = documentOf(answer);
    if (document) documents.push(document);
  }
  return { facts: factsOfHost(documents, probes), documents, unknown: [...unknown] };
}

function documentOf({ entry, stdout, stderr, content }: LoadedEntry): Document | undefined {
  if (entry.kind === 'run') {
    if (entry.notFound || (stdout === '' && stderr === '')) return undefined;
    return makeDocument({ kind: 'run', argv: entry.argv }, stdout, stderr, entry.exitCode ?? undefined);
  }
  return content === undefined ? undefined : makeDocument({ kind: entry.kind, path: entry.path }, content);
}
