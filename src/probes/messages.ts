import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import { DOCKER_MESSAGES } from './messages/docker.ts';
import { ENGINE_MESSAGES } from './messages/engines.ts';
import { FILE_SYSTEM_MESSAGES } from './messages/file-systems.ts';
import { LIMIT_MESSAGES } from './messages/kernel-limits.ts';
import { KUBERNETES_MESSAGES } from './messages/kubernetes.ts';
import { LVM_MESSAGES } from './messages/lvm.ts';
import type { MessageRule } from './messages/rule.ts';
import { wholeMessage } from './paste/broken-lines.ts';
import { sieve } from './paste/needles.ts';
import { firstTime } from './paste/once.ts';
import type { Probe } from './probe.ts';

const RULES: readonly MessageRule[] = [
  ...DOCKER_MESSAGES,
  ...LVM_MESSAGES,
  ...ENGINE_MESSAGES,
  ...LIMIT_MESSAGES,
  ...KUBERNETES_MESSAGES,
  ...FILE_SYSTEM_MESSAGES,
];

/** Different messages kept of one text. */
const MOST = 200;
/** No message is longer; what lies beyond is noise. */
const LONGEST = 8000;

/** A word of every rule: lines without any of them cost one test. */
const WORDS =
  /no space|ENOSPC|error 28|errno.28|\(28\)|quota|EDQUOT|thin.?pool|thin_|devmapper|devicemapper|non.existing device|dm_task|ioctl|cookie|semaphore|semget|shmget|msgget|insufficient|transaction.id|needs|repair|superblock|checksum|bad magic|corrupt|btree|reference count|metadata leak|is now \d|smaller than|storage.?driver|graph.?driver|getdriver|pivot|shared memory|shm|session key|keyring|inotify|watch|too many open|EMFILE|namespace|unshare|pty|exchange full|depth|layers|mount|over overlay|graph driver|num_locks|locks|address|IPs?\b|tmpcopyup|safety buffer|refusing to|map is full|bpf|low on resource|disk.?pressure|garbage collect|attempted to free|wanted to free|GCFailed|FreeDiskSpace|ephemeral|emptydir|database|NOSPACE|watermark|allow.delete|disk_free_limit|free disk|alarm|drive path|minimum free|min-free|geometry|blocks long|data size|fsck|with errors|journal|out of space|out of range|subvolume|snapshot|qgroup|threshold|manual|file resize|mmap|max_user|max_\w*namespaces|nesting depth|bus error|sigbus|signal 7|execvp|failed system call|partition is smaller|huge ?(?:tlb|page)|mapping|reclaimed space|tail_fs|object already|already there|final child/i;

const possible = sieve(RULES, (rule) => (rule.also ? [rule.pattern, rule.also] : [rule.pattern]));

/** Messages whose wording names, or nearly names, their cause. */
export const messages: Probe = {
  id: 'messages',
  readsTalk: true,
  title: 'messages of engines, LVM, kubelet and programs whose wording names the cause',
  recognises: (doc) => doc.origin.kind !== 'statfs' && WORDS.test(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const seen = new Set<string>();
  const isNew = firstTime();
  const lines = doc.lines.flatMap((line, i) => {
    if (!isNew(line.text) || !WORDS.test(line.text.length > LONGEST ? line.text.slice(0, LONGEST) : line.text))
      return [];
    const whole = wholeMessage(doc, i);
    return [{ whole, text: plainQuotes(whole.text.slice(0, LONGEST)) }];
  });
  const possibleHere = possible.within(lines.map(({ text }) => text.toLowerCase()).join('\n'));
  for (const { whole, text } of lines) {
    if (seen.size >= MOST) break;
    for (const rule of possibleHere(text.toLowerCase())) {
      const match = rule.pattern.exec(text);
      if (!match || rule.unless?.test(text) || (rule.also && !rule.also.test(text))) continue;
      const values = rule.params?.(match, text) ?? {};
      const key = `${rule.id} ${JSON.stringify(values)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      facts.push(found('message', { id: rule.id, params: values }, whole.n, whole.text.trim().slice(0, 2000)));
    }
  }
  return facts;
}

/** `\"`, `\\\"` and typographic quotes as plain ones: patterns see one spelling. */
function plainQuotes(text: string): string {
  return text
    .replace(/\\{1,16}(["'])/g, '$1')
    .replace(/[“”„«»]/g, '"')
    .replace(/[‘’`]/g, "'");
}
