import type { Document } from './document.ts';
import { unwrapArgv } from './document.ts';
import { type Found, found } from './fact.ts';
import { typedLine } from './paste/prompt.ts';
import { shellCommands } from './paste/shell-words.ts';
import type { Probe } from './probe.ts';

/** Different commands kept of one text. */
const MOST = 500;

/** Programs whose bare call (no prompt) is a command, with the words that may follow them. */
const STORAGE_PROGRAMS = new Map<string, RegExp>(
  Object.entries({
    docker:
      /^(?:-\S+|info|ps|images?|system|run|exec|pull|build|buildx|builder|volume|container|inspect|rm|rmi|logs|version|load|save|start|stop|network|compose|push|create|commit|df|daemon|stats|update|import|export|tag|cp)$/,
    podman:
      /^(?:-\S+|info|ps|images?|system|run|exec|pull|build|volume|container|inspect|rm|rmi|logs|version|load|save|start|stop|network|pod|machine|unshare|push|create|commit|stats)$/,
    buildah: /^(?:-\S+|bud|build|images|containers|from|rm|rmi|info|version|unshare|push|pull|prune)$/,
    btrfs:
      /^(?:-\S+|fi|filesystem|balance|subvolume|subvol|sub|device|dev|qgroup|quota|scrub|check|rescue|inspect-internal|property|usage|su|restore|replace)$/,
    dmsetup:
      /^(?:-\S+|status|table|info|ls|remove|remove_all|create|reload|load|suspend|resume|message|udevcomplete\w*|udevcookies|targets|deps|rename|wipe_table|splitname|mknodes)$/,
    kubectl: /^(?:-\S+|get|describe|logs|delete|drain|top|exec|apply|cordon|uncordon|version|taint|edit|create)$/,
    crictl: /^(?:-\S+|ps|pods|images|rmi|rm|stats|info|inspect\w*|imagefsinfo|logs|stopp|rmp)$/,
    ctr: /^(?:-\S+|images?|snapshots?|content|leases?|containers?|tasks?|version|namespaces?|i|c|t)$/,
    nerdctl: /^(?:-\S+|ps|images?|system|run|exec|pull|build|volume|info|rm|rmi)$/,
    zfs: /^(?:-\S+|list|get|set|destroy|create|snapshot|send|receive|rollback)$/,
    zpool: /^(?:-\S+|list|status|get|set|add|scrub|iostat|create|import|export)$/,
    systemctl:
      /^(?:-\S+|start|stop|restart|status|enable|disable|reload|daemon-reload|is-active|is-enabled|edit|mask|show)$/,
    lvm: /^\w+$/,
    multipass: /^\w+$/,
    limactl: /^\w+$/,
    colima: /^\w+$/,
  }),
);
/** Programs that only ever begin a command line; what follows must look like arguments. */
const PLAIN_PROGRAMS = new Set(
  'df du lsblk losetup lvs vgs pvs lvdisplay vgdisplay pvdisplay lvscan vgscan pvscan lvcreate lvextend lvremove lvconvert lvchange lvresize lvreduce lvrename vgcreate vgextend vgreduce vgremove vgchange vgck vgcfgbackup vgcfgrestore pvcreate pvresize pvremove pvmove thin_check thin_dump thin_repair thin_ls thin_restore mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs tune2fs dumpe2fs resize2fs e2fsck fsck xfs_info xfs_growfs xfs_repair xfs_quota xfs_db xfs_spaceman blkid blockdev findmnt fstrim fdisk sfdisk parted growpart truncate fallocate qemu-img dmesg journalctl lsof fuser sysctl ipcs ipcrm repquota quota mount umount dd cryptsetup mdadm vdostats nsenter rpm-ostree ostree skopeo kind k3d minikube docker-compose snapper timeshift docker-storage-setup'.split(
    ' ',
  ),
);
/** Commands of a shell session that say little of storage but are not prose behind `# `. */
const SHELL_PROGRAMS = new Set(
  'ls cat grep egrep cd cp mv rm mkdir rmdir touch ln chmod chown find sort head tail wc awk sed echo printf tee less more stat file ps top free uname hostname id whoami uptime service ss ip iptables curl wget tar rsync ssh scp vi vim nano apt apt-get yum dnf dpkg rpm pip npm yarn git make python python3 for while if sudo export source strings sync watch kill pkill lsmod modprobe insmod lspci date env which type ulimit cut xargs ncdu htop iotop tree reboot shutdown init zypper pacman apk snap'.split(
    ' ',
  ),
);
const KEYWORDS = new Set([
  'do',
  'done',
  'while',
  'if',
  'then',
  'else',
  'fi',
  'in',
  '{',
  '}',
  '!',
  'time',
  'until',
  'esac',
]);

