import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import { dockerArgv, type Inspected } from './docker-client.ts';
import { ask, type PlanRequest, rest } from './planned.ts';
import { SECTOR } from './thin-pool.ts';

/** A container's own thin volume, by the records Docker keeps of it. Bytes. */
export interface ContainerDevice {
  container: Inspected;
  mountId: string;
  /** Docker's record of the volume, and its text */
  record: string;
  text: string;
  /** the number the pool knows it by */
  deviceId: number;
  size: number;
  pool: string;
  /** what Docker calls the device while it is active, below /dev/mapper */
  name: string;
  fileSystem: string;
  /** where the daemon mounts it, in its own mount namespace */
  mountedAt: string;
}

/**
 * Container to layerdb's mount-id to the driver's record: what is looked up by hand else.
 * @throws UllageError when the driver is another one, or a record is not as expected
 */
export function* containerDevice(request: PlanRequest, container: Inspected): Generator<Look, ContainerDevice, Ran> {
  const { facts } = request.scene;
  const root = facts.first('engine', (one) => one.engine === 'docker' && one.root !== undefined)?.value.root;
  const info = facts.first('docker-dm')?.value;
  if (container.driver !== 'devicemapper' || root === undefined || info?.poolName === undefined)
    throw new UllageError(
      'the container has no volume of its own',
      `${container.name} is stored by ${container.driver}`,
      'Only the devicemapper driver gives each container a device',
    );
  yield* rest(
    `does ${container.name} run`,
    dockerArgv(request, 'inspect', '--type', 'container', '-f', '{{.State.Running}}', container.name),
  );
  const path = `${root}/image/devicemapper/layerdb/mounts/${container.id}/mount-id`;
  const mountId = (yield* rest(`the layer of ${container.name}`, ['cat', path])).stdout.trim();
  if (!/^[0-9a-f]{64}$/.test(mountId))
    throw new UllageError("Docker's record of the container's layer cannot be read", path, 'Root is needed there');
  const record = `${root}/devicemapper/metadata/${mountId}`;
  const text = (yield* rest(`the thin volume of ${container.name}`, ['cat', record])).stdout;
  const { device_id: deviceId, size } = parsed(text, record);
  // `docker-MAJOR:MINOR-INODE`, as it stands before the hash of every active device, and before `-pool`
  const known = facts.first('container', (one) => one.id === container.id)?.value.driverData?.['DeviceName'];
  const prefix = info.poolName.endsWith('-pool') ? info.poolName.slice(0, -'-pool'.length) : yield* devicePrefix(root);
  return {
    container,
    mountId,
    record,
    text,
    deviceId,
    size,
    pool: info.poolName,
    name: known ?? `${prefix}-${mountId}`,
    fileSystem: info.backingFileSystem ?? 'xfs',
    mountedAt: `${root}/devicemapper/mnt/${mountId}`,
  };
}

/** moby daemon/graphdriver/devmapper/deviceset.go, initDevmapper: device and inode of the driver's directory. */
function* devicePrefix(root: string): Generator<Look, string, Ran> {
  const directory = `${root}/devicemapper`;
  const said = yield* ask(['stat', '-c', '%Hd:%Ld-%i', directory]);
  const numbers = /^\d+:\d+-\d+$/.exec(said.stdout.trim())?.[0];
  if (numbers === undefined)
    throw new UllageError("the driver's directory is not there", directory, said.stderr.trim());
  return `docker-${numbers}`;
}

function parsed(text: string, record: string): { device_id: number; size: number } {
  try {
    const { device_id, size } = JSON.parse(text) as { device_id?: unknown; size?: unknown };
    if (Number.isSafeInteger(device_id) && Number.isSafeInteger(size) && (size as number) > 0)
      return { device_id: device_id as number, size: size as number };
  } catch {
    // said below
  }
  throw new UllageError("not Docker's record of a thin volume", record, `It says: ${text.slice(0, 200)}`);
}

export const notRunning = (request: PlanRequest, { name }: Inspected): Check => ({
  says: `${name} is stopped`,
  run: dockerArgv(request, 'inspect', '--type', 'container', '-f', '{{.State.Running}}', name),
  matches: '^false$',
});

export const isRunning = (request: PlanRequest, container: Inspected): Check => ({
  ...notRunning(request, container),
  says: `${container.name} runs`,
  matches: '^true$',
});

export const isMounted = (at: string): Check => ({
  says: `something is mounted at ${at}`,
  run: ['findmnt', '--noheadings', '--mountpoint', at],
});

export const isNotMounted = (at: string): Check => ({
  ...isMounted(at),
  says: `nothing is mounted at ${at}`,
  exit: 1,
});

const isActive = (device: ContainerDevice): Check => ({
  says: 'the device is active',
  run: ['dmsetup', 'info', device.name],
});

const absent = (device: ContainerDevice): Check => ({
  says: 'the device of the container is not active',
  run: ['dmsetup', 'info', device.name],
  exit: 1,
});

