import { type Document, unwrapArgv } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Limit } from './facts/limits.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** Every limit a container host runs into, below /proc/sys (Documentation/admin-guide/sysctl). */
const NAMES = [
  'fs/inotify/max_user_watches',
  'fs/inotify/max_user_instances',
  'fs/mount-max',
  'fs/file-nr',
  'fs/aio-nr',
  'fs/aio-max-nr',
  'kernel/sem',
  'kernel/shmmni',
  'kernel/shmall',
  'kernel/shmmax',
  'kernel/msgmni',
  'kernel/pid_max',
  'kernel/threads-max',
  'kernel/pty/max',
  'kernel/pty/nr',
  'kernel/pty/reserve',
  'kernel/keys/maxkeys',
  'kernel/keys/maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'user/max_user_namespaces',
  'user/max_mnt_namespaces',
  'user/max_net_namespaces',
  'user/max_pid_namespaces',
  'user/max_ipc_namespaces',
  'user/max_uts_namespaces',
  'user/max_cgroup_namespaces',
  'user/max_time_namespaces',
];
const PATHS = NAMES.map((name) => `/proc/sys/${name}`);
/** What fs.mount-max is when nobody set it (Documentation/admin-guide/sysctl/fs.rst). */
const MOUNT_MAX = 100_000;

/** Kernel limits and what is used of them. */
export const limits: Probe = {
  id: 'limits',
  title: '/proc/sys limits: inotify, mounts, semaphores, shared memory, pty, keys, namespaces',
  asks: () => [
    // -s: older kernels lack some of them; grep then ends with 2 and its output is whole
    { kind: 'run', argv: ['grep', '-Hs', '.', ...PATHS], optional: true, what: 'kernel limits' },
    { kind: 'read', path: '/proc/sysvipc/sem', optional: true },
    { kind: 'read', path: '/proc/sysvipc/shm', optional: true },
    { kind: 'read', path: '/proc/sysvipc/msg', optional: true },
  ],
  recognises: (doc) => {
    if (doc.origin.kind === 'read') return /^\/proc\/(?:sys\/|sysvipc\/|[\w-]+\/mountinfo$)/.test(doc.origin.path);
    return doc.origin.kind !== 'statfs' && GATE.test(doc.text + commandText(doc));
  },
  scan,
};

const GATE =
  /\/proc\/sys(?:\/|vipc)|max_user_\w+|mount-max|kernel[./](?:sem|shm|msg|keys|pty|pid_max|threads-max)|maxkeys|maxbytes|max_\w+_namespaces|\/proc\/\S{1,20}\/mount(?:info|s)|\bsemid\b|fs\.(?:inotify|file-nr|aio)/;

