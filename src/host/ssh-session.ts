import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ran } from './host.ts';
import { UllageError } from './host.ts';
import { runProcess } from './run-process.ts';
import type { SshTarget } from './ssh-target.ts';

const CONNECT_SECONDS = 10;
/** With a terminal, a person may be asked for a passphrase first. */
const ASK_SECONDS = 120;
/** The master ends by itself when we were killed and nobody asked for so long. */
const PERSIST_SECONDS = 120;

export interface SshSession {
  /**
   * Runs the shell text on the target; connects first when needed. The time limit is the text's: it runs from where the
   * target's shell has printed `mark`, for on a slow line or a busy machine the way there can take longer than the answer.
   */
  script(
    text: string,
    limits: { timeoutMs: number; maxBytes: number; detached?: boolean; mark?: string },
  ): Promise<Ran>;
  connect(): Promise<void>;
  /** is the shared connection still there? */
  alive(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * One shared connection of the system's OpenSSH: the user's configuration, keys, agent and
 * known hosts apply. ULLAGE_SSH_CONFIG names another configuration file (`ssh -F`).
 */
export function sshSession(target: SshTarget): SshSession {
  let directory: string | undefined;
  let connected: Promise<void> | undefined;

  const options = (master: 'yes' | 'no', batch: boolean): string[] => {
    const config = process.env['ULLAGE_SSH_CONFIG'];
    const set: Record<string, string> = {
      ControlMaster: master,
      ControlPath: join(directory ?? '', 's'),
      ControlPersist: String(PERSIST_SECONDS),
      BatchMode: batch ? 'yes' : 'no',
      ConnectTimeout: String(CONNECT_SECONDS),
      ServerAliveInterval: '5',
      ServerAliveCountMax: '4',
      // banners and "permanently added" are not the program's stderr
      LogLevel: 'ERROR',
      ForwardAgent: 'no',
      ForwardX11: 'no',
      ClearAllForwardings: 'yes',
      PermitLocalCommand: 'no',
    };
    return [
      ...(config ? ['-F', config] : []),
      '-T',
      ...Object.entries(set).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
    ];
  };

  const open = async () => {
    directory = privateDirectory();
    const person = process.stdin.isTTY === true && process.stderr.isTTY === true;
    const said = await startMaster(
      [...options('yes', !person), '-N', '-f', ...target.args],
      join(directory, 'e'),
      person ? ASK_SECONDS : CONNECT_SECONDS + 5,
    );
    if (said !== undefined) {
      removeDirectory();
      throw connectionError(target, said);
    }
  };
  const removeDirectory = () => {
    if (directory) rmSync(directory, { recursive: true, force: true });
    directory = undefined;
    connected = undefined;
  };
  const connect = () => {
    connected ??= open();
    return connected;
  };
  const control = (verb: string) =>
    runProcess(['ssh', ...options('no', true), '-O', verb, ...target.args], { timeoutMs: 3000 });

  return {
    connect,
    async script(text, { mark, ...limits }) {
      await connect();
      const begins = mark === undefined ? {} : { begins: { mark, withinMs: CONNECT_SECONDS * 1000 } };
      // `exec /bin/sh` means the same to every login shell (csh and fish included)
      return runProcess(['ssh', ...options('no', true), ...target.args, 'exec /bin/sh'], {
        ...limits,
        ...begins,
        input: text,
      });
    },
    async alive() {
      return directory !== undefined && (await control('check')).exitCode === 0;
    },
    async close() {
      if (!connected) return;
      await connected.catch(() => {});
      if (directory) await control('exit');
      removeDirectory();
    },
  };
}

/** 0700, and short: a socket's path holds 108 bytes, and ssh appends some of its own (unix(7)). */
function privateDirectory(): string {
  const base = tmpdir().length <= 60 ? tmpdir() : '/tmp';
  try {
    return mkdtempSync(join(base, 'ullage-'));
  } catch (error) {
    throw new UllageError(
      'cannot make a private directory for the ssh connection',
      base,
      'Make room there or point TMPDIR to a writable directory.',
      { cause: error },
    );
  }
}

/** Undefined when the master runs, else what ssh said. Its stderr is a file: the master keeps it open. */
function startMaster(args: readonly string[], errorFile: string, seconds: number): Promise<string | undefined> {
  const fd = openSync(errorFile, 'wx', 0o600);
  return new Promise((resolve) => {
    const child = spawn('ssh', args, { stdio: ['ignore', 'ignore', fd] });
    const finish = (said: string | undefined) => {
      clearTimeout(timer);
      resolve(said);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      finish(`no connection within ${seconds} s`);
    }, seconds * 1000);
    closeSync(fd);
    child.on('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'ENOENT' ? 'ssh is not installed here' : error.message),
    );
    child.on('exit', (code, signal) =>
      finish(code === 0 ? undefined : readFileSync(errorFile, 'utf8').trim() || `ssh ended with ${signal ?? code}`),
    );
  });
}

const ADVICE: readonly [RegExp, string][] = [
  [/Host key verification failed|REMOTE HOST IDENTIFICATION/, 'Check the host key, then connect once with plain ssh.'],
  [
    /Permission denied|Too many authentication failures/,
    'Check the user and the key; `ssh-add` the key if it has a passphrase.',
  ],
  [/Could not resolve|not known|Name or service/, 'Check the host name.'],
  [/refused|timed out|no connection|unreachable|No route/i, 'Check the address and port, and that sshd runs there.'],
  [/not installed here/, 'Install the OpenSSH client on this machine.'],
  [
    /no matching (?:host key|key exchange|cipher|MAC)/,
    'The target speaks only old algorithms: allow them for this host in ~/.ssh/config (HostKeyAlgorithms, KexAlgorithms).',
  ],
];

export function connectionError(target: SshTarget, said: string): UllageError {
  // ssh repeats what a server says: no escapes of a hostile one reach the terminal
  const clean = said
    .replace(/\r?\n/g, '; ')
    .replace(/\p{Cc}/gu, '')
    .slice(0, 500);
  const advice = ADVICE.find(([pattern]) => pattern.test(clean))?.[1] ?? 'Check that plain ssh works to that host.';
  return new UllageError('cannot look over ssh', `${target.label}: ${clean}`, advice);
}