/** Stops the container; started again by undo. */
export function stopContainer(request: PlanRequest, container: Inspected, why: string): Step[] {
  if (!container.running) return [];
  return [
    {
      id: 'stop-container',
      title: `stop ${container.name}`,
      why,
      run: [dockerArgv(request, 'stop', '--time', '10', container.name)],
      undo: [dockerArgv(request, 'start', container.name)],
      undoIf: [notRunning(request, container)],
      before: [],
      after: [notRunning(request, container)],
      risk: 'downtime',
      idempotent: true,
      timeout: 120,
      settle: 20,
      ifStopped: `${container.name} is stopped and whole: docker start ${container.name}.`,
    },
  ];
}

function create({ name, pool, deviceId }: ContainerDevice, size: number): string[] {
  const table = `0 ${size / SECTOR} thin /dev/mapper/${pool} ${deviceId}`;
  return ['dmsetup', 'create', '--noudevsync', name, '--table', table];
}

function mountAt({ name, fileSystem }: ContainerDevice, at: string, readOnly = false): string[] {
  // nouuid: every volume is a snapshot of one base device and has its UUID
  const options = [readOnly ? 'ro' : 'rw', ...(fileSystem === 'xfs' ? ['nouuid'] : [])].join(',');
  return ['mount', '-o', options, `/dev/mapper/${name}`, at];
}

/**
 * The container's volume active and mounted at `at`. It bears the name Docker would give it: should somebody
 * start the container meanwhile, Docker takes this very device, and the kernel gives it the same file
 * system once more. Under a name of our own it would mount the volume a second time and corrupt it.
 * Both are gone after a loss of power: they are made again as long as the step `until` was not begun.
 */
export function mountDevice(
  request: PlanRequest,
  device: ContainerDevice,
  at: string,
  { size, readOnly = false, until }: { size: number; readOnly?: boolean; until: string },
): Step[] {
  const { name, deviceId, container } = device;
  const path = `/dev/mapper/${name}`;
  return [
    {
      id: 'activate',
      title: `make the device of ${container.name}`,
      why: `thin volume ${deviceId} of the pool, which Docker's record gives to ${container.name}`,
      run: [create(device, size)],
      undo: [['dmsetup', 'remove', '--noudevsync', '--retry', name]],
      undoIf: [isActive(device), notRunning(request, container), isNotMounted(at)],
      before: [notRunning(request, container), absent(device)],
      after: [
        {
          says: 'the device is the volume of the container',
          run: ['dmsetup', 'table', name],
          matches: `^0 ${size / SECTOR} thin \\S+ ${deviceId}$`,
        },
        { says: 'the device has its node', run: ['test', '-b', path] },
      ],
      until,
      risk: 'online',
      idempotent: false,
      settle: 20,
      ifStopped: `One device too many is active, ${name}; Docker takes it over when it starts the container.`,
    },
    {
      id: 'mount',
      title: `mount it at ${at}`,
      why: 'to reach its files while the container is stopped',
      run: [['mkdir', '-p', at], mountAt(device, at, readOnly)],
      undo: [['umount', at]],
      undoIf: [isMounted(at)],
      before: [isNotMounted(at), { says: 'the device is there', run: ['test', '-b', path] }],
      after: [
        {
          says: 'it is mounted there',
          run: ['findmnt', '--noheadings', '--output', 'SOURCE', '--mountpoint', at],
          matches: `^${path}$`,
        },
      ],
      until,
      risk: 'online',
      idempotent: true,
      ifStopped: `The volume is mounted at ${at}. Resume, or undo, before the container is used again.`,
    },
  ];
}

/**
 * Unmounted and exactly that device removed, unless Docker has it in use by now. Undo mounts it once more: what
 * was deleted in it is brought back before the steps that mounted it are taken back as well.
 */
export function unmountDevice(
  request: PlanRequest,
  device: ContainerDevice,
  at: string,
  { size, readOnly = false }: { size: number; readOnly?: boolean },
): Step[] {
  return [
    {
      id: 'unmount',
      title: `unmount ${at}`,
      why: 'the container gets its volume back',
      run: [['umount', at]],
      undo: [mountAt(device, at, readOnly)],
      undoIf: [isNotMounted(at), isActive(device), notRunning(request, device.container)],
      before: [isMounted(at)],
      skipIf: [isNotMounted(at)],
      after: [isNotMounted(at)],
      risk: 'online',
      idempotent: true,
      ifStopped: 'The device is still active; Docker takes it over when it starts the container.',
    },
    {
      id: 'deactivate',
      title: 'remove the device that was made',
      why: `no other: ${device.name}`,
      run: [['dmsetup', 'remove', '--noudevsync', '--retry', device.name]],
      undo: [create(device, size)],
      undoIf: [absent(device), notRunning(request, device.container)],
      // after a loss of power it is gone by itself
      before: [isActive(device)],
      // somebody started the container meanwhile: it is Docker's now
      skipIf: [isRunning(request, device.container)],
      after: [absent(device)],
      risk: 'online',
      idempotent: true,
      settle: 10,
      ifStopped: 'The volume is whole and free.',
    },
  ];
}