/** `fs.inotify.max_user_watches = 8192`, `/proc/sys/fs/mount-max:100000`, `kernel.sem = 250 32000 32 128`. */
const SETTING =
  /(?:^|[\s"'`(])(?:\/proc\/sys\/)?((?:fs|kernel|user|net)[./][a-z][\w./-]{2,60}?)\s{0,8}(?:[:=]|\sis\s|\s(?=\d))\s{0,8}["'`]?(\d{1,20}(?:[ \t]+\d{1,20}){0,3})(?![\w.])/g;
/** `maxkeys = 200`, `max_user_watches is 8192`: the short names people use. */
const SHORT =
  /\b(max_user_watches|max_user_instances|root_maxkeys|root_maxbytes|maxkeys|maxbytes|mount-max|max_user_namespaces)["'`]?\s{0,4}(?:[:=]|\sis\b|\sof\b|\()\s{0,4}["'`]?(\d{1,15})\b/g;
const FULL_NAME = new Map<string, string>(
  Object.entries({
    max_user_watches: 'fs.inotify.max_user_watches',
    max_user_instances: 'fs.inotify.max_user_instances',
    root_maxkeys: 'kernel.keys.root_maxkeys',
    root_maxbytes: 'kernel.keys.root_maxbytes',
    maxkeys: 'kernel.keys.maxkeys',
    maxbytes: 'kernel.keys.maxbytes',
    'mount-max': 'fs.mount-max',
    max_user_namespaces: 'user.max_user_namespaces',
  }),
);
/** `99478 /proc/14763/mounts`: wc -l. */
const MOUNT_COUNT = /^\s{0,20}(\d{1,9})\s+\/proc\/([\w-]{1,20})\/mount(?:s|info)\s*$/;
/** `/proc/14763/mountinfo:99478`: grep -Hc. */
const MOUNT_COUNT_BY_GREP = /^\/proc\/([\w-]{1,20})\/mount(?:s|info):(\d{1,9})\s*$/;
/** Limits kept of one text. */
const MOST = 400;

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const seen = new Map<string, Limit>();
  const add = (limit: Limit, line: number, quote?: string): void => {
    const key = `${limit.name} ${limit.scope ?? ''}`;
    if (facts.length >= MOST || seen.has(key)) return;
    seen.set(key, limit);
    facts.push(found('limit', limit, line, quote));
  };
  const path = doc.origin.kind === 'read' ? doc.origin.path : readPath(doc);
  if (path?.startsWith('/proc/sys/')) {
    const line = doc.lines.find((one) => one.text.trim() !== '');
    if (line) for (const limit of settingOf(path.slice('/proc/sys/'.length), line.text)) add(limit, line.n);
  } else if (path?.startsWith('/proc/sysvipc/')) {
    for (const one of usedIpc(doc, path)) facts.push(one);
  } else if (path && /^\/proc\/[\w-]+\/mountinfo$/.test(path)) {
    const used = doc.lines.filter((line) => /^\d+ \d+ \d+:\d+ /.test(line.text)).length;
    if (used > 0) add(mountLimit(used, path.split('/')[2] ?? 'self'), 1, `${used} lines`);
  } else {
    scanLines(doc, add);
  }
  return usedPty(facts);
}

function scanLines(doc: Document, add: (limit: Limit, line: number) => void): void {
  for (let i = 0; i < doc.lines.length; i++) {
    const line = doc.lines[i];
    if (!line || line.text.length > 20_000) continue;
    const text = line.text;
    const mounts = MOUNT_COUNT.exec(text);
    if (mounts) {
      add(mountLimit(Number(mounts[1]), mounts[2] ?? 'self'), line.n);
      continue;
    }
    const counts = MOUNT_COUNT_BY_GREP.exec(text);
    if (counts) {
      add(mountLimit(Number(counts[2]), counts[1] ?? 'self'), line.n);
      continue;
    }
    // `cat /proc/sys/fs/mount-max`, `wc -l < /proc/self/mountinfo`: the answer is the next line
    const asked = /(?:cat|more|head) (?:-\w+ )?\/proc\/sys\/([\w./-]{3,60})\s*$/.exec(text)?.[1];
    const next = doc.lines[i + 1];
    if (asked && next && /^\s*\d+(?:\s+\d+){0,3}\s*$/.test(next.text))
      for (const limit of settingOf(asked, next.text)) add(limit, next.n);
    const counted =
      /\/proc\/([\w-]{1,20}|\*)\/mount(?:info|s)\b.{0,40}(?:wc -l)|wc -l <? ?\/proc\/([\w-]{1,20})\/mount(?:info|s)/.exec(
        text,
      );
    const pid = counted?.[1] ?? counted?.[2];
    if (pid && pid !== '*' && !/grep/.test(text) && next && /^\s*\d{1,9}\s*$/.test(next.text))
      add(mountLimit(Number(next.text), pid), next.n);
    if (!GATE.test(text)) continue;
    for (const match of text.matchAll(SETTING))
      for (const limit of settingOf(match[1] ?? '', match[2] ?? '')) add(limit, line.n);
    for (const match of text.matchAll(SHORT)) {
      const value = count(match[2]);
      const name = FULL_NAME.get(match[1] ?? '');
      if (name && value !== undefined) add({ name, value }, line.n);
    }
  }
}

/** A sysctl's text as limits: kernel.sem holds four, fs.file-nr used, free and maximum. */
function settingOf(given: string, text: string): Limit[] {
  const name = given.replace(/\//g, '.').replace(/\.$/, '');
  if (
    !/^(?:fs\.(?:inotify\.max|mount-max|file-|aio-|nr_open|epoll\.|fanotify\.|mqueue\.)|kernel\.(?:sem$|shm|msg|pty\.|keys\.|pid_max|threads-max)|user\.max_|net\.netfilter\.nf_conntrack_(?:max|count))/.test(
      name,
    )
  )
    return [];
  const numbers = text
    .trim()
    .split(/\s+/)
    .map((word) => count(word));
  const [first, second, third, fourth] = numbers;
  if (first === undefined) return [];
  if (name === 'kernel.sem') {
    return [
      { name: 'kernel.sem.semmsl', value: first },
      ...(second === undefined ? [] : [{ name: 'kernel.sem.semmns', value: second }]),
      ...(third === undefined ? [] : [{ name: 'kernel.sem.semopm', value: third }]),
      ...(fourth === undefined ? [] : [{ name: 'kernel.sem.semmni', value: fourth }]),
    ];
  }
  if (name === 'fs.file-nr') return third === undefined ? [] : [{ name: 'fs.file-max', value: third, used: first }];
  return [{ name, value: first }];
}

function mountLimit(used: number, pid: string): Limit {
  return {
    name: 'fs.mount-max',
    value: MOUNT_MAX,
    used,
    assumed: true,
    scope: `mount namespace of ${/^\d+$/.test(pid) ? `pid ${pid}` : pid}`,
  };
}

const IPC_NAMES = new Map([
  ['sem', 'kernel.sem.semmni'],
  ['shm', 'kernel.shmmni'],
  ['msg', 'kernel.msgmni'],
]);

/** /proc/sysvipc: one line an object; semaphore sets also say how many semaphores they hold. */
function usedIpc(doc: Document, path: string): Found[] {
  const kind = path.slice(path.lastIndexOf('/') + 1);
  const rows = doc.lines.filter((line) => /^\s*-?\d+\s+\d+\s/.test(line.text));
  if (rows.length === 0 && !doc.lines.some((line) => /\b(?:semid|shmid|msqid)\b/.test(line.text))) return [];
  const name = IPC_NAMES.get(kind);
  if (!name) return [];
  const facts = [found('ipc-used', { name, used: rows.length }, 1)];
  if (kind === 'sem') {
    let semaphores = 0;
    for (const row of rows) semaphores += count(row.text.trim().split(/\s+/)[3]) ?? 0;
    facts.push(found('ipc-used', { name: 'kernel.sem.semmns', used: semaphores }, 1));
  }
  return facts;
}

/** kernel.pty.nr is what is used of kernel.pty.max. */
function usedPty(facts: Found[]): Found[] {
  const limit = (name: string): Limit | undefined =>
    facts.find((one) => one.kind === 'limit' && (one.value as Limit).name === name)?.value as Limit | undefined;
  const nr = limit('kernel.pty.nr');
  const max = limit('kernel.pty.max');
  const aio = limit('fs.aio-nr');
  const aioMax = limit('fs.aio-max-nr');
  if (max && nr) max.used = nr.value;
  if (aioMax && aio) aioMax.used = aio.value;
  return facts;
}

function readPath(doc: Document): string | undefined {
  if (doc.origin.kind !== 'run') return undefined;
  const argv = unwrapArgv(doc.origin.argv);
  return argv[0] === 'cat' && argv.length === 2 ? argv[1] : undefined;
}

function commandText(doc: Document): string {
  return doc.origin.kind === 'run' ? `\n${doc.origin.argv.join(' ')}` : '';
}
