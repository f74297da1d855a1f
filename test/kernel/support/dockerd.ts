import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended } from './ended.ts';
import { sleep } from './leftovers.ts';

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
  const argv = [
    ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-forward=false', '--ip-masq=false'],
    ...['--userland-proxy=false', '--data-root', dataRoot, '--exec-root', join(run, 'exec')],
    ...['-p', join(run, 'docker.pid'), '-H', `unix://${socket}`],
    ...['--storage-driver', driver, '--config-file', config],
  ];
  const launch = (): ChildProcess => {
    const log = openSync(logFile, 'w');
    const child = spawn('dockerd', argv, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    return child;
  };
  let child = launch();
  const docker: Dockerd['docker'] = (...argv) => {
    const { DOCKER_HOST: _, ...env } = process.env;
    return spawnSync('docker', ['-H', `unix://${socket}`, ...argv], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...env, LC_ALL: 'C' },
    });
  };
  for (let waited = 0; docker('version').status !== 0; waited += 100) {
    const over = child.exitCode !== null || child.signalCode !== null;
    const said = over || waited > 120_000 ? readFileSync(logFile, 'utf8') : '';
    // dockerd gives its containerd a few seconds (moby's supervisor): too few where the processor is shared
    if (over && said.includes('timeout waiting for containerd to start')) child = launch();
    else if (over || waited > 120_000) throw new Error(`dockerd did not start: ${said.slice(-2000)}`);
    await sleep(100);
  }
  return { socket, docker, stop: () => stop(child, run) };
}

async function stop(child: ChildProcess, run: string): Promise<void> {
  await ended(child);
  // mounts of network namespaces and containers outlive the daemon
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((one) => one.startsWith(`${run}/`)).reverse()) spawnSync('umount', ['-l', mount]);
  rmSync(run, { recursive: true, force: true });
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
