import { UllageError } from '../../host/host.ts';
import type { Check, Step } from '../../plan/plan.ts';
import type { OpenDeleted } from '../../probes/facts/file-systems.ts';
import { dockerArgv } from './docker-client.ts';
import { ask, type PlannedRemedy, type PlanRequest, rest } from './planned.ts';

/** Files smaller than this are left alone unless one was named. */
const WORTH = 16 * 1024 ** 2;

interface Held {
  pid: number;
  fd: string;
  path: string;
  size: number;
  program: string;
}

export const releaseDeleted: PlannedRemedy = {
  id: 'release-deleted',
  settings: [
    {
      name: 'how',
      says: 'restart (the default) or truncate: restart whoever holds the file, or empty the file under it',
      kind: 'text',
    },
    { name: 'pid', says: 'only this process', kind: 'number' },
  ],
  *draft(request) {
    const how = request.settings.get('how') ?? 'restart';
    if (how !== 'restart' && how !== 'truncate')
      throw new UllageError('not a way to release a file', `--set how=${how}`, 'restart or truncate');
    const held = heldBy(request);
    const steps: Step[] = [];
    const groups = new Map<string, Held[]>();
    for (const one of held)
      groups.set(how === 'truncate' ? `${one.pid}/${one.fd}` : String(one.pid), [
        ...(groups.get(how === 'truncate' ? `${one.pid}/${one.fd}` : String(one.pid)) ?? []),
        one,
      ]);
    const restarted = new Set<string>();
    let freed = 0;
    let downtime = 0;
    for (const files of groups.values()) {
      const [first] = files;
      if (!first) continue;
      const there = yield* rest(
        `what process ${first.pid} holds`,
        ['ls', '-l', `/proc/${first.pid}/fd/${first.fd}`],
        '-> (.*)$',
      );
      if (!there.stdout.includes('(deleted)'))
        throw new UllageError(
          'the file is not held any more',
          `${first.path}, process ${first.pid}`,
          'Run ullage doctor again',
        );
      if (how === 'truncate') {
        steps.push(truncateStep(first));
        freed += first.size;
        continue;
      }
      const group = yield* rest(`the service of process ${first.pid}`, ['cat', `/proc/${first.pid}/cgroup`]);
      yield* rest(`process ${first.pid}`, ['cat', `/proc/${first.pid}/stat`], '^\\d+ .*\\) \\S+(?: \\S+){18} (\\d+)');
      const owner = (yield* writerOf(request, first)) ?? (yield* ownerOf(group.stdout, first.pid));
      if (!owner)
        throw new UllageError(
          'no service and no container owns the process',
          `${first.program} (${first.pid}) holds ${first.path}`,
          'Restart it by hand, or empty the file under it: --set how=truncate',
        );
      freed += files.reduce((sum, one) => sum + one.size, 0);
      if (restarted.has(owner.name)) continue;
      restarted.add(owner.name);
      downtime += 15;
      steps.push(restartStep(owner, first));
    }
    return {
      on: request.on ?? 'deleted files that are open',
      settings: { how },
      predicted: { freed, downtime, seconds: 15 * steps.length, risk: how === 'restart' ? 'downtime' : 'online' },
      notes:
        how === 'truncate'
          ? [
              'The files have no name any more: what is in them is lost for their programs too. A program that did not open its file for appending goes on at its old position and leaves a hole.',
            ]
          : [],
      treats: [],
      steps,
    };
  },
};

function heldBy({ scene, settings }: PlanRequest): Held[] {
  const pid = settings.get('pid');
  const seen = new Set<string>();
  const held = scene.facts
    .all('open-deleted')
    .map(({ value }) => value)
    .filter((one): one is OpenDeleted & Held => one.pid !== undefined && one.fd !== undefined && one.size !== undefined)
    .map((one) => ({
      pid: one.pid,
      fd: one.fd.replace(/[a-z]+$/, ''),
      path: one.path,
      size: one.size,
      program: one.program ?? 'a process',
    }))
    .filter((one) => /^\d+$/.test(one.fd) && (pid === undefined ? one.size >= WORTH : one.pid === Number(pid)))
    .filter((one) => !seen.has(`${one.pid}/${one.path}`) && seen.add(`${one.pid}/${one.path}`))
    .sort((a, b) => b.size - a.size);
  if (held.length === 0)
    throw new UllageError(
      'no process holds a deleted file worth it',
      pid === undefined ? 'all processes that could be looked at' : `process ${pid}`,
      'Root sees all of them: run it as root',
    );
  return held;
}

