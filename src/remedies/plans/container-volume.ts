import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import {
  type ContainerDevice,
  containerDevice,
  isMounted,
  isNotMounted,
  mountDevice,
  notRunning,
  stopContainer,
  unmountDevice,
} from './container-device.ts';
import { containerCalled, inspected } from './docker-client.ts';
import { startContainers } from './docker-daemon.ts';
import { roomIn } from './elsewhere.ts';
import type { PlannedRemedy, PlanRequest } from './planned.ts';

/** The volume of one stopped container mounted, cleaned, trimmed, and given back, its names carried from step to step. */
export const containerVolume: PlannedRemedy = {
  id: 'container-volume',
  settings: [
    { name: 'at', says: 'directory to mount it at (default: one of its own below /run/ullage)', kind: 'path' },
    {
      name: 'delete',
      says: 'file or directory of the container that fills it, as the container sees it',
      kind: 'path',
    },
    { name: 'save', says: 'directory on another file system where a copy of that is kept', kind: 'path' },
    {
      name: 'start',
      says: 'yes: start the container at the end, also when it did not run (default: as it was)',
      kind: 'text',
    },
    { name: 'read-only', says: 'yes: to look only; nothing is cleaned or trimmed', kind: 'text' },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const { settings } = request;
  const container = containerCalled(yield* inspected(request), request.on ?? '');
  const device = yield* containerDevice(request, container);
  const at = settings.get('at') ?? `/run/ullage/${request.id}`;
  const readOnly = settings.get('read-only') === 'yes';
  const path = settings.get('delete');
  const saved = path === undefined ? undefined : yield* savePlace(request, device, path);
  const starts = container.running || settings.get('start') === 'yes';
  return {
    on: container.name,
    settings: { at, ...(path === undefined ? {} : { delete: path }), ...(saved === undefined ? {} : { save: saved }) },
    predicted: {
      downtime: container.running ? 30 : 0,
      seconds: 30,
      risk: path === undefined ? (container.running ? 'downtime' : 'online') : 'destructive',
    },
    notes: [
      `The container's files are below ${at}/rootfs while it is mounted.`,
      `Should somebody start ${container.name} meanwhile, Docker takes the same device: nothing is mounted twice.`,
      ...(path === undefined
        ? [`Nothing is deleted by ullage: delete what fills it below ${at}/rootfs, then go on.`]
        : []),
    ],
    treats: [`/dev/mapper/${device.name}`],
    steps: [
      ...stopContainer(request, container, 'its file system must not be in use'),
      ...mountDevice(request, device, at, {
        size: device.size,
        readOnly,
        until: path !== undefined ? 'copy' : readOnly ? 'unmount' : 'trim',
      }),
      ...(path !== undefined && saved !== undefined ? clean(at, path, saved) : []),
      ...release(request, device, at, { confirm: path === undefined, readOnly }),
      ...(starts ? startContainers(request, [container.name]) : []),
    ],
  };
}

/** @throws UllageError unless the path stays in the container and the copy has a place of its own */
function* savePlace(request: PlanRequest, device: ContainerDevice, path: string): Generator<Look, string, Ran> {
  if (/\/\.\.(\/|$)/.test(path) || path.replaceAll('/', '') === '')
    throw new UllageError('not a path to delete', path, 'Name one file or directory, as the container sees it');
  const directory = request.settings.get('save');
  if (directory === undefined)
    throw new UllageError(
      'nothing is deleted without a copy',
      path,
      'Name a directory on another disk for it: --set save=DIR. Without --set delete=… you can delete by hand',
    );
  const room = yield* roomIn(directory);
  if (!room) throw new UllageError('there is no such directory', directory, 'Make it first, or name another one');
  if (room.available < device.size)
    throw new UllageError(
      'there may not be room for the copy',
      `${directory} has ${room.available} bytes free, the volume has ${device.size}`,
      'Name another one: --set save=DIR',
    );
  return `${directory.replace(/\/$/, '')}/${request.id}-${device.container.name}`;
}

/** The copy first, compared, then the original goes. */
function clean(at: string, path: string, saved: string): Step[] {
  const source = `${at}/rootfs${path}`;
  const there: Check = { says: `${path} is there`, run: ['test', '-e', source] };
  const same: Check = {
    says: 'copy and original are the same',
    run: ['diff', '--recursive', '--brief', '--no-dereference', source, saved],
  };
  return [
    {
      id: 'copy',
      title: `copy ${path} to ${saved}`,
      why: 'what is deleted must have been saved first',
      run: [
        // a copy that was cut short is begun anew
        ['rm', '-rf', saved],
        ['cp', '--archive', '--sparse=always', '-T', source, saved],
        ['sync', '-f', saved],
      ],
      undo: [],
      before: [isMounted(at), there],
      after: [same],
      risk: 'online',
      idempotent: true,
      timeout: 24 * 3600,
      ifStopped: `A copy, whole or not, is at ${saved}; the container has everything it had.`,
    },
    {
      id: 'delete',
      title: `delete ${path}`,
      why: 'it fills the volume',
      run: [['rm', '-rf', source]],
      undo: [['cp', '--archive', '--sparse=always', '-T', saved, source]],
      undoIf: [{ says: 'it was deleted', run: ['test', '-e', source], exit: 1 }],
      before: [isMounted(at), same],
      after: [
        isMounted(at),
        { says: `${path} is gone`, run: ['test', '-e', source], exit: 1 },
        { says: 'the copy is there', run: ['test', '-e', saved] },
      ],
      risk: 'destructive',
      idempotent: true,
      ifStopped: `${path} is gone from the container; its copy is ${saved}.`,
    },
  ];
}

/** Freed blocks back to the pool, unmounted, and exactly that device removed. */
function release(
  request: PlanRequest,
  device: ContainerDevice,
  at: string,
  { confirm, readOnly }: { confirm: boolean; readOnly: boolean },
): Step[] {
  const [unmount, ...rest] = unmountDevice(request, device, at, { size: device.size, readOnly });
  const waits = { confirm: `${device.container.name} is mounted at ${at}; delete below ${at}/rootfs what fills it` };
  const trim: Step = {
    id: 'trim',
    title: 'give freed blocks back to the pool',
    why: 'deleting files alone gives none back',
    run: [['fstrim', '--verbose', at]],
    undo: [],
    before: [isMounted(at)],
    // after a loss of power nothing is mounted: trimmed or not, the container is whole
    skipIf: [isNotMounted(at), notRunning(request, device.container)],
    after: [],
    risk: 'online',
    idempotent: true,
    timeout: 3600,
    ifStopped: 'The volume is still mounted.',
    ...(confirm ? waits : {}),
  };
  const steps = [
    ...(readOnly ? [] : [trim]),
    ...(unmount ? [readOnly && confirm ? { ...unmount, ...waits } : unmount] : []),
    ...rest,
  ];
  return steps;
}
