/**
 * One word for a POSIX shell, whatever it holds: inside single quotes every byte is itself
 * except the quote (POSIX.1-2017, Shell Command Language 2.2.2). The only place of the project
 * where text becomes part of a command line; a NUL byte cannot be part of any argument.
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('an argument cannot hold a NUL byte');
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** argv as one shell command. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}
