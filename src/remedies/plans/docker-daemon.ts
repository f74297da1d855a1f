import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv, Check, Step } from '../../plan/plan.ts';
import { dockerArgv, socketOf } from './docker-client.ts';
import { ask, type PlanRequest } from './planned.ts';

/** The Docker daemon that runs, and how this host stops and starts it. */
export interface Daemon {
  pid: number;
  /** data root */
  root: string;
  pidFile: string;
  stop: Argv[];
  start: Argv[];
  /** containers run on while it is down */
  liveRestore: boolean;
  /** its own words, without the program */
  args: string[];
}

/**
 * By its unit where systemd started it; where no init knows it, as it was started: same program, same
 * words, same log, same kind of mount namespace, through start-stop-daemon(8).
 * @throws UllageError when it does not run, or nothing here can start it again
 */
export function* dockerDaemon(request: PlanRequest): Generator<Look, Daemon, Ran> {
  const { facts } = request.scene;
  const found = facts.all('process', (one) => /^(?:dockerd|dockerd-current)$/.test(one.program));
  const root = facts.first('engine', (one) => one.engine === 'docker' && one.root !== undefined)?.value.root;
  const running = yield* answering([...new Set(found.map(({ value }) => value.pid))], socketOf(request), root ?? '');
  if (!running || root === undefined)
    throw new UllageError('the Docker daemon does not run, or does not answer', 'this host', 'Start it first');
  const { pid, args } = running;
  const live = yield* ask(dockerArgv(request, 'info', '--format', '{{.LiveRestoreEnabled}}'));
  const pidFile = option(args, '--pidfile', '-p') ?? '/var/run/docker.pid';
  const common = { pid, root, pidFile, args, liveRestore: live.stdout.trim() === 'true' };
  const cgroup = yield* ask(['cat', `/proc/${pid}/cgroup`]);
  const unit = /\/([\w@.-]+\.service)$/m.exec(cgroup.stdout)?.[1];
  if (unit !== undefined) {
    const socket = yield* ask(['systemctl', 'is-active', 'docker.socket']);
    const units = socket.exitCode === 0 && unit === 'docker.service' ? ['docker.socket', unit] : [unit];
    return { ...common, stop: [['systemctl', 'stop', ...units]], start: [['systemctl', 'start', ...units]] };
  }
  return { ...common, ...(yield* withoutInit(pid, pidFile, args)) };
}

/**
 * The process of the daemon that answers: of several, the one whose words name its socket or its data root,
 * else the only one that names neither. A daemon that ended and was not waited for is listed still; its
 * command line is empty (proc(5)).
 * @throws UllageError when it cannot be told which of them it is
 */
function* answering(
  pids: readonly number[],
  socket: string,
  root: string,
): Generator<Look, Pick<Daemon, 'pid' | 'args'> | undefined, Ran> {
  const alive: Pick<Daemon, 'pid' | 'args'>[] = [];
  for (const pid of pids) {
    const line = yield* ask(['cat', `/proc/${pid}/cmdline`]);
    const [program, ...args] = line.stdout.replace(/\0$/, '').split('\0');
    if (program) alive.push({ pid, args });
  }
  const places = (args: readonly string[]) => ({
    host: option(args, '--host', '-H'),
    root: option(args, '--data-root', '--graph', '-g'),
  });
  const named = alive.filter(
    ({ args }) => args.some((word) => word.endsWith(`unix://${socket}`)) || places(args).root === root,
  );
  const plain = alive.filter(({ args }) => places(args).host === undefined && places(args).root === undefined);
  const fitting = alive.length === 1 ? alive : named.length > 0 ? named : plain;
  if (fitting.length > 1 || (alive.length > 1 && fitting.length === 0))
    throw new UllageError(
      'several Docker daemons run, and none says which of them answers',
      `${socket}: processes ${alive.map(({ pid }) => pid).join(', ')}`,
      'Stop the others, or give each its --host',
    );
  return fitting[0];
}

