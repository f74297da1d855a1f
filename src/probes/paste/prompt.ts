/** A line as a person typed it, and whether root's prompt stood before it. */
export interface Typed {
  text: string;
  root: boolean;
}

/** `[root@node7 ~]# `, `root@host:/var/lib# `, `(venv) me@box:~$ `, `[me@host]$`, `user@host ~ % `. */
const USER_HOST =
  /^(?:\^C)?\s{0,8}(?:\([\w.-]{1,40}\)\s)?\[?[\w.+-]{1,40}@[\w.-]{1,80}(?:[ :][^\]#$%>\n]{0,120})?\]{0,2}\s?([#$%>❯])\s?(?=\S|$)/;
/** `GUEST:~ # `, `host:/dir $ `, `sh-4.2# `, `bash-5.1$ `, `box$ `, `/var/lib/docker/aufs/diff# `. */
const HOST_DIR =
  /^(?:\^C)?\s{0,8}(?:[\w.-]{1,40}:[~/][\w.~/-]{0,120}\s?|(?:ba|z|k|da)?sh-\d[\d.]{0,5}|[a-z][\w.-]{0,30}|[~/][\w.~/@-]{0,120}\s?)([#$%])\s(?=\S|$)/;
/** `➜  ~ `, `~ ❯ `, `➤ `, `λ `, `» `; fancy prompts. */
const FANCY =
  /^\s{0,8}(?:[~/][\w.~/-]{0,120}\s{1,3})?[➜➤❯λ»▶→]\s{1,3}(?:[~/][\w.~/-]{0,120}\s{1,3}(?:git:\([^)]{0,60}\)\s{0,3})?)?(?=\S)/;
/** `PS C:\Users\me> `, `C:\>`. */
const WINDOWS = /^\s{0,8}(?:PS\s)?[A-Za-z]:\\[^>\n]{0,200}>\s?(?=\S)/;
/** Containers name themselves: `Singularity> `, `Apptainer> `. */
const CONTAINER = /^\s{0,8}(?:Singularity|Apptainer)>\s/;
const BARE = /^\s{0,8}([$#%])\s{1,3}(?=\S)/;

/**
 * The line without its prompt; `undefined` when there is none. `#` and `%` alone are also
 * headings and comments: `isProgram` decides by the first word.
 */
export function typedLine(text: string, isProgram: (word: string) => boolean): Typed | undefined {
  if (text.length > 4000) return undefined;
  const match = USER_HOST.exec(text) ?? HOST_DIR.exec(text);
  if (match) return { text: text.slice(match[0].length).trim(), root: match[1] === '#' };
  const bare = BARE.exec(text);
  if (bare) {
    const rest = text.slice(bare[0].length).trim();
    const word = /^(?:sudo\s+)?([^\s;|&]{1,200})/.exec(rest)?.[1] ?? '';
    if (bare[1] === '$' ? /^[\w./~-]+$/.test(word) : isProgram(word)) return { text: rest, root: bare[1] === '#' };
    return undefined;
  }
  const other = FANCY.exec(text) ?? WINDOWS.exec(text) ?? CONTAINER.exec(text);
  return other ? { text: text.slice(other[0].length).trim(), root: false } : undefined;
}
