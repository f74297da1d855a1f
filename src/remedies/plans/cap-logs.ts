import { UllageError } from '../../host/host.ts';
import type { FileWrite, Step } from '../../plan/plan.ts';
import { DAEMON_JSON, mergedDaemonJson } from './daemon-json.ts';
import { directoryStep } from './directory-step.ts';
import { roomElsewhere, roomIn } from './elsewhere.ts';
import { type PlannedRemedy, type PlanRequest, rest } from './planned.ts';
import { bytesOf } from './settings.ts';

/** A container log as json-file names it: ROOT/containers/ID/ID-json.log */
const LOG = /\/containers\/([0-9a-f]{64})\/\1-json\.log$/;
/** Text logs come to a tenth or less under gzip; room for a fifth is asked for. */
const PACKED = 0.2;

export const capLogs: PlannedRemedy = {
  id: 'cap-logs',
  settings: [
    { name: 'max-size', says: 'size at which Docker rotates a log; default 50m', kind: 'bytes' },
    { name: 'max-file', says: 'rotated files kept; default 3', kind: 'number' },
    {
      name: 'keep',
      says: 'directory on another disk for packed copies of the logs; `none` gives them up',
      kind: 'text',
    },
  ],
  *draft(request) {
    const maxSize = request.settings.get('max-size') ?? '50m';
    const maxFile = request.settings.get('max-file') ?? '3';
    const limit = bytesOf(maxSize) ?? 0;
    const logs = logsOver(request, limit);
    const root = logs[0]?.path.replace(/\/containers\/.*/, '') ?? '/var/lib/docker';
    const total = logs.reduce((sum, log) => sum + log.bytes, 0);
    const keep = request.settings.get('keep');
    const keeping = keep === 'none' ? undefined : (keep ?? (yield* placeFor(root, total * PACKED)));
    if (keeping !== undefined) {
      const room = yield* roomIn(keeping);
      if (!keeping.startsWith('/') || !room)
        throw new UllageError('no such directory', `--set keep=${keeping}`, 'Make it first, or --set keep=none');
      if (room.available < total * PACKED)
        throw new UllageError(
          'too little room to keep the logs',
          `${keeping} has ${room.available} bytes`,
          'Name a directory on another disk, or --set keep=none gives them up',
        );
    }
    const directory = keeping === undefined ? undefined : `${keeping.replace(/\/$/, '')}/${request.id}-logs`;
    const steps: Step[] = [];
    if (directory !== undefined)
      steps.push(
        directoryStep(directory, 'A directory for the copies', 'The logs are kept, packed, before they are emptied.'),
      );
    for (const log of logs) {
      yield* rest(`the log of ${log.name}`, ['stat', '-c', '%i %h', log.path]);
      steps.push(...logSteps(log, directory, limit));
    }
    const write: FileWrite = yield* mergedDaemonJson({
      'log-driver': 'json-file',
      'log-opts': { 'max-size': dockerSize(limit), 'max-file': maxFile },
    });
    steps.push({
      id: 'limit',
      title: 'Limit the logs of containers made from now on',
      why: 'Without max-size a json-file log grows until the disk is full.',
      run: [],
      writes: [write],
      undo: [],
      before: [],
      after: [],
      risk: 'online',
      idempotent: true,
      ifStopped: 'It holds after the next start of dockerd, for containers created afterwards.',
    });
    return {
      on: request.on ?? root,
      settings: { 'max-size': maxSize, 'max-file': maxFile, keep: keeping ?? 'none' },
      predicted: {
        consumer: root,
        ...after(request, root, total),
        freed: total,
        downtime: 0,
        seconds: 5 + Math.round(total / (directory === undefined ? 2e9 : 60e6)),
        risk: keep === 'none' ? 'destructive' : 'online',
      },
      notes: [
        `${DAEMON_JSON} is read when dockerd starts: restart it when it suits you, then create the containers anew; a running container keeps its log without a limit.`,
        ...(directory === undefined
          ? ['The logs are emptied without a copy.']
          : ['What a container writes between the copy and the emptying is lost.']),
      ],
      treats: [root],
      steps,
    };
  },
};

