import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** `54321:   200 200/200 200/200 1885/20000`: uid, usage, keys/instantiated, quota keys, quota bytes (man 5 proc-key-users). */
const ROW = /^\s{0,12}(\d{1,10}):\s+\d{1,9}\s+\d{1,9}\/\d{1,9}\s+(\d{1,9})\/(\d{1,9})\s+(\d{1,12})\/(\d{1,12})\s*$/;
const GATE = /^\s{0,12}\d{1,10}:\s+\d{1,9}\s+\d{1,9}\/\d{1,9}\s+\d{1,9}\/\d{1,9}\s+\d{1,12}\/\d{1,12}\s*$/m;

/** What each user holds of its kernel key quota. */
export const keyUsers: Probe = {
  id: 'key-users',
  title: '/proc/key-users',
  asks: () => [{ kind: 'read', path: '/proc/key-users', optional: true, what: 'kernel key quotas' }],
  recognises: (doc) =>
    doc.origin.kind === 'read'
      ? doc.origin.path === '/proc/key-users'
      : doc.origin.kind !== 'statfs' && GATE.test(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const line of doc.lines) {
    const match = line.text.length < 200 ? ROW.exec(line.text) : null;
    if (!match) continue;
    const [uid, keys, maxKeys, bytes, maxBytes] = match.slice(1).map((text) => count(text));
    if (
      uid === undefined ||
      keys === undefined ||
      maxKeys === undefined ||
      bytes === undefined ||
      maxBytes === undefined
    )
      continue;
    facts.push(found('key-user', { uid, keys, maxKeys, bytes, maxBytes }, line.n));
  }
  return facts;
}
