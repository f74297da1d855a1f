import { eventually } from './expect.ts';
import type { Ground } from './ground.ts';
import { type Background, failed, type Ran, type RunOptions } from './process.ts';

export interface Dockerd {
  /** `docker ARGV`, ended after a minute unless said */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  must(...argv: string[]): Promise<string>;
  /** what dockerd printed since the ground was made */
  log(): Promise<string>;
  /** TERM, and waits until it is gone; containers go with it */
  stop(): Promise<void>;
  /** the same daemon again; more arguments replace the storage options given before */
  start(args?: readonly string[]): Promise<void>;
  /** starts it and expects that it gives up: its last words */
  startFails(args?: readonly string[]): Promise<string>;
}

const LOG = '/var/log/dockerd.log';

/** No network and no firewall rules: the guest has neither, and this kernel's are not ours. */
const QUIET = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--ip-forward=false', '--ip-masq=false'];

export interface DockerdOptions {
  /** a mount namespace of its own, as `MountFlags=slave` in its unit makes: the host sees no container's mount */
  ownMounts?: boolean;
}

/** A real dockerd on its usual paths; `args` are the storage driver and its options. */
export async function dockerd(ground: Ground, args: readonly string[], options: DockerdOptions = {}): Promise<Dockerd> {
  const apart = options.ownMounts ? 'unshare --mount --propagation slave ' : '';
  let given = args;
  let running: Background | undefined;
  const launch = (): Background =>
    // a log file and a session of its own: it outlives whoever started it, as a service does
    ground.launch(
      [
        'sh',
        '-c',
        `exec setsid --wait ${apart}dockerd "$@" >>${LOG} 2>&1`,
        'sh',
        ...QUIET,
        '--userland-proxy=false',
        ...ground.dockerdArgs,
        ...given,
      ],
      { timeoutMs: 2 ** 31 - 1 },
    );
  const daemon: Dockerd = {
    run: (argv, options) => ground.run(['docker', ...argv], { timeoutMs: 60_000, ...options }),
    async must(...argv) {
      const ran = await daemon.run(argv);
      if (ran.exitCode !== 0) throw new Error(failed(['docker', ...argv], ran));
      return ran.stdout.trim();
    },
    log: async () => (await ground.run(['cat', LOG])).stdout,
    async stop() {
      const pid = (await ground.run(['cat', '/run/docker.pid'])).stdout.trim();
      if (pid !== '') await ground.run(['kill', pid]);
      if (running) await running.done;
      running = undefined;
    },
    async start(more) {
      given = more ?? given;
      let over: string | undefined;
      const begin = (): void => {
        over = undefined;
        running = launch();
        void running.done.then((ran) => {
          over = `dockerd ended with ${ran.exitCode}`;
        });
      };
      begin();
      await eventually(180, 'dockerd answers', async () => {
        if (over !== undefined) {
          const said = (await daemon.log()).slice(-1500);
          // dockerd gives its containerd a few seconds (moby's supervisor): too few where the processor is shared
          if (!said.includes('timeout waiting for containerd to start')) throw new Error(`${over}: ${said}`);
          await ground.run(['truncate', '--size', '0', LOG]);
          begin();
        }
        const ping = await ground.run(['curl', '-s', '-m', '5', '--unix-socket', '/run/docker.sock', 'http://d/_ping']);
        return ping.stdout === 'OK' ? true : undefined;
      });
    },
    async startFails(more) {
      given = more ?? given;
      const ran = await launch().done;
      if (ran.exitCode === 0) throw new Error('dockerd ended as if nothing had been wrong');
      return (await daemon.log()).trimEnd().split('\n').slice(-3).join('\n');
    },
  };
  await daemon.start();
  return daemon;
}