function* withoutInit(
  pid: number,
  pidFile: string,
  args: string[],
): Generator<Look, Pick<Daemon, 'stop' | 'start'>, Ran> {
  const helper = yield* ask(['start-stop-daemon', '--version']);
  if (helper.exitCode !== 0)
    throw new UllageError(
      'nothing here can stop the Docker daemon and start it again',
      `dockerd, process ${pid}: no unit of systemd, no start-stop-daemon`,
      'Do that part by hand: ullage plan … --format sh prints the steps',
    );
  const program = (yield* ask(['readlink', `/proc/${pid}/exe`])).stdout.trim();
  const out = (yield* ask(['readlink', `/proc/${pid}/fd/1`])).stdout.trim();
  const own = (yield* ask(['readlink', `/proc/${pid}/ns/mnt`])).stdout;
  const first = (yield* ask(['readlink', '/proc/1/ns/mnt'])).stdout;
  const log = out.startsWith('/') && !out.startsWith('/dev/') ? out : '/dev/null';
  // MountFlags=slave and the like: what it mounts is not the host's to see
  const launch =
    own === first ? [program, '--'] : ['/usr/bin/unshare', '--', '--mount', '--propagation', 'slave', program];
  return {
    stop: [['start-stop-daemon', '--stop', '--oknodo', '--retry', 'TERM/120', '--pidfile', pidFile, '--exec', program]],
    // by its pid file: by its program, any other unshare would pass for it
    start: [
      [
        'start-stop-daemon',
        '--start',
        '--background',
        '--output',
        log,
        '--pidfile',
        pidFile,
        '--startas',
        ...launch,
        ...args,
      ],
    ],
  };
}

/** The value of an option in either dress: `--pidfile X`, `--pidfile=X`. */
export function option(args: readonly string[], ...names: string[]): string | undefined {
  for (const [index, word] of args.entries())
    for (const name of names) {
      if (word === name) return args[index + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
  return undefined;
}

export const answers = (request: PlanRequest): Check => ({
  says: 'the Docker daemon answers',
  run: dockerArgv(request, 'version', '--format', '{{.Server.Version}}'),
});

export const isDown = (request: PlanRequest): Check => ({
  ...answers(request),
  says: 'the Docker daemon is stopped',
  exit: 1,
});

/** With a store of many layers the daemon takes its time until it answers. */
const START_SECONDS = 180;

/** Between these two, nothing of Docker's is in use. */
export function stopDaemon(request: PlanRequest, daemon: Daemon, why: string): Step {
  return {
    id: 'stop-docker',
    title: 'stop the Docker daemon',
    why,
    run: daemon.stop,
    undo: daemon.start,
    undoIf: [isDown(request)],
    before: [],
    after: [isDown(request)],
    until: 'start-docker',
    risk: 'downtime',
    idempotent: true,
    timeout: 300,
    // undone, it starts
    settle: START_SECONDS,
    ifStopped: `Docker is down${daemon.liveRestore ? '; containers run on' : ' and with it its containers'}: resume, or start it as always.`,
  };
}

export function startDaemon(request: PlanRequest, daemon: Daemon): Step {
  return {
    id: 'start-docker',
    title: 'start the Docker daemon',
    why: 'it reads its records anew',
    run: daemon.start,
    undo: daemon.stop,
    undoIf: [answers(request)],
    before: [],
    after: [answers(request)],
    skipIf: [answers(request)],
    takes: [{ name: 'dockerd', run: ['cat', daemon.pidFile], pattern: '(\\d+)' }],
    risk: 'online',
    idempotent: true,
    timeout: 120,
    settle: START_SECONDS,
    ifStopped: 'Docker runs; containers without a restart policy are still stopped.',
  };
}

/**
 * Ahead of {@link stopDaemon}, where containers go down with it: nothing is done there, and whoever undoes the plan
 * finds them running again.
 */
export function runningAgain(request: PlanRequest, names: readonly string[]): Step[] {
  if (names.length === 0) return [];
  const state = dockerArgv(request, 'inspect', '--type', 'container', '-f', '{{.State.Running}}', ...names);
  return [
    {
      id: 'running',
      title: `note that ${names.join(', ')} run`,
      why: 'undo starts them again',
      run: [],
      undo: [dockerArgv(request, 'start', ...names)],
      undoIf: [{ says: 'some of them are stopped', run: state, matches: 'false' }],
      before: [],
      after: [{ says: 'Docker knows them', run: state }],
      risk: 'none',
      idempotent: true,
      settle: 30,
      ifStopped: 'Nothing has changed.',
    },
  ];
}

/** Those that ran: Docker starts by itself only what has a restart policy. */
export function startContainers(request: PlanRequest, names: readonly string[]): Step[] {
  if (names.length === 0) return [];
  return [
    {
      id: 'start-containers',
      title: `start ${names.join(', ')}`,
      why: 'they ran before',
      run: [dockerArgv(request, 'start', ...names)],
      undo: [],
      before: [],
      after: [
        {
          says: 'they run',
          run: dockerArgv(request, 'inspect', '--type', 'container', '-f', '{{.State.Running}}', ...names),
          matches: '^true$',
          lacks: 'false',
        },
      ],
      risk: 'online',
      idempotent: true,
      timeout: 300,
      settle: 30,
      ifStopped: 'Everything runs as before.',
    },
  ];
}
