/**
 * Reads an error line around the wording of its errno: what was being done, to which path, by
 * which program. Go, coreutils, Python, Rust, Node, PostgreSQL, systemd and shells each have
 * their own order of the three.
 */
export interface ErrorParts {
  operation?: string;
  path?: string;
  program?: string;
}

/** System calls and library verbs that stand before a path in Go's and BusyBox's messages. */
const CALL =
  /(?:^|[\s:"'`(=[>|])(fork\/exec|[a-z][a-z_0-9]{2,24})\s["'`]?((?:\/|~\/|\.{1,2}\/|[A-Za-z]:[\\/])[^\s"'`:,;]{0,4096})["'`]?(?:\s+((?:\/|\.{1,2}\/)[^\s"'`:,;]{1,4096}))?\s?$/;
/** `cannot create directory ‘x’`, `failed to open "x"`, `could not write to file "x"`, `error writing 'x'`. */
const SENTENCE =
  /(?:cannot|can't|can not|could not|couldn't|failed to|unable to|failure to|error|failed|while)\s+(?:during\s+|while\s+)?((?:re)?[a-z_]{3,20})\b(?:\s+(?:a|an|the|new|to|into|on|in|from|for|file|files|directory|regular|special|symbolic|link|dir|blob|temporary|temp|output|shared memory segment|lock|data)){0,4}\s*["'`‘’“”]?([^"'`‘’“”:]{1,4096})?/i;
const QUOTED_PATH = /["'`‘’“”«»]((?:\/|~\/|\.{1,2}\/|[A-Za-z]:[\\/])[^"'`‘’“”«»]{0,4096})["'`‘’“”«»]/;
const ANY_PATH = /(?:^|[\s"'`‘(=:<])((?:\/|~\/)[\w.@%+,~<>{}$-][^\s"'`‘’“”:;,)]{0,4096})/g;
/** `Feb  3 10:00:01 node7 dockerd[812]: …`, also without the date and host. */
const SYSLOG_TAG = /(?:^|\s)([A-Za-z][\w./-]{1,30})\[\d{1,7}\]:\s/;
/** `touch: …`, `tar: …`, `/usr/bin/dd: …` at the start of the line. */
const LEADING_PROGRAM = /^\s*(?:[$#]\s+)?(?:\.{0,2}\/[\w./-]{0,200}\/)?([a-z][a-z0-9_+-]{0,30}(?:\.[a-z0-9]{1,4})?): /;
const NOT_PROGRAMS = new Set([
  'error',
  'err',
  'warning',
  'warn',
  'fatal',
  'info',
  'debug',
  'msg',
  'message',
  'caused',
  'panic',
  'failed',
  'reason',
  'stderr',
  'stdout',
  'output',
  'result',
  'note',
  'e',
  'w',
]);
const KNOWN_PROGRAM =
  /\b(dockerd|dockerd-current|containerd|containerd-shim(?:-runc-v2)?|docker-compose|docker|podman|buildah|skopeo|kubelet|crio|buildkitd|runc|crun|kubectl|postgres|mysqld|mariadbd|redis-server|rsync|systemd|journald|rpm-ostree|npm|yarn|pnpm|pip|apt-get|apt|dpkg|yum|dnf|git|bwrap|nginx|etcd|vim)\b/;
/** Calls a sentence may name besides the verb at its start. */
const BARE_CALL =
  /\b(inotify_add_watch|inotify_init1?|semget|shmget|msgget|setxattr|lsetxattr|fsetxattr|fallocate|copy_file_range|mmap|unshare|clone|mount|add_key|keyctl|epoll_ctl|fanotify_mark|dm_task_set_cookie|fsync|sync|mkdir|symlink|rename|ftruncate|posix_fallocate)\b/;

/** What the text before (`head`) and behind (`tail`) the wording says. */
export function errorParts(head: string, tail: string): ErrorParts {
  const before = head.replace(/[\s:"'`(\\,–—-]{1,20}$/, '');
  const parts: ErrorParts = {};

  // Node: `ENOSPC: no space left on device, mkdir '/x'`; Python: `[Errno 28] No space left on device: '/x'`
  const node = /^[^,;\n]{0,60}?,\s?([a-z_]{3,20})(?:\s+['"]([^'"\n]{1,4096})['"])?/.exec(tail);
  const python = /^["']?:\s*b?['"]([^'"\n]{1,4096})['"]/.exec(tail);
  const call = CALL.exec(before.slice(-4400));
  if (
    node?.[1] &&
    /^(?:open|write|mkdir|copyfile|rename|symlink|watch|scandir|fsync|close|mkdtemp|ftruncate|link|chmod|unlink|lstat|stat|read)$/.test(
      node[1],
    )
  ) {
    parts.operation = node[1];
    if (node[2]) parts.path = node[2];
  } else if (
    call?.[1] &&
    call[2] &&
    !/^(?:in|at|to|on|of|for|file|path|and|with|from|under|device|root|directory|the)$/.test(call[1])
  ) {
    parts.operation = call[1];
    parts.path = call[3] ?? call[2];
  } else {
    const sentence = lastSentence(before);
    const verb = sentence?.[1]?.toLowerCase();
    if (
      verb &&
      verb.length > 2 &&
      !/^(?:response|from|during|the|processing|while|is|was|with|code|exit|status|message)$/.test(verb)
    )
      parts.operation = plainVerb(verb);
    const bare = BARE_CALL.exec(before)?.[1];
    if (bare && !parts.operation) parts.operation = bare;
    if (!parts.operation) {
      const plain = /(?:^|[\s:])(write|read|mkdir|open|sync|fsync|copy|fork|chmod)(?: error)?$/i.exec(before)?.[1];
      if (plain) parts.operation = plain.toLowerCase();
    }
    const path = QUOTED_PATH.exec(before)?.[1] ?? python?.[1] ?? lastPath(before);
    if (path) parts.path = path;
    else {
      const quoted = /["'`‘“«](?=[^\s,;])([^"'`‘’“”«»\n]{1,200})(?<![\s,;])["'`’”»]$/.exec(
        head.replace(/[\s:]{1,10}$/, ''),
      )?.[1];
      if (quoted) parts.path = quoted;
    }
  }
  if (parts.path)
    parts.path = parts.path.replace(parts.path.includes('<') ? /[\\.,)\]]{1,8}$/ : /[\\.,)\]>]{1,8}$/, '');
  if (parts.path === '') delete parts.path;
  // a program named somewhere in prose is not the one that failed
  const structured = parts.operation !== undefined || parts.path !== undefined;
  const program =
    programOf(head) ??
    (structured ? KNOWN_PROGRAM.exec(head.slice(-400).replace(/\/[^\s"']{1,400}/g, ' '))?.[1] : undefined);
  if (program) parts.program = program;
  return parts;
}

function programOf(head: string): string | undefined {
  const tag = SYSLOG_TAG.exec(head)?.[1];
  if (tag && tag !== 'kernel') return tag.slice(tag.lastIndexOf('/') + 1);
  const leading = LEADING_PROGRAM.exec(head)?.[1];
  if (leading && !NOT_PROGRAMS.has(leading.toLowerCase())) return leading;
  if (
    /PG::|could not (?:resize shared memory|extend file|write to file "base|create semaphores|write to file "pg_)|postmaster|\.c:\d+\)/.test(
      head,
    )
  )
    return 'postgres';
  return undefined;
}

/** The last clause that says what could not be done: in a chain the innermost one is the cause. */
function lastSentence(text: string): RegExpExecArray | null {
  const words = [
    ...text.matchAll(
      /cannot|can't|can not|could not|couldn't|failed to|unable to|error\s+(?:during\s+|while\s+)?[a-z]+ing\b/gi,
    ),
  ].slice(-4);
  for (let i = words.length - 1; i >= 0; i--) {
    const match = SENTENCE.exec(text.slice(words[i]?.index ?? 0, (words[i]?.index ?? 0) + 4400));
    if (match) return match;
  }
  return null;
}

function lastPath(text: string): string | undefined {
  let last: string | undefined;
  for (const match of text.matchAll(ANY_PATH))
    if (!/\.go$|\.c$|\.rs$|^\/dev\/null$/.test(match[1] ?? '')) last = match[1];
  return last;
}

const GERUNDS = new Map<string, string>(
  Object.entries({
    writing: 'write',
    creating: 'create',
    balancing: 'balance',
    copying: 'copy',
    opening: 'open',
    reading: 'read',
    committing: 'commit',
    making: 'make',
    storing: 'store',
    mounting: 'mount',
    extracting: 'extract',
    closing: 'close',
    syncing: 'sync',
  }),
);

function plainVerb(verb: string): string {
  return GERUNDS.get(verb) ?? verb;
}
