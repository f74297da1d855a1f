import type { Document } from './document.ts';
import { found } from './fact.ts';
import { makeDocument } from './make-document.ts';
import type { Probe } from './probe.ts';

const PROGRAM = 'ullage-target';

/** A path the operator asked about, as a document, so that it travels the same way as every other fact. */
export function targetDocument(path: string): Document {
  return makeDocument({ kind: 'run', argv: [PROGRAM, path] }, path);
}

/** `--on PATH`: asks for the file system that holds it. */
export const target: Probe = {
  id: 'target',
  title: 'the path given with --on',
  asks: (known) =>
    known.all('target').map(({ value }) => ({ kind: 'statfs', path: value.path, what: `free space at ${value.path}` })),
  recognises: (doc) => doc.origin.kind === 'run' && doc.origin.argv[0] === PROGRAM,
  scan: (doc) =>
    doc.origin.kind === 'run' && doc.origin.argv[1] !== undefined
      ? [found('target', { path: doc.origin.argv[1] }, 1)]
      : [],
};
