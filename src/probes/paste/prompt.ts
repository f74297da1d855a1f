/** A shell's prompt and what was typed behind it. */
export interface Prompt {
  /** trimmed; '' at an empty prompt */
  text: string;
  /** the character that ends the prompt: `#` is root's */
  mark: string;
  /** nothing but the mark: it may as well be a heading, a comment, a quote, a bullet */
  bare: boolean;
}

/** A line as a person typed it, and whether root's prompt stood before it. */
export interface Typed {
  text: string;
  root: boolean;
}

/** No prompt is longer than this in front of what is typed. UTF-16 units. */
const LONGEST_PROMPT = 400;
const MARK = /[$#%>❯➤➜λ»▶→]/;

/** `[root@node7 ~]# `, `root@host:/var/lib# `, `(venv) me@box:~$ `, `[me@host]$`, `user@host ~ % `. */
const USER_HOST =
  /^(?:\^C)?\s{0,8}(?:\([\w.-]{1,40}\)\s)?\[?\(?[\w.+-]{1,40}\)?@[\w.-]{1,80}(?:[ :][^\]#$%>❯➤➜]{0,120})?\]{0,2}\s?([#$%>❯➤➜])/;
/** `[node7 ~]# `: a prompt in brackets that names no user. */
const BRACKETS = /^(?:\^C)?\s{0,8}\[[^\]]{1,80}\]\s?([#$%>])/;
/** `GUEST:~ # `, `host:/dir $ `, `sh-4.2# `, `bash-5.1$ `, `box$ `, `/var/lib/docker/aufs/diff# `. */
const HOST_DIR =
  /^(?:\^C)?\s{0,8}(?:[\w.-]{1,40}:[~/][\w.~/-]{0,120}\s?|(?:ba|z|k|da)?sh-\d[\d.]{0,5}|[a-z][\w.-]{0,30}|[~/][\w.~/@-]{0,120}\s?)([#$%])(?=\s|$)/;
/** `➜  ~ `, `➜  app git:(main) ✗ `. */
const OH_MY_ZSH =
  /^\s{0,8}(➜)\s{1,3}(?:[\w~/][\w.~/@-]{0,120}\s{1,3}git:\([^)]{0,60}\)\s{1,3}(?:✗\s{1,3})?|[~/][\w.~/@-]{0,120}\s{1,3})?(?=\S)/;
/** `~ ❯ `, `➤ `, `app λ `; fancy prompts. */
const FANCY = /^\s{0,8}(?:[\w~/][\w.~/@-]{0,120}\s{0,3})?([❯➤➜λ])(?=\s|$)/;
/** `PS C:\Users\me> `, `C:\>`. */
const WINDOWS = /^\s{0,8}(?:PS\s)?[A-Za-z]:\\[^>]{0,200}(>)/;
/** Containers name themselves: `Singularity> `, `Apptainer> `. */
const CONTAINER = /^\s{0,8}(?:Singularity|Apptainer)(>)\s/;
const BARE = /^\s{0,8}([$#%>»▶→])/;

const SHAPES = [USER_HOST, BRACKETS, HOST_DIR, OH_MY_ZSH, FANCY, WINDOWS, CONTAINER];

/** The prompt a line begins with, in any of the usual shapes; `undefined` when there is none. */
export function promptOf(line: string): Prompt | undefined {
  const head = line.length > LONGEST_PROMPT ? line.slice(0, LONGEST_PROMPT) : line;
  if (!MARK.test(head)) return undefined;
  const bare = BARE.exec(head);
  if (bare) return { text: line.slice(bare[0].length).trim(), mark: bare[1] ?? '', bare: true };
  for (const shape of SHAPES) {
    const match = shape.exec(head);
    if (match) return { text: line.slice(match[0].length).trim(), mark: match[1] ?? '', bare: false };
  }
  return undefined;
}

/**
 * The line without its prompt; `undefined` when there is none. `#`, `%` and arrows alone are
 * also headings, comments and bullets: `isProgram` decides by the first word.
 */
export function typedLine(line: string, isProgram: (word: string) => boolean): Typed | undefined {
  const prompt = line.length > 4000 ? undefined : promptOf(line);
  if (!prompt) return undefined;
  const { text, mark, bare } = prompt;
  const typed = { text, root: mark === '#' };
  if (!bare) return typed;
  if (mark === '>' || !/^\s{0,8}\S\s/.test(line)) return undefined;
  const word = /^(?:sudo\s+)?([^\s;|&]{1,200})/.exec(text)?.[1] ?? '';
  return (mark === '$' ? /^[\w./~-]+$/.test(word) : isProgram(word)) ? typed : undefined;
}