interface Log {
  id: string;
  name: string;
  path: string;
  bytes: number;
}

function logsOver({ scene, on }: PlanRequest, limit: number): Log[] {
  const logs = new Map<string, Log>();
  for (const { value } of scene.facts.all('file', (file) => LOG.test(file.path))) {
    const id = LOG.exec(value.path)?.[1] ?? '';
    const container = scene.facts.first('container', (one) => id.startsWith(one.id))?.value;
    const bytes = value.allocated ?? value.size ?? 0;
    if (bytes > limit) logs.set(value.path, { id, name: container?.name ?? id.slice(0, 12), path: value.path, bytes });
  }
  const all = [...logs.values()].sort((a, b) => b.bytes - a.bytes);
  const named = all.filter((log) =>
    on === undefined || on.startsWith('/')
      ? on === undefined || log.path.startsWith(on)
      : log.name === on || log.id.startsWith(on),
  );
  if (named.length === 0)
    throw new UllageError(
      'no container log is over the limit',
      `${limit} bytes${on === undefined ? '' : `, ${on}`}`,
      'Give a smaller one: --set max-size=10m',
    );
  return named;
}

function* placeFor(root: string, bytes: number) {
  const room = yield* roomElsewhere(root, bytes);
  if (!room)
    throw new UllageError(
      'no room to keep the logs',
      `no other file system has ${Math.round(bytes)} bytes`,
      'Name a directory: --set keep=/mnt/backup; or give the logs up: --set keep=none',
    );
  return room.directory;
}

function logSteps(log: Log, directory: string | undefined, limit: number): Step[] {
  const short = log.id.slice(0, 12);
  const copy = `${directory}/${short}.log.tar.gz`;
  const empty: Step = {
    id: `empty-${short}`,
    title: `Empty the log of ${log.name}`,
    why: `It takes ${log.bytes} bytes. Docker appends to it, so it may be emptied while the container writes.`,
    run: [['truncate', '--size', '0', log.path]],
    undo: [],
    before: directory === undefined ? [] : [{ says: 'the copy is whole', run: ['gzip', '-t', copy] }],
    after: [
      {
        says: 'it is small',
        run: ['stat', '-c', '%b', log.path],
        number: { pattern: '(\\d+)', atMost: Math.ceil(limit / 512) },
      },
    ],
    risk: directory === undefined ? 'destructive' : 'online',
    idempotent: true,
    ifStopped: `The container goes on writing; ${directory === undefined ? 'older lines are gone' : `older lines are in ${copy}`}.`,
  };
  if (directory === undefined) return [empty];
  return [
    {
      id: `keep-${short}`,
      title: `Keep the log of ${log.name}, packed`,
      why: 'So that nothing that was logged is lost.',
      // a file that grows while it is read is no fault here: tar ends with 1 for it alone, so it is told to ignore that
      run: [
        [
          'tar',
          '--warning=no-file-changed',
          '--ignore-failed-read',
          '-C',
          log.path.slice(0, log.path.lastIndexOf('/')),
          '-czf',
          `${copy}.part`,
          log.path.slice(log.path.lastIndexOf('/') + 1),
        ],
        ['mv', '-T', `${copy}.part`, copy],
      ],
      undo: [],
      before: [],
      after: [{ says: 'the copy is whole', run: ['gzip', '-t', copy] }],
      risk: 'online',
      idempotent: true,
      timeout: 7200,
      ifStopped: 'The log is as it was.',
    },
    empty,
  ];
}

/** Docker takes `50m`, in units of 1024 (go-units RAMInBytes). */
function dockerSize(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}m` : `${Math.ceil(bytes / 1024)}k`;
}

function after(
  { scene }: PlanRequest,
  root: string,
  freed: number,
): { headroomBefore?: number; headroomAfter?: number } {
  const before = scene.headroom.find((room) => room.consumer === root)?.bytes;
  return before === undefined ? {} : { headroomBefore: before, headroomAfter: before + freed };
}
