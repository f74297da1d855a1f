import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsBalance } from './facts/btrfs.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const TEXT = /during balancing|had to relocate|[Bb]alance on ['"‘]?\/|No balance found|chunks balanced/;

const SAYS = /balanc|relocate/i;

export const btrfsBalance: Probe = {
  id: 'btrfs-balance',
  title: 'btrfs balance: how it ended, or how far it is',
  recognises: (doc) =>
    mayHold(doc, [], TEXT) ||
    (doc.origin.kind === 'run' && doc.origin.argv.some((word) => word.endsWith('btrfs')) && TEXT.test(doc.text)),
  scan: scanBalance,
};

function scanBalance(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (text.length > 2000) continue;
    if (!SAYS.test(text)) continue;
    const ended = outcomeOf(text);
    if (ended) {
      const from = typed ? '' : command;
      const path = ended.path ?? pathOf(from);
      const filter = ended.outcome === 'none' ? undefined : filterOf(from);
      facts.push(
        found(
          'btrfs-balance',
          { ...(path ? { path } : {}), ...(filter ? { filter } : {}), outcome: ended.outcome, ...ended.counts },
          n,
        ),
      );
      continue;
    }
    // the second line of `balance status`
    const progress = /^\s*(\d+) out of about (\d+) chunks balanced/.exec(text);
    const last = facts.at(-1);
    if (progress && last?.kind === 'btrfs-balance') Object.assign(last.value, countsOf(progress[1], progress[2]));
  }
  return facts;
}

interface Ended {
  outcome: BtrfsBalance['outcome'];
  path?: string;
  counts: { relocated?: number; considered?: number };
}

function outcomeOf(text: string): Ended | undefined {
  const failed = /error during balancing ['"‘`]?([^'"’`]{1,400}?)['"’`]?\s*(?:-|:)\s*No space left on device/i.exec(
    text,
  );
  if (failed) return { outcome: 'enospc', path: failed[1] ?? '', counts: {} };
  const done = /had to relocate (\d+) out of (\d+) chunks/.exec(text);
  if (done) return { outcome: 'relocated', counts: countsOf(done[1], done[2]) };
  const status = /Balance on ['"‘`]?([^'"’`]{1,400}?)['"’`]? is (running|paused)/i.exec(text);
  if (status)
    return { outcome: /running/i.test(status[2] ?? '') ? 'running' : 'paused', path: status[1] ?? '', counts: {} };
  const none = /No balance found on ['"‘`]?([^'"’`]{1,400}?)['"’`]?\s*$/i.exec(text);
  return none ? { outcome: 'none', path: none[1] ?? '', counts: {} } : undefined;
}

function countsOf(relocated: string | undefined, considered: string | undefined): Ended['counts'] {
  const [moved, all] = [count(relocated), count(considered)];
  return { ...(moved === undefined ? {} : { relocated: moved }), ...(all === undefined ? {} : { considered: all }) };
}

/** `-dusage=55`, `-musage=50 -dlimit=1` as typed. */
function filterOf(command: string): string | undefined {
  if (!/\bbalance\b/.test(command)) return undefined;
  const words = command
    .split(/\s+/)
    .filter((word) => /^-[dms](?:$|[a-z]+[=,]?)/.test(word) || word === '--full-balance');
  return words.length > 0 ? words.join(' ') : undefined;
}

function pathOf(command: string): string | undefined {
  if (!/\bbalance\b/.test(command)) return undefined;
  return command
    .split(/\s+/)
    .findLast((word) => word.startsWith('/') && !word.endsWith('btrfs'))
    ?.replace(/[`'":,)]+$/, '');
}
