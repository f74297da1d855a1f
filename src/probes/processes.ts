import { ps } from '../tools/ps.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Process } from './facts/engine.ts';
import { maskArgs } from './mask-args.ts';
import type { Ask, Probe } from './probe.ts';
import { rows } from './undress.ts';

/** Daemons whose storage or watch matters. `docker` itself only as `docker daemon` or `docker -d` (up to 1.12). */
const DAEMONS = [
  'dockerd',
  'dockerd-current',
  'docker-current',
  'docker',
  'containerd',
  'podman',
  'conmon',
  'kubelet',
  'crio',
  'buildkitd',
  'dmeventd',
  'k3s',
  'rootlesskit',
  // of a snapshot in the making
  'mkfs.ext4',
  'mkfs.ext2',
  'mkfs.xfs',
];

/** Engines with a data root and mounts of their own. */
export const ENGINE = /^(?:dockerd|dockerd-current|docker-current|docker|containerd|crio)$/;

/** `ps` in its usual forms, /proc/PID/cmdline, and the mount namespaces of the daemons. */
export const processes: Probe = {
  id: 'processes',
  title: 'ps, /proc/PID/cmdline, /proc/PID/ns/mnt',
  asks: (known): Ask[] => {
    const engines = known.all('process', (one) => ENGINE.test(one.program)).map(({ value }) => value.pid);
    const namespaceOf = (pid: number) =>
      known.last('process', (one) => one.pid === pid && one.mountNamespace !== undefined)?.value.mountNamespace;
    const own = namespaceOf(1);
    // a daemon in its own mount namespace has mounts that /proc/self/mountinfo does not show
    const apart = engines.filter(
      (pid) => own !== undefined && namespaceOf(pid) !== undefined && namespaceOf(pid) !== own,
    );
    return [
      {
        kind: 'run',
        argv: ps.daemons(DAEMONS),
        timeoutMs: 5000,
        what: 'which container daemons run',
        or: { kind: 'run', argv: ps.all(), timeoutMs: 5000 },
      },
      ...(engines.length > 0 ? [1, ...engines] : []).map(
        (pid): Ask => ({
          kind: 'run',
          argv: ps.mountNamespace(pid),
          timeoutMs: 5000,
          optional: true,
          what: 'whether the daemon has a mount namespace of its own',
        }),
      ),
      ...apart.map(
        (pid): Ask => ({
          kind: 'read',
          path: `/proc/${pid}/mountinfo`,
          optional: true,
          what: `the mounts of process ${pid}`,
        }),
      ),
    ];
  },
  recognises: (doc) =>
    cmdlinePid(doc) !== undefined || /docker|containerd|podman|kubelet|crio|buildkitd|dmeventd|mnt:\[\d/.test(doc.text),
  scan: (doc) => {
    const pid = cmdlinePid(doc);
    if (pid !== undefined) {
      const process = processOf(pid, doc.text.trim().split(/[\0\s]+/));
      return process ? [found('process', process, 1)] : [];
    }
    return [...listed(doc), ...namespaces(doc)];
  },
};

function cmdlinePid(doc: Document): number | undefined {
  const path =
    doc.origin.kind === 'read' ? doc.origin.path : doc.origin.kind === 'run' ? doc.origin.argv.join(' ') : '';
  const pid = /\/proc\/(\d{1,8})\/cmdline$/.exec(path)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Programs stand in a bin directory or have none; `du` prints numbers before directories of these names. */
const PROGRAM = new RegExp(
  `(?:^|[\\s─├└│|\`-])((?:(?:/[\\w.+-]{1,80}){0,12}/(?:s?bin|libexec|lib\\w*)/)?(?:${DAEMONS.join('|')}))(?=\\s|$)`,
);

const DAEMON = new RegExp(DAEMONS.join('|'));
/** What stands before the command: `ps -eo pid,args`, pgrep -a, a control group's tree; `ps -ef`; `ps aux`; BusyBox. */
const BEFORE: readonly RegExp[] = [
  /^[\s─├└│|`-]*(\d{1,8})\s*$/,
  /^\s*[\w.+-]+\s+(\d{1,8})\s+\d{1,8}\s+\d{1,3}\s+\S+\s+\S+\s+[\d:-]+\s*$/,
  /^\s*[\w.+-]+\s+(\d{1,8})\s+[\d.]+\s+[\d.]+\s+\d+\s+\d+\s+\S+\s+\S+\s+\S+\s+[\d:.-]+\s*$/,
  /^\s*(\d{1,8})\s+[\w.+-]+\s+(?:\d+:\d+\s*|[\d.]+[mg]?\s+[A-Z][A-Z<>+]{0,3}\s*)$/,
  /^\s*(\d{1,8})\s+\S+\s+[A-Z][a-z<+]{0,3}\s+\d+:\d+\s*$/,
];

function listed(doc: Document): Found[] {
  return [...rows(doc)].flatMap(({ n, text }) => {
    const program = DAEMON.test(text) ? PROGRAM.exec(text) : null;
    const path = program?.[1];
    if (!program || !path) return [];
    const at = program.index + program[0].length - path.length;
    const before = text.slice(0, at);
    const pid = BEFORE.map((pattern) => pattern.exec(before)?.[1]).find((one) => one !== undefined);
    const process = pid === undefined ? undefined : processOf(Number(pid), text.slice(at).trim().split(/\s+/));
    return process ? [found('process', process, n)] : [];
  });
}

function processOf(pid: number, words: string[]): Process | undefined {
  const program = (words[0] ?? '').replace(/^.*\//, '');
  if (program === '' || words.some((word) => word.length > 4096)) return undefined;
  const args = words.slice(1);
  // the client is no daemon; a `grep docker` never gets here, as its own name stands first
  if (program === 'docker' && args[0] !== 'daemon' && !args.includes('-d')) return undefined;
  return { pid, program, args: maskArgs(args) };
}

/** `readlink /proc/PID/ns/mnt` (the PID is in the argv) and `ls -l /proc/PID/ns/mnt`. */
function namespaces(doc: Document): Found[] {
  const asked =
    doc.origin.kind === 'run' ? /\/proc\/(\d{1,8})\/ns\/mnt/.exec(doc.origin.argv.join(' '))?.[1] : undefined;
  let above: string | undefined;
  return [...rows(doc)].flatMap(({ n, text }) => {
    // `/proc/1/ns/mnt mnt:[…]` is the walk over every process of the host, read by another probe
    const namespace = /^\/proc\/\d+\/ns\/mnt mnt:/.test(text) ? undefined : /mnt:\[\d{1,12}\]/.exec(text)?.[0];
    const path = /\/proc\/(\d{1,8})\/ns\/mnt/.exec(text)?.[1];
    if (!namespace) {
      above = path;
      return [];
    }
    const pid = path ?? above ?? asked;
    return pid === undefined
      ? []
      : [found('process', { pid: Number(pid), program: '', args: [], mountNamespace: namespace }, n)];
  });
}
