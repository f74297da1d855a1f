import { systemctl } from '../tools/systemctl.ts';
import { hasDeviceMapper } from './dmsetup-names.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { argvOf, rows, typed } from './undress.ts';

/** dm-event is dmeventd; lvm2-monitor registers pools with it at boot. */
const UNITS = [
  'dm-event',
  'dmeventd',
  'lvm2-monitor',
  'docker',
  'containerd',
  'podman',
  'kubelet',
  'crio',
  'docker-storage-setup',
  'fstrim',
];
const NAME = `(?:${UNITS.join('|')})`;
const STATES = '(active|inactive|failed|activating|deactivating|unknown|reloading|not-found)';

const KNOWN = new RegExp(`^${NAME}(?:\\.|$)`);
const ANSWER = new RegExp(`^\\s*${STATES}\\s*$`);
const ACTIVE = new RegExp(`^\\s*Active:\\s+${STATES}\\b`);

/** `systemctl is-active`, `list-units` and `status`, of the daemons that matter here. */
export const serviceState: Probe = {
  id: 'service-state',
  title: 'systemctl is-active',
  asks: (known) =>
    hasDeviceMapper(known)
      ? [
          {
            kind: 'run',
            argv: systemctl.isActive(['dm-event.socket', 'dm-event.service', 'lvm2-monitor.service']),
            timeoutMs: 5000,
            optional: true,
            what: 'whether dmeventd watches the thin pools',
          },
        ]
      : [],
  recognises: (doc) => argvOf(doc).includes('is-active') || /systemctl|\.(?:service|socket|timer)\b/.test(doc.text),
  scan: (doc) => [...answers(doc), ...tables(doc)],
};

/** `is-active a b c` answers with one word a line, in the order of the question. */
function answers(doc: Document): Found[] {
  const results: Found[] = [];
  let asked = units(argvOf(doc));
  for (const { n, text } of rows(doc)) {
    const words = typed(text);
    if (words) {
      asked = units(words);
      continue;
    }
    const state = ANSWER.exec(text)?.[1];
    const name = state ? asked.shift() : undefined;
    if (state && name && KNOWN.test(name)) results.push(fact(name, state, n, `${name}: ${state}`));
    else if (!state) asked = [];
  }
  return results;
}

function units(words: readonly string[]): string[] {
  const at = words.indexOf('is-active');
  return at < 0 || !words.some((word) => /(?:^|\/)systemctl$/.test(word))
    ? []
    : words.slice(at + 1).filter((word) => !word.startsWith('-'));
}

/** UNIT LOAD ACTIVE SUB */
const LISTED = new RegExp(
  `^[\\s●*○×]{0,8}(${NAME}\\.(?:service|socket|timer))\\s+(?:loaded|not-found|masked|error)\\s+${STATES}\\s+\\S+`,
);
const TITLE = new RegExp(`^[\\s●*○×]{0,8}(${NAME}\\.(?:service|socket|timer))(?:\\s+-\\s|\\s*$)`);

function tables(doc: Document): Found[] {
  const results: Found[] = [];
  let unit: string | undefined;
  for (const { n, text } of rows(doc)) {
    if (typed(text)) unit = undefined;
    const listed = LISTED.exec(text);
    if (listed) results.push(fact(listed[1] ?? '', listed[2] ?? '', n));
    const title = TITLE.exec(text)?.[1];
    if (title) unit = title;
    const state = ACTIVE.exec(text)?.[1];
    if (unit && state) {
      results.push(fact(unit, state, n, `${unit} ${text.trim()}`));
      unit = undefined;
    }
  }
  return results;
}

function fact(unit: string, state: string, n: number, quote?: string): Found {
  return found(
    'service-state',
    { name: unit.replace(/\.service$/, ''), active: state === 'active' || state === 'reloading', state },
    n,
    quote,
  );
}
