import { UllageError } from '../../host/host.ts';
import type { Drafting } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { defaultSize, newDefault } from './base-size.ts';
import {
  type ContainerDevice,
  containerDevice,
  mountDevice,
  notRunning,
  stopContainer,
  unmountDevice,
} from './container-device.ts';
import { containerCalled, inspected } from './docker-client.ts';
import { dockerDaemon, isDown, runningAgain, startContainers, startDaemon, stopDaemon } from './docker-daemon.ts';
import { foresee } from './foresee.ts';
import type { PlannedRemedy, PlanRequest } from './planned.ts';
import { bytesOf } from './settings.ts';
import { SECTOR } from './thin-pool.ts';

/** Docker's pools have blocks of 64 KiB or more; a volume's length is a whole number of them. */
const BLOCK = 65536;

/**
 * One container's volume made larger so that it stays so. Docker makes the device anew from its own record
 * at every start: the record is changed first, while the daemon that keeps it in memory is down; a record
 * larger than the file system is harmless, the other way round nothing starts. Then the file system grows.
 */
export const growContainer: PlannedRemedy = {
  id: 'grow-container',
  settings: [
    { name: 'size', says: "size of the container's volume afterwards (default: twice what it is)", kind: 'bytes' },
    {
      name: 'default',
      says: 'also the size that new containers get (dm.basesize): yes for the same size, or a size',
      kind: 'text',
    },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const list = yield* inspected(request);
  const container = containerCalled(list, request.on ?? '');
  const device = yield* containerDevice(request, container);
  const daemon = yield* dockerDaemon(request);
  const size = newSize(request, device);
  const base = defaultSize(request, size);
  const at = `/run/ullage/${request.id}`;
  const running = list.filter((one) => one.running).map((one) => one.name);
  const others = daemon.liveRestore ? [] : running.filter((name) => name !== container.name);
  const steps = [
    ...stopContainer(request, container, 'its volume is made anew with the new size'),
    ...runningAgain(request, others),
    stopDaemon(request, daemon, 'it keeps the old size in memory and would write it back'),
    ...newRecord(request, device, daemon.root, size),
    ...(base === undefined ? [] : [yield* newDefault(request, daemon, base)]),
    startDaemon(request, daemon),
    ...stopContainer(request, { ...container, running: true }, 'a restart policy may have started it again').map(
      (step) => ({
        ...step,
        id: 'stop-again',
        undo: [],
        skipIf: [notRunning(request, container)],
      }),
    ),
    ...mountDevice(request, device, at, { size, until: 'grow-file-system' }),
    growFileSystem(device, at, size),
    ...unmountDevice(request, device, at, { size }),
    ...startContainers(request, container.running ? [container.name, ...others] : others),
    forget(request, daemon.root),
  ];
  const delta = size - device.size;
  return {
    on: container.name,
    settings: { size: String(size), ...(base === undefined ? {} : { default: String(base) }) },
    predicted: {
      ...foresee(request.scene, (one) => one.consumer === `container ${container.name}`, {
        'dm-table': (table) => (table.name === device.name ? { ...table, length: size / SECTOR } : table),
        statfs: (fs) => (fs.path.endsWith(device.mountedAt) ? { ...fs, ...grown(fs, delta) } : fs),
        df: (row) =>
          row.mountpoint === device.mountedAt
            ? { ...row, size: row.size + delta, available: row.available + delta }
            : row,
      }),
      downtime: 40,
      seconds: 60,
      risk: 'downtime',
    },
    notes: [
      `${container.name} gets ${size} bytes instead of ${device.size}; the pool must have room for what is written.`,
      ...(daemon.liveRestore
        ? ['Docker is restarted; other containers run on (live-restore).']
        : [`Docker is restarted, and with it every container that runs: ${running.join(', ') || 'none'}.`]),
      ...(base === undefined
        ? ['Other and new containers keep the size they have: --set default=yes raises that of new ones too.']
        : [
            `New containers get ${base} bytes once their images are pulled or loaded anew; Docker can never be given less again.`,
          ]),
      'A volume cannot be made smaller again.',
    ],
    treats: [`/dev/mapper/${device.name}`],
    steps,
  };
}

function grown(fs: { blockSize: number; blocks: number; bfree: number; bavail: number }, delta: number) {
  const more = Math.floor(delta / fs.blockSize);
  return { blocks: fs.blocks + more, bfree: fs.bfree + more, bavail: fs.bavail + more };
}

function newSize({ settings }: PlanRequest, device: ContainerDevice): number {
  const given = settings.get('size');
  const size = given === undefined ? 2 * device.size : Math.floor((bytesOf(given) ?? 0) / BLOCK) * BLOCK;
  if (size <= device.size)
    throw new UllageError(
      'a volume can only grow',
      `size=${given} is not more than the ${device.size} bytes that ${device.container.name} has`,
      `Choose more: --set size=${2 * device.size}`,
    );
  return size;
}

/**
 * Docker reads every file in its directory of records, so nothing is kept beside this one: old and new text
 * stand a directory above, and a rename puts one or the other in place.
 */
function newRecord(request: PlanRequest, device: ContainerDevice, root: string, size: number): Step[] {
  const [fresh, kept, put] = ['new', 'old', 'put'].map((part) => `${root}/devicemapper/${request.id}.${part}`) as [
    string,
    string,
    string,
  ];
  const text = device.text.replace(/("size"\s*:\s*)\d+/, `$1${size}`);
  const place = (from: string): string[][] => [
    ['cp', '--preserve=all', '-T', from, put],
    ['mv', '-T', put, device.record],
    ['sync', '-f', device.record],
  ];
  const says = (bytes: number, what: string) => ({
    says: what,
    run: ['cat', device.record],
    matches: `"size"\\s*:\\s*${bytes}\\b`,
  });
  return [
    {
      id: 'texts',
      title: "write down Docker's record, old and new",
      why: 'so that either can be put in place in one move',
      run: [],
      writes: [
        { path: kept, content: device.text, mode: '0600' },
        { path: fresh, content: text, mode: '0600' },
      ],
      undo: [],
      before: [],
      after: [],
      risk: 'none',
      idempotent: true,
      ifStopped: 'Two small files more; nothing reads them.',
    },
    {
      id: 'record',
      title: "change the size in Docker's own record",
      why: 'Docker makes the device by it at every start; by the old one it would cut the file system off',
      run: place(fresh),
      undo: place(kept),
      undoIf: [says(size, 'the record has the new size')],
      before: [isDown(request)],
      after: [says(size, 'the record has the new size')],
      risk: 'online',
      idempotent: true,
      ifStopped: 'At its next start the container gets a larger device with the file system it has: that works.',
    },
  ];
}

function forget(request: PlanRequest, root: string): Step {
  const files = ['new', 'old'].map((part) => `${root}/devicemapper/${request.id}.${part}`);
  return {
    id: 'forget',
    title: 'delete the two texts',
    why: 'the record is in place',
    run: [['rm', '-f', ...files]],
    undo: [],
    before: [],
    after: files.map((file) => ({ says: `${file} is gone`, run: ['test', '-e', file], exit: 1 })),
    risk: 'none',
    idempotent: true,
    ifStopped: 'All is done.',
  };
}

function growFileSystem(device: ContainerDevice, at: string, size: number): Step {
  const ext = device.fileSystem.startsWith('ext');
  return {
    id: 'grow-file-system',
    title: 'let the file system fill its device',
    why: 'the new room is usable only then',
    run: [ext ? ['resize2fs', `/dev/mapper/${device.name}`] : ['xfs_growfs', '-d', at]],
    // no way back, and none is needed: the record is what Docker goes by
    before: [],
    after: [
      {
        says: 'the file system has the new size',
        run: ['df', '--block-size=1', '--output=size', at],
        number: { pattern: '^\\s*(\\d+)$', atLeast: Math.floor(size * 0.9) },
      },
    ],
    risk: 'online',
    idempotent: true,
    ifStopped: 'The volume has its new size. It cannot be made smaller again.',
  };
}
