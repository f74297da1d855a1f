import { find } from '../tools/find.ts';
import { grep } from '../tools/grep.ts';
import type { Document } from './document.ts';
import type { Facts } from './fact.ts';
import { type Found, found } from './fact.ts';
import type { ProcessOwner } from './facts/limits.ts';
import type { Ask, Probe } from './probe.ts';
import { count } from './size.ts';
import { rows } from './undress.ts';

/** A question's words stay below 32 KiB: over ssh they are one argument, and one may have 128 KiB (MAX_ARG_STRLEN). */
const FILES = 800;
/** A host whose users reach their limits has hundreds of instances; the rest is not worth more questions. */
const MOST_INSTANCES = 4000;
const MOST_PROCESSES = 1000;
/** Mount namespaces whose mounts are counted: the kernel writes out every line of each. */
const MOST_NAMESPACES = 64;
/** On thousands of processes the walk takes seconds; what it found until then is kept. */
const WALK_MS = 8000;

/**
 * What processes use of the limits that no file of the kernel counts: inotify instances and
 * watches, user namespaces, mounts of a namespace. One walk over /proc finds who holds any; only
 * those are looked into.
 */
export const processLimits: Probe = {
  id: 'process-limits',
  title: '/proc/PID: inotify instances and watches, user and mount namespaces, and whose they are',
  asks: (known) => [
    {
      kind: 'run',
      argv: find.heldByProcesses(),
      timeoutMs: WALK_MS,
      optional: true,
      what: 'inotify instances and namespaces of all processes',
    },
    ...instead(known),
    ...counts(known),
  ],
  recognises: (doc) =>
    /\/proc\/\d{1,10}\/(?:fd\/\d+ anon_inode:|ns\/(?:mnt|user) |fdinfo\/\d|status:|uid_map:)/.test(doc.text),
  scan,
};

/** Every process has a mount namespace: where none was seen, find could not tell. */
function instead(known: Facts): Ask[] {
  if (!known.has('limit') || known.has('process-namespace')) return [];
  return [{ kind: 'run', argv: find.inotifyByReading(), timeoutMs: WALK_MS, optional: true }];
}

function counts(known: Facts): Ask[] {
  const held = new Map<string, number>();
  for (const { value } of known.all('inotify-instance')) held.set(`/proc/${value.pid}/fdinfo/${value.fd}`, value.pid);
  const files = [...held.keys()].sort().slice(0, MOST_INSTANCES);
  const pids = [...new Set([...held.values(), ...onePerNamespace(known, 'user')])].sort((a, b) => a - b);
  const mounts = onePerNamespace(known, 'mnt').slice(0, MOST_NAMESPACES);
  const asked = (argv: string[]): Ask => ({ kind: 'run', argv, timeoutMs: 8000, optional: true });
  return [
    ...chunks(files, FILES).map((some) => asked(grep.countWatches(some))),
    ...chunks(pids.slice(0, MOST_PROCESSES), FILES / 4).map((some) => asked(grep.whose(some))),
    ...(mounts.length > 0 ? [asked(grep.countMounts(mounts))] : []),
  ];
}

/** The first process of each namespace of a kind. */
function onePerNamespace(known: Facts, kind: 'mnt' | 'user'): number[] {
  const first = new Map<string, number>();
  for (const { value } of known.all('process-namespace', (one) => one.kind === kind))
    first.set(value.id, Math.min(value.pid, first.get(value.id) ?? value.pid));
  return [...first.values()].sort((a, b) => a - b);
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

const INSTANCE = /^\/proc\/(\d{1,10})\/fd\/(\d{1,7}) (?:-> )?anon_inode:\[?inotify\]?$/;
const WATCHES = /^\/proc\/(\d{1,10})\/fdinfo\/(\d{1,7})(?::(\d{1,9}))?$/;
const NAMESPACE = /^\/proc\/(\d{1,10})\/ns\/(mnt|user) ((?:mnt|user):\[\d{1,12}\])$/;
const OWNER = /^\/proc\/(\d{1,10})\/(?:status|uid_map|cgroup):(.{1,400})/;
/** An id of 64 digits, as Docker, containerd, Podman and CRI-O put it into the name of the control group. */
const CONTAINER = /(?:^|[^0-9a-f])([0-9a-f]{64})(?:[^0-9a-f]|$)/;

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const owners = new Map<number, { owner: ProcessOwner; line: number }>();
  for (const { n, text } of rows(doc)) {
    if (!text.startsWith('/proc/')) continue;
    const instance = INSTANCE.exec(text) ?? WATCHES.exec(text);
    const namespace = instance ? null : NAMESPACE.exec(text);
    const owned = instance || namespace ? null : OWNER.exec(text);
    if (instance) {
      const watches = count(instance[3]);
      const value = { pid: Number(instance[1]), fd: Number(instance[2]) };
      facts.push(found('inotify-instance', { ...value, ...(watches === undefined ? {} : { watches }) }, n));
    } else if (namespace) {
      const kind = namespace[2] === 'user' ? 'user' : 'mnt';
      facts.push(found('process-namespace', { pid: Number(namespace[1]), kind, id: namespace[3] ?? '' }, n));
    } else if (owned) {
      const pid = Number(owned[1]);
      const known = owners.get(pid) ?? { owner: { pid }, line: n };
      owners.set(pid, known);
      describe(known.owner, owned[2] ?? '');
    }
  }
  for (const { owner, line } of owners.values()) facts.push(found('process-owner', owner, line));
  return facts;
}

/** One line of status, uid_map or cgroup. */
function describe(owner: ProcessOwner, text: string): void {
  const field = /^(Name|PPid|Uid):\s*(.*)$/.exec(text);
  const map = /^\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*$/.exec(text);
  const container = CONTAINER.exec(text)?.[1];
  const number = count(field?.[2]?.split(/\s+/)[field[1] === 'Uid' ? 1 : 0]);
  if (field?.[1] === 'Name') owner.name = field[2] ?? '';
  else if (field?.[1] === 'PPid' && number !== undefined) owner.parent = number;
  else if (field && number !== undefined) owner.uid = number;
  else if (map) {
    const [, inside, outside, ids] = map.map(Number);
    owner.userMap = [...(owner.userMap ?? []), { inside: inside ?? 0, outside: outside ?? 0, count: ids ?? 0 }];
  } else if (container) owner.container = container;
}
