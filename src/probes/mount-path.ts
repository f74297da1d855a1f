/** `\040` and friends in /proc/mounts and mountinfo (kernel fs/seq_file.c mangle_path). */
export function unescapeMount(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : text;
}

/** `rw,noatime` as a list; lower directories of an overlay may hold escaped commas. */
export function mountOptions(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .map(unescapeMount)
    .filter((option) => option !== '');
}
