import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface Sshd {
  /** `ssh://root@127.0.0.1:PORT` */
  target: string;
  /** a file for `ssh -F`, through ULLAGE_SSH_CONFIG */
  config: string;
  stop(): void;
}

/** A real sshd on loopback with keys of its own, all in `directory`. */
export async function startSshd(directory: string): Promise<Sshd> {
  const port = await freePort();
  const file = (name: string) => join(directory, name);
  for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  execFileSync('cp', [file('user.pub'), file('authorized')]);
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const settings = [
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
    'MaxSessions 10',
    'PidFile none',
    // where programs are that are not installed; a session has no environment of ours
    `SetEnv ${given('PATH')} ${given('LD_LIBRARY_PATH')}`,
  ];
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized')}`,
      ...settings,
      '',
    ].join('\n'),
  );
  const known = execFileSync('cut', ['-d', ' ', '-f1,2', file('host.pub')], { encoding: 'utf8' });
  writeFileSync(file('known'), `[127.0.0.1]:${port} ${known}`);
  writeFileSync(
    file('ssh_config'),
    `Host *\n  IdentityFile ${file('user')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${file('known')}\n  StrictHostKeyChecking yes\n`,
  );
  // sshd wants its own absolute path
  const program = spawnSync('sh', ['-c', 'command -v sshd'], { encoding: 'utf8' }).stdout.trim();
  const child: ChildProcess = spawn(program, ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' });
  const target = `ssh://${userInfo().username}@127.0.0.1:${port}`;
  const login = [
    '-F',
    file('ssh_config'),
    '-p',
    String(port),
    '-o',
    'BatchMode=yes',
    `${userInfo().username}@127.0.0.1`,
    'true',
  ];
  for (let waited = 0; spawnSync('ssh', login).status !== 0; waited += 100) {
    if (waited > 60_000) throw new Error('sshd does not answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { target, config: file('ssh_config'), stop: () => void child.kill('SIGTERM') };
}

const given = (name: string): string => `"${name}=${process.env[name] ?? ''}"`;
