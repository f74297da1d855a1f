import { randomBytes } from 'node:crypto';
import { fileFailure, fileTimeout, notRegular, statfsAnswer } from './file-answers.ts';
import type { Host, Ran, RunOptions } from './host.ts';
import { brokenAnswer, CURL, cannotConnect, httpAnswer, requestPath } from './http-answer.ts';
import { limiter } from './limiter.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_MS } from './limits.ts';
import { deniedMessage, notFoundMessage } from './run-process.ts';
import {
  getScript,
  killScript,
  readMarks,
  readScript,
  runScript,
  SAY,
  statfsScript,
  type Told,
} from './ssh-scripts.ts';
import { connectionError, sshSession } from './ssh-session.ts';
import { parseSshTarget } from './ssh-target.ts';

/** sshd lets 10 sessions share a connection (MaxSessions, sshd_config(5)); hung ones keep theirs. */
const WIDTH = 6;
/** ssh's own exit status for everything that is not the program's (ssh(1)) */
const SSH_FAILED = 255;

/** A {@link Host} that was reached, or will be at the first question. */
export interface SshHost extends Host {
  /** connects now: an UllageError says why that is not possible */
  connect(): Promise<void>;
  run(argv: readonly string[], options?: SshRunOptions): Promise<Ran>;
}

export interface SshRunOptions extends RunOptions {
  /** a file there that is told the program's process before it runs: left-behind.ts */
  noteIn?: string;
}

/**
 * A machine with nothing but sshd and a POSIX sh, asked through the system's ssh. Gives the
 * same answers as the local door there; two differences remain, both beyond ssh: a program
 * ended by a signal looks like exit status 255, and its process is only killed, not known dead.
 */
export function sshHost(spec: string): SshHost {
  const target = parseSshTarget(spec);
  const session = sshSession(target);
  const inTurn = limiter(WIDTH);
  const mark = `ullage-${randomBytes(9).toString('hex')}`;
  const kills = new Set<Promise<unknown>>();

  /** Runs a script and takes the marks off; throws when the connection, not the program, failed. */
  async function ask(script: string, options: RunOptions = {}): Promise<Ran & { told: Told }> {
    const limits = {
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
      mark: `${mark} ${SAY.begun} `,
      ...(options.detached ? { detached: true } : {}),
    };
    // room for the mark that stands before the output, with its process id
    const ran = await inTurn(() => session.script(script, { ...limits, maxBytes: limits.maxBytes + mark.length + 12 }));
    const told = readMarks(mark, ran.stdout, ran.stderr);
    if (ran.timedOut) leaveBehind(told.pid);
    else if (ran.truncated) return { ...ran, ...cut(told.stdout, limits.maxBytes), stderr: told.stderr, told };
    else if (told.pid === undefined || (ran.exitCode === SSH_FAILED && !(await session.alive()))) {
      throw connectionError(target, told.stderr.trim() || ran.stderr.trim() || 'the connection was lost');
    }
    return { ...ran, ...cut(told.stdout, limits.maxBytes), stderr: told.stderr, told };
  }

  function leaveBehind(pid: number | undefined): void {
    if (pid === undefined) return;
    const kill = session.script(killScript(pid), { timeoutMs: 3000, maxBytes: 1024 }).catch(() => {});
    kills.add(kill);
    void kill.finally(() => kills.delete(kill));
  }

  return {
    label: target.label,
    connect: () => session.connect(),
    async run(argv, options) {
      const program = argv[0] ?? '';
      const started = performance.now();
      const nothing = (): Omit<Ran, 'stderr'> => ({ stdout: '', durationMs: Math.round(performance.now() - started) });
      if (argv.some((word) => word.includes('\0')) || program === '')
        return { ...nothing(), stderr: `${program}: cannot be run` };
      // a shell would take it for an option of exec; no program is called so
      if (program.startsWith('-')) return { ...nothing(), stderr: notFoundMessage(program), notFound: true };
      const { told, ...ran } = await ask(runScript(mark, argv, options?.input, options?.noteIn), options);
      if (told.stopped === SAY.notFound) return { ...nothing(), stderr: notFoundMessage(program), notFound: true };
      if (told.stopped === SAY.denied) return { ...nothing(), stderr: deniedMessage(program) };
      return ran;
    },
    async read(path, options = {}) {
      if (path.includes('\0')) return fileFailure(path, 'cannot be read: its name holds a NUL byte');
      const ran = await ask(readScript(mark, path), options);
      if (ran.timedOut) return fileTimeout(path, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      if (ran.told.stopped === SAY.notFile) return notRegular(path);
      if (ran.exitCode !== 0 && !ran.truncated) return fileFailure(path, ran.stderr);
      return { ok: true, content: ran.stdout, ...(ran.truncated ? { truncated: true } : {}) };
    },
    async statfs(path, options = {}) {
      if (path.includes('\0')) return fileFailure(path, 'cannot be asked: its name holds a NUL byte');
      const ran = await ask(statfsScript(mark, path), options);
      if (ran.timedOut) return fileTimeout(path, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      return ran.exitCode === 0 ? statfsAnswer(path, ran.stdout.trim().split(' ')) : fileFailure(path, ran.stderr);
    },
    async get(socket, path, options = {}) {
      const seconds = Math.ceil((options.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000) + 1;
      const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
      // the HTTP status stands behind the body
      const { told, ...ran } = await ask(getScript(mark, socket, requestPath(path), seconds), {
        ...options,
        maxBytes: maxBytes + mark.length + 6,
      });
      const { durationMs } = ran;
      if (ran.timedOut || ran.exitCode === CURL.timeout) return { stdout: '', stderr: '', durationMs, timedOut: true };
      if (told.stopped === SAY.missing) return { ...cannotConnect(socket, 'missing'), durationMs };
      if (told.stopped === SAY.denied) return { ...cannotConnect(socket, 'denied'), durationMs };
      // curl before 7.40 knows no --unix-socket and ends with 2
      if (told.stopped === SAY.notFound || ran.exitCode === 2)
        return { stdout: '', stderr: notFoundMessage('curl'), durationMs, notFound: true };
      if (ran.truncated) return { exitCode: 0, stderr: '', ...cut(ran.stdout, maxBytes), durationMs, truncated: true };
      if (ran.exitCode === CURL.cannotConnect) return { ...cannotConnect(socket, 'refused'), durationMs };
      const end = ran.stdout.lastIndexOf(`\n${mark} `);
      if (ran.exitCode !== 0 || end < 0)
        return { ...brokenAnswer(socket, `curl ended with ${ran.exitCode}`), durationMs };
      const status = Number(ran.stdout.slice(end + mark.length + 2));
      return { ...httpAnswer(socket, path, status, ran.stdout.slice(0, end)), durationMs };
    },
    async close() {
      // a kill waits a second between its signals; the shell there goes on without us
      await Promise.race([Promise.all(kills), new Promise((resolve) => setTimeout(resolve, 300))]);
      await session.close();
    },
  };
}

/** stdout as the local door would have cut it. */
function cut(stdout: string, maxBytes: number): Pick<Ran, 'stdout' | 'truncated'> {
  // a replaced byte became three: text with such is left as it came
  if (stdout.length * 3 <= maxBytes || stdout.includes('\ufffd')) return { stdout };
  const bytes = Buffer.from(stdout, 'utf8');
  return bytes.length <= maxBytes
    ? { stdout }
    : { stdout: bytes.subarray(0, maxBytes).toString('utf8'), truncated: true };
}
