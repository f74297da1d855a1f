import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Dockerd {
  socket: string;
  docker(...argv: string[]): { status: number | null; stdout: string; stderr: string };
  stop(): Promise<void>;
}

/** A real dockerd without network on its own data root and socket; `home` holds everything else it makes. */
export async function startDockerd(home: string, dataRoot: string, driver: string): Promise<Dockerd> {
  const run = join(home, 'run');
  mkdirSync(run, { recursive: true });
  const config = join(run, 'daemon.json');
  writeFileSync(config, '{}');
  const socket = join(run, 'docker.sock');
  const logFile = join(run, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    'dockerd',
    [
      ...[
        '--iptables=false',
        '--ip6tables=false',
        '--bridge=none',
        '--ip-forward=false',
        '--ip-masq=false',
        '--userland-proxy=false',
      ],
      ...[
        '--data-root',
        dataRoot,
        '--exec-root',
        join(run, 'exec'),
        '-p',
        join(run, 'docker.pid'),
        '-H',
        `unix://${socket}`,
      ],
      ...['--storage-driver', driver, '--config-file', config],
    ],
    { stdio: ['ignore', log, log], detached: true },
  );
  closeSync(log);
  const docker: Dockerd['docker'] = (...argv) => {
    const { DOCKER_HOST: _, ...env } = process.env;
    return spawnSync('docker', ['-H', `unix://${socket}`, ...argv], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...env, LC_ALL: 'C' },
    });
  };
  for (let waited = 0; docker('version').status !== 0; waited += 100) {
    if (child.exitCode !== null || waited > 60_000)
      throw new Error(`dockerd did not start: ${readFileSync(logFile, 'utf8').slice(-2000)}`);
    await sleep(100);
  }
  return { socket, docker, stop: () => stop(child, run) };
}

async function stop(child: ChildProcess, run: string): Promise<void> {
  if (child.exitCode === null && child.pid) {
    child.kill('SIGTERM');
    for (let waited = 0; child.exitCode === null && child.signalCode === null && waited < 15_000; waited += 100)
      await sleep(100);
    if (child.exitCode === null) child.kill('SIGKILL');
  }
  // mounts of network namespaces and containers outlive the daemon
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((one) => one.startsWith(`${run}/`)).reverse()) spawnSync('umount', ['-l', mount]);
  rmSync(run, { recursive: true, force: true });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A busybox image without a registry: a tar of one static binary. */
export function importBusybox(daemon: Dockerd, home: string, tag: string): void {
  const root = join(home, 'busybox-root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const folder of ['tmp', 'proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, folder), { recursive: true });
  // Debian's busybox is dynamic: its libraries go along
  const script = `cp "$(command -v busybox)" "$1/bin/busybox"
    for applet in sh true sleep dd echo cat; do ln -sf busybox "$1/bin/$applet"; done
    for library in $(ldd "$1/bin/busybox" 2>/dev/null | grep -o '/[^ ]*'); do mkdir -p "$1\${library%/*}"; cp -L "$library" "$1$library"; done
    tar -C "$1" -cf "$2" .`;
  const made = spawnSync('sh', ['-c', script, 'sh', root, join(home, 'busybox.tar')], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`busybox image: ${made.stderr}`);
  const done = daemon.docker('import', '-c', 'CMD ["/bin/sh"]', join(home, 'busybox.tar'), tag);
  if (done.status !== 0) throw new Error(`docker import: ${done.stderr}`);
}
