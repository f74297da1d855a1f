import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import { escapePattern } from '../../tools/escape-pattern.ts';
import { dockerArgv, type Inspected, inspected } from './docker-client.ts';
import { ask, type PlanRequest } from './planned.ts';

/** A running container on devicemapper whose file system has given up: only unmounting brings it back. */
export interface Stopped {
  container: Inspected;
  why: string;
}

/**
 * After a pool answered errors: which containers' file systems stopped themselves. XFS that shut down
 * answers a directory with EIO (xfs_readdir, fs/xfs/xfs_dir2_readdir.c). An ext4 whose journal is aborted
 * refuses writes while the mount table still says rw; its errors_count tells (fs/ext4/sysfs.c).
 */
export function* stoppedFileSystems(request: PlanRequest): Generator<Look, Stopped[], Ran> {
  const stopped: Stopped[] = [];
  for (const container of yield* inspected(request)) {
    if (!container.running || container.driver !== 'devicemapper' || container.pid <= 0) continue;
    const listed = yield* ask(['ls', '-U', `/proc/${container.pid}/root/`]);
    if (/Input\/output error|Structure needs cleaning/.test(listed.stderr)) {
      stopped.push({ container, why: 'its XFS has shut down' });
      continue;
    }
    const mounts = yield* ask(['cat', `/proc/${container.pid}/mountinfo`]);
    const device = /^\d+ \d+ (\d+:\d+) \S+ \/ .*? - ext4 /m.exec(mounts.stdout)?.[1];
    if (device === undefined) continue;
    const name = yield* ask(['readlink', `/sys/dev/block/${device}`]);
    const errors = yield* ask(['cat', `/sys/fs/ext4/${name.stdout.trim().replace(/^.*\//, '')}/errors_count`]);
    if (Number(errors.stdout) > 0) stopped.push({ container, why: 'its ext4 has noted errors' });
  }
  return stopped;
}

/** Stops and starts a container: Docker unmounts its volume and mounts it again, which replays the journal. */
export function again(request: PlanRequest, { container, why }: Stopped): Step {
  const { name, startedAt } = container;
  return {
    id: `again-${name}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'),
    title: `stop and start ${name}`,
    why: `${why}: it takes no write until it is unmounted and mounted again, which replays its journal`,
    run: [dockerArgv(request, 'stop', '--time', '10', name), dockerArgv(request, 'start', name)],
    undo: [],
    before: [],
    after: [startedSince(request, name, startedAt)],
    risk: 'downtime',
    idempotent: true,
    timeout: 300,
    settle: 20,
    ifStopped: `The pool works; ${name} may be stopped: docker start ${name}.`,
  };
}

/** Runs, and was started later than `before`. */
export function startedSince(request: PlanRequest, name: string, before: string): Check {
  return {
    says: `${name} runs anew`,
    run: dockerArgv(request, 'inspect', '-f', '{{.State.Running}} {{.State.StartedAt}}', name),
    matches: '^true ',
    lacks: ` ${escapePattern(before)}$`,
  };
}
