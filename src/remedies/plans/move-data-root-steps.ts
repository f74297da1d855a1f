import type { Argv, Check, Step } from '../../plan/plan.ts';
import { compareTrees } from './compare-trees.ts';
import { dockerArgv } from './docker-client.ts';
import { answers, type Daemon } from './docker-daemon.ts';
import type { PlanRequest } from './planned.ts';

/** Copying and comparing terabytes may take days. */
const LONG = 3 * 24 * 3600;

export function stopRunning(request: PlanRequest, names: readonly string[]): Step[] {
  if (names.length === 0) return [];
  return [
    {
      id: 'stop-containers',
      title: `stop ${names.join(', ')}`,
      why: 'With live-restore they would go on writing while their store is copied.',
      run: [dockerArgv(request, 'stop', ...names)],
      undo: [dockerArgv(request, 'start', ...names)],
      before: [],
      after: [
        {
          says: 'they are stopped',
          run: dockerArgv(request, 'inspect', '--type', 'container', '--format', '{{.State.Running}}', ...names),
          lacks: 'true',
        },
      ],
      risk: 'downtime',
      idempotent: true,
      timeout: 60 + 15 * names.length,
      settle: 10,
      ifStopped: 'The containers are stopped: resume, undo, or docker start them.',
    },
  ];
}

/** The copy, and the proof that it is one. Begun again after a crash: rsync goes on, cp begins anew. */
export function copySteps(daemon: Daemon, from: string, to: string, bytes: number, rsync: boolean): Step[] {
  const copy: Argv[] = rsync
    ? [['rsync', '-aHAXSx', '--numeric-ids', '--delete', `${from}/`, `${to}/`]]
    : [
        ['find', to, '-xdev', '-mindepth', '1', '-delete'],
        ['cp', '--archive', '--sparse=always', '--one-file-system', '--no-target-directory', from, to],
      ];
  return [
    {
      id: 'copy',
      title: `copy ${from} to ${to}`,
      why: 'Links, attributes, sockets, device nodes and holes go along.',
      run: [['mkdir', '--parents', '--mode=0710', to], ...copy, ['sync', '--file-system', to]],
      // a daemon that was just starting on the copy must not have it taken away from under it
      undo: [...daemon.stop, ['find', to, '-xdev', '-mindepth', '1', '-delete']],
      undoIf: [
        { says: `something is in ${to}`, run: ['find', to, '-mindepth', '1', '-print', '-quit'], matches: '\\S' },
      ],
      before: [
        unused(from),
        notAttached(from),
        {
          says: `${to} is empty or not there`,
          run: ['find', to, '-mindepth', '1', '-print', '-quit'],
          exit: -1,
          lacks: '\\S',
        },
      ],
      after: [],
      progress: {
        run: ['du', '--summarize', '--one-file-system', '--block-size=1', to],
        pattern: '^(\\d+)',
        unit: 'bytes',
        of: bytes,
        every: 5,
      },
      risk: 'online',
      idempotent: true,
      timeout: LONG,
      ifStopped: `Docker is down, ${from} is untouched, ${to} holds part of a copy.`,
    },
    {
      id: 'verify',
      title: 'compare the copy, every byte',
      why: 'Names, types, modes, owners, times, links, attributes and contents.',
      run: [compareTrees(from, to)],
      undo: [],
      before: [unused(from)],
      after: [],
      risk: 'none',
      idempotent: true,
      timeout: LONG,
      ifFailed: { matches: '.', says: `The copy is not what ${from} is: undo takes it away again` },
      ifStopped: `Docker is down, ${from} is untouched, ${to} holds a copy.`,
    },
  ];
}

/** The copy's own: the old map stays as it was, for undo and for whoever must repair it. */
export function checkMap(map: string): Step {
  return {
    id: 'check-map',
    title: "check the pool's map in the copy",
    why: 'the kernel refused writes because a commit of it failed; found in order, the flag that says so is cleared',
    run: [['thin_check', '--clear-needs-check-flag', map]],
    undo: [],
    before: [],
    after: [],
    risk: 'none',
    idempotent: true,
    timeout: 3600,
    ifFailed: { matches: '.', says: 'The map is damaged: undo, then ullage rescue reads what is in the pool' },
    ifStopped: 'Docker is down, the old store is untouched, the new holds a copy.',
  };
}

export function startAt(request: PlanRequest, daemon: Daemon, start: Argv[], to: string, known: string): Step {
  return {
    id: 'start-docker',
    title: 'start the Docker daemon on the copy',
    why: 'It must find every image and container there.',
    run: start,
    undo: daemon.stop,
    undoIf: [answers(request)],
    before: [],
    after: [
      answers(request),
      rootIs(request, to),
      {
        says: `it has ${known}`,
        run: dockerArgv(request, 'info', '--format', '{{.Images}} images, {{.Containers}} containers'),
        matches: `^${known}$`,
      },
    ],
    skipIf: [rootIs(request, to)],
    risk: 'downtime',
    idempotent: true,
    timeout: 120,
    settle: 180,
    ifStopped: 'Docker runs on the copy; containers without a restart policy are still stopped.',
  };
}

export function deleteOld(request: PlanRequest, from: string, to: string): Step {
  return {
    id: 'delete-old',
    title: `delete the old store in ${from}`,
    why: `Everything in it is in ${to}.`,
    confirm: `Look whether everything works: docker ps, your services. Until you confirm, ${from} stays as it was and ullage undo goes back to it.`,
    run: [['find', from, '-xdev', '-mindepth', '1', '-delete']],
    before: [rootIs(request, to), unused(from), notAttached(from)],
    after: [{ says: `${from} is empty`, run: ['find', from, '-mindepth', '1', '-print', '-quit'], lacks: '\\S' }],
    risk: 'destructive',
    idempotent: true,
    timeout: LONG,
    ifStopped: `Docker works on ${to}; part of the old store is still there.`,
  };
}

function rootIs(request: PlanRequest, root: string): Check {
  return {
    says: `Docker's data root is ${root}`,
    run: dockerArgv(request, 'info', '--format', '{{.DockerRootDir}}'),
    matches: `^${root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
  };
}

/** Nothing of it is mounted: no container's root file system, no volume. */
function unused(root: string): Check {
  return { says: `nothing in ${root} is mounted`, run: ['grep', '-F', ` ${root}/`, '/proc/self/mounts'], exit: 1 };
}

/** The pool of a loop-lvm store is down: its files are no longer written through a loop device. */
function notAttached(root: string): Check {
  return {
    says: `no loop device shows a file in ${root}`,
    run: ['losetup', '--noheadings', '--list', '--output', 'BACK-FILE'],
    lacks: `^${root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`,
  };
}
