import { type Document, type Line, programOf } from './document.ts';
import { type Prompt, promptOf } from './paste/prompt.ts';
import { undress } from './undress.ts';

/** One line of console output, and the command it is (as far as can be seen) the output of. */
export interface ConsoleRow extends Line {
  /** the run's argv joined, or the last command typed above the line in a paste; '' when unknown */
  command: string;
  /** this line is the command itself */
  typed: boolean;
}

/** Programs whose output is seen without a prompt before their name: `df -h gives:`, `sudo du -sh /var`. */
const KNOWN =
  'df|gdf|du|ls|ll|lsof|lsblk|losetup|btrfs|stat|mount|findmnt|cat|grep|find|tune2fs|dumpe2fs|xfs_info|xfs_spaceman|xfs_db|xfs_quota|repquota|quota|zfs|zpool|qemu-img|docker|podman|kubectl|crictl|nerdctl|ctr|nsenter';

const BARE = new RegExp(`^[\\s\`*]{0,8}(?:sudo\\s+)?((?:/\\S{0,40}/)?(?:${KNOWN})(?:\\s.*)?)$`);
const QUOTED = new RegExp(`\`((?:sudo\\s+)?(?:/\\S{0,40}/)?(?:${KNOWN})\\s[^\`]{1,300})\``);

/** Longest line that row parsers look at: real rows are far shorter, and the work stays bounded. */
const LONGEST = 65_536;

/**
 * The command a pasted line is: `[root@db1 ~]# df -h`, `$ sudo du -sh /var`, `df -i gives:`,
 * "`docker run x df -i` prints". Undefined for output.
 */
export function commandOf(text: string): string | undefined {
  if (text.length > 2000) return undefined;
  const prompt = promptOf(text);
  if (prompt && (prompt.bare ? isCommand(prompt) : prompt.text !== '')) return prompt.text.replace(/^(?:sudo\s+)+/, '');
  const bare = BARE.exec(text);
  // `ls`, `df` and friends as the first word of a line, unless the line is a row of numbers
  if (bare && !/\s\d+%/.test(text)) return (bare[1] ?? '').replace(/`.*$/, '');
  return text.includes('`') ? QUOTED.exec(text)?.[1]?.replace(/^sudo\s+/, '') : undefined;
}

/** Behind a mark alone: what begins in lower case, like a path, or with an assignment. */
function isCommand({ text, mark }: Prompt): boolean {
  return '#$%>'.includes(mark) && /^(?:[a-z./(]|[A-Z_]{1,30}=)/.test(text);
}

/** Many probes read the same document: its rows are made once. */
const ROWS = new WeakMap<readonly Line[], readonly ConsoleRow[]>();

/** The document's lines, undressed of Markdown, each with the command above it. */
export function consoleRows(doc: Document): readonly ConsoleRow[] {
  const made = ROWS.get(doc.lines);
  if (made) return made;
  const run = doc.origin.kind === 'run' ? doc.origin.argv.join(' ') : undefined;
  const list: ConsoleRow[] = [];
  let command = run ?? '';
  for (const line of doc.lines) {
    if (line.text.length > LONGEST) continue;
    const typed = doc.origin.kind === 'paste' ? commandOf(line.text) : undefined;
    if (typed !== undefined) command = undress(typed);
    list.push({ n: line.n, text: undress(line.text), command, typed: typed !== undefined });
  }
  ROWS.set(doc.lines, list);
  return list;
}

/** Programs that can print anybody's output: shells, engines that exec, filters. */
const OPAQUE = new Set(
  'sh bash dash zsh ash ksh busybox docker podman ctr nerdctl crictl kubectl k oc ssh cat zcat grep zgrep egrep head tail awk sed tee less watch script find xargs for machinectl lxc limactl colima toolbox chroot su runuser pod'.split(
    ' ',
  ),
);

/**
 * A probe's gate: its own programs, its own files, and for everything that may hold any
 * output (pastes, shells, `docker exec`, `cat`, saved logs) a look into the text.
 */
export function mayHold(doc: Document, programs: readonly string[], text: RegExp, paths?: RegExp): boolean {
  switch (doc.origin.kind) {
    case 'statfs':
      return false;
    case 'read':
      if (paths?.test(doc.origin.path)) return true;
      return !/^\/(?:proc|sys|etc|run)\//.test(doc.origin.path) && text.test(doc.text);
    case 'run': {
      const program = programOf(doc.origin);
      if (programs.includes(program)) return true;
      return OPAQUE.has(program) && text.test(doc.text);
    }
    case 'paste':
      return text.test(doc.text);
  }
}

/** True when the command looks from inside a container: what it prints is the container's view. */
export function runsInContainer(command: string): boolean {
  return /(?:^|[\s/])(?:docker(?:-compose)?|podman|nerdctl|crictl|kubectl|k|oc|ctr)\s(?:.{0,200}\s)?(?:exec|run)\s/.test(
    command,
  );
}