interface Owner {
  kind: 'container' | 'unit';
  name: string;
  argv: string[];
}

/** dockerd writes the logs of its containers itself: restarting the container makes it open the file anew. */
function* writerOf(request: PlanRequest, held: Held) {
  const id = /\/([0-9a-f]{64})-json\.log/.exec(held.path)?.[1];
  if (id === undefined) return undefined;
  const program = yield* ask(['cat', `/proc/${held.pid}/comm`]);
  if (program.stdout.trim() !== 'dockerd') return undefined;
  const name = yield* rest(
    `the container whose log it is`,
    dockerArgv(request, 'inspect', '--type', 'container', '--format', '{{.Name}}', id),
  );
  if (name.exitCode !== 0) return undefined;
  return {
    kind: 'container',
    name: name.stdout.trim().replace(/^\//, ''),
    argv: dockerArgv(request, 'restart', id),
  } satisfies Owner as Owner;
}

/** From /proc/PID/cgroup (cgroups(7)): a container's id, or systemd's unit. */
function* ownerOf(cgroup: string, pid: number) {
  const container = /(?:docker[-/]|libpod-)([0-9a-f]{64})/.exec(cgroup);
  if (container?.[1]) {
    const engine = cgroup.includes('libpod') ? 'podman' : 'docker';
    const name = yield* rest(`the container of process ${pid}`, [
      engine,
      'inspect',
      '--format',
      '{{.Name}}',
      container[1],
    ]);
    if (name.exitCode === 0)
      return {
        kind: 'container',
        name: name.stdout.trim().replace(/^\//, ''),
        argv: [engine, 'restart', container[1]],
      } satisfies Owner as Owner;
  }
  const unit = /([\w@.\\:-]+\.service)/.exec(cgroup)?.[1];
  if (unit) {
    const known = yield* ask(['systemctl', 'is-active', unit]);
    if (known.exitCode === 0)
      return { kind: 'unit', name: unit, argv: ['systemctl', 'restart', unit] } satisfies Owner as Owner;
  }
  return undefined;
}

function restartStep(owner: Owner, held: Held): Step {
  return {
    id: `restart-${owner.name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase()}`,
    title: `Restart the ${owner.kind === 'container' ? 'container' : 'service'} ${owner.name}`,
    why: `${held.program} (${held.pid}) has ${held.path} open, which was deleted: its space comes back when the last holder is gone.`,
    run: [owner.argv],
    undo: [],
    before: [],
    after: [
      {
        says: `process ${held.pid} does not hold it any more`,
        run: ['find', `/proc/${held.pid}/fd`, '-lname', `${held.path.replaceAll(/[*?[\]\\]/g, '\\$&')} (deleted)`],
        exit: -1,
        lacks: '/fd/',
      },
    ],
    risk: 'downtime',
    idempotent: true,
    timeout: 180,
    settle: 20,
    ifStopped: 'It runs again, or is started by its engine; nothing is lost but the deleted file.',
  };
}

function truncateStep(held: Held): Step {
  const file = `/proc/${held.pid}/fd/${held.fd}`;
  const deleted: Check = { says: 'it is still a deleted file', run: ['ls', '-l', file], matches: '\\(deleted\\)$' };
  return {
    id: `empty-${held.pid}-${held.fd}`,
    title: `Empty ${held.path}, which was deleted but is open`,
    why: `${held.program} (${held.pid}) holds ${held.size} bytes that nobody can reach by a name.`,
    run: [['truncate', '--size', '0', file]],
    undo: [],
    before: [deleted],
    after: [
      {
        says: 'it takes no space',
        run: ['stat', '-L', '-c', '%b', file],
        number: { pattern: '(\\d+)', atMost: Math.ceil(held.size / 512 / 10) },
      },
    ],
    risk: 'online',
    idempotent: true,
    ifStopped: 'The program goes on with an empty file.',
  };
}