/** Command lines a person typed. */
export const commands: Probe = {
  id: 'commands',
  readsTalk: true,
  title: 'commands typed in a pasted session',
  recognises: (doc) => doc.origin.kind === 'paste' && doc.text !== '',
  scan,
};

/** A line without its prompt: what was typed. Lines without a prompt come back as they are. */
export function stripPrompt(text: string): string {
  return typedLine(text, isProgram)?.text ?? text;
}

function isProgram(word: string): boolean {
  const name = word.slice(word.lastIndexOf('/') + 1);
  return (
    STORAGE_PROGRAMS.has(name) ||
    PLAIN_PROGRAMS.has(name) ||
    SHELL_PROGRAMS.has(name) ||
    /^\.{0,2}\/[\w./-]+$/.test(word)
  );
}

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  for (let i = 0; i < doc.lines.length && facts.length < MOST; i++) {
    const line = doc.lines[i];
    if (!line || line.text.length < 2 || line.text.length > 4000) continue;
    const typed = typedLine(line.text, isProgram);
    let text = typed?.text ?? bareCommand(line.text);
    if (text === undefined || text === '') continue;
    for (let more = 0; text.endsWith('\\') && more < 20; more++)
      text = `${text.slice(0, -1)} ${doc.lines[++i]?.text ?? ''}`;
    for (const given of shellCommands(text)) {
      let words = given;
      while (words.length > 0 && KEYWORDS.has(words[0] ?? '')) words = words.slice(1);
      words = unwrapArgv(words).slice(0, 200);
      const program = words[0];
      if (!program || !/^[\w.+-]{1,60}$/.test(program) || program === 'for' || program === 'case') continue;
      facts.push(found('command', { program, words: words.slice(1), ...(typed?.root ? { root: true } : {}) }, line.n));
    }
  }
  return facts;
}

/** A line that begins with a storage program and goes on like a command, not like a sentence. */
function bareCommand(line: string): string | undefined {
  const text = line.trim();
  const match = /^(?:sudo\s+)?(?:\/(?:usr\/)?s?bin\/)?([\w.-]{2,40})(?:\s+(.*))?$/.exec(text);
  const program = match?.[1];
  if (!match || !program || /[.:,!?…]$/.test(text)) return undefined;
  const rest = match[2]?.split(/\s+/) ?? [];
  const first = rest[0];
  const verbs = STORAGE_PROGRAMS.get(program);
  if (verbs)
    return first !== undefined &&
      verbs.test(first) &&
      !proseAfter(rest) &&
      !(first === 'version' && rest.length > 1 && !rest[1]?.startsWith('-'))
      ? text
      : undefined;
  if (!PLAIN_PROGRAMS.has(program)) return undefined;
  if (first === undefined) return text;
  return /^(?:-|\/|\.|~|["'$]|[\w-]+\/[\w-]|\w+=|\|)/.test(first) && !proseAfter(rest) ? text : undefined;
}

/** `df -h gives`, `docker info shows 0 everywhere`: words of a sentence behind a command. */
function proseAfter(words: readonly string[]): boolean {
  const plain = words.filter((word) => /^[a-z]{2,}$/.test(word));
  return (
    plain.length > 4 ||
    words.some((word) =>
      /^(?:gives?|shows?|says?|does|did|is|was|are|has|and|the|it|still|but|returns?|prints?|stops|fails?|works?|hangs?|output|on my|only|not)$/i.test(
        word,
      ),
    )
  );
}
