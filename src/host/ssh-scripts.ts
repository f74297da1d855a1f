import { COMMAND_PATH_SH } from './command-path.ts';
import { curlArgv } from './http-answer.ts';
import { noteScript } from './left-behind.ts';
import { quoteArgv, quoteWord } from './quote.ts';

/**
 * The shell text that a target's /bin/sh gets on its standard input: POSIX only, it must work
 * in dash, in BusyBox and in the bash of CentOS 6. Whatever is not constant is one quoted word.
 * A mark (a random word of this session) separates our answer from what login scripts print
 * and tells our shell's "not found" from a program that ends with 127.
 */
export type Mark = string;

/** What a script says behind the mark on stderr: begun (with the process id), and why it did not go on. */
export const SAY = { begun: 'B', notFound: 'N', denied: 'D', notFile: 'T', missing: 'M' } as const;

function begin(mark: Mark): string {
  // exec later keeps the process id: it is the program's
  return [
    'LC_ALL=C; export LC_ALL',
    `${COMMAND_PATH_SH}; export PATH`,
    'cd /',
    `echo '${mark} ${SAY.begun}' $$`,
    `echo '${mark} ${SAY.begun}' $$ >&2`,
    '',
  ].join('\n');
}

function stop(mark: Mark, why: string, status: number): string {
  return `{ echo '${mark} ${why}' >&2; exit ${status}; }`;
}

/** Ends the script when the program is not there, as execvp(3) would look for it. */
function mustExist(mark: Mark, program: string): string {
  const name = quoteWord(program);
  const look = program.includes('/')
    ? `[ -e ${name} ] && e=1; [ -x ${name} ] && [ ! -d ${name} ] && f=1`
    : `set -f; IFS=:; for d in $PATH; do
[ -e "$d"/${name} ] && e=1
if [ -x "$d"/${name} ] && [ ! -d "$d"/${name} ]; then f=1; break; fi
done; unset IFS; set +f`;
  return `e=; f=; ${look}
if [ -z "$f" ]; then [ -z "$e" ] || ${stop(mark, SAY.denied, 126)}; ${stop(mark, SAY.notFound, 127)}; fi
`;
}

/** @param noteIn a file there that is told the process before it runs */
export function runScript(mark: Mark, argv: readonly string[], input?: string, noteIn?: string): string {
  const stdin = stdinOf(mark, input);
  const note = noteIn === undefined ? '' : noteScript(noteIn);
  return `${begin(mark)}${mustExist(mark, argv[0] ?? '')}${note}${stdin.before}exec ${quoteArgv(argv)} ${stdin.redirect}\n`;
}

/** Where the program's input comes from: the shell has its own text on the standard input. */
function stdinOf(mark: Mark, input: string | undefined): { before: string; redirect: string } {
  if (input === undefined) return { before: '', redirect: '</dev/null' };
  if (input.includes('\0')) throw new RangeError('input over ssh holds no NUL byte');
  // taken as it is: the delimiter is quoted (POSIX.1-2017, Shell Command Language 2.7.4)
  if (input === '' || input.endsWith('\n')) return { before: '', redirect: `<<'${mark}'\n${input}${mark}` };
  // a here-document always ends with a newline; a file without a name does not
  const file = `"$d"/${mark}.in`;
  return {
    before: `d=/run; [ -w /run ] || d=\${TMPDIR:-/tmp}
(umask 077; printf '%s' ${quoteWord(input)} >${file}) && exec 3<${file} || exit 1
rm -f ${file}
`,
    redirect: '<&3 3<&-',
  };
}

export function readScript(mark: Mark, path: string): string {
  const file = quoteWord(path);
  return `${begin(mark)}if [ -e ${file} ] && [ ! -f ${file} ]; then ${stop(mark, SAY.notFile, 1)}; fi\nexec cat -- ${file} </dev/null\n`;
}

/** type (hexadecimal), fundamental block size, blocks, free, available, inodes, free inodes: GNU and BusyBox alike */
export function statfsScript(mark: Mark, path: string): string {
  return `${begin(mark)}exec stat -f -c '0x%t %S %b %f %a %c %d' -- ${quoteWord(path)} </dev/null\n`;
}

/** The body, then the mark and the HTTP status. */
export function getScript(mark: Mark, socket: string, path: string, seconds: number): string {
  const file = quoteWord(socket);
  const [program = 'curl', ...rest] = curlArgv(socket, path);
  const argv = [program, '-g', '-m', String(seconds), '-w', `\\n${mark} %{http_code}`, ...rest];
  return `${begin(mark)}[ -e ${file} ] || ${stop(mark, SAY.missing, 7)}
[ -w ${file} ] || ${stop(mark, SAY.denied, 7)}
${mustExist(mark, program)}exec ${quoteArgv(argv)} </dev/null\n`;
}

/** Ends a program that was left behind. It may be in D state: nobody waits for this. */
export function killScript(pid: number): string {
  return `kill -TERM ${pid} 2>/dev/null || exit 0\nsleep 1\nkill -KILL ${pid} 2>/dev/null\n`;
}

export interface Told {
  /** process id of the program, when the shell got as far as that */
  pid?: number;
  /** one of SAY */
  stopped?: string;
  stdout: string;
  stderr: string;
}

/** Takes the marks off: what stands before them was said by login scripts. */
export function readMarks(mark: Mark, stdout: string, stderr: string): Told {
  const begun = `${mark} ${SAY.begun} `;
  const out = behind(stdout, begun);
  const err = behind(stderr, begun);
  const started = out ?? err;
  if (!started) return { stdout, stderr };
  // the two streams come in any order: output cut at its limit may be here before stderr is
  const said = err?.rest ?? '';
  const stopped = new RegExp(`^${mark} ([A-Z])\\n`).exec(said);
  return {
    pid: started.pid,
    stdout: out?.rest ?? '',
    stderr: stopped ? said.slice(stopped[0].length) : said,
    ...(stopped?.[1] === undefined ? {} : { stopped: stopped[1] }),
  };
}

function behind(text: string, begun: string): { pid: number; rest: string } | undefined {
  const at = text.indexOf(begun);
  if (at < 0) return undefined;
  const end = text.indexOf('\n', at);
  const pid = Number(text.slice(at + begun.length, end < 0 ? undefined : end));
  return end < 0 || !Number.isSafeInteger(pid) || pid < 2 ? undefined : { pid, rest: text.slice(end + 1) };
}
