import type { Container, EngineName } from './facts/engine.ts';
import { amount, flag, present, type Shape, shape, shapes, text, texts } from './shape.ts';
import { sizeOf } from './usage-rows.ts';

/** 12 to 64 hexadecimal digits. */
const ID = /^[0-9a-f]{12,64}$/;

/**
 * One container as the Engine API, podman or their clients print it: /containers/json,
 * /containers/ID/json and `inspect`, `ps --format json`, the list in `system df -v`.
 * Undefined when the object is something else.
 */
export function containerFromJson(value: Shape): { container: Container; keys: readonly string[] } | undefined {
  const id = text(value['Id']) ?? text(value['ID']);
  if (!id || !ID.test(id)) return undefined;
  if (shape(value['HostConfig']) && shape(value['State']))
    return { container: inspected(value, id), keys: INSPECT_KEYS };
  if ('Names' in value && ('State' in value || 'Status' in value) && 'Image' in value)
    return { container: listed(value, id), keys: LIST_KEYS };
  return undefined;
}

const INSPECT_KEYS = ['Id', 'Name', 'Driver', 'LogPath', 'SizeRw', 'SizeRootFs'] as const;
const LIST_KEYS = ['Id', 'ID', 'Names', 'Image', 'State', 'Status', 'Size', 'SizeRw', 'SizeRootFs'] as const;

function inspected(value: Shape, id: string): Container {
  const state = shape(value['State']) ?? {};
  const host = shape(value['HostConfig']) ?? {};
  const graph = shape(value['GraphDriver']);
  const log = shape(host['LogConfig']);
  const pid = amount(state['Pid']);
  return present<Container>({
    engine: 'OciVersion' in state || 'OCIRuntime' in value ? 'podman' : 'docker',
    id,
    name: text(value['Name'])?.replace(/^\//, ''),
    image: text(shape(value['Config'])?.['Image']) ?? text(value['ImageName']) ?? text(value['Image']),
    state: text(state['Status']),
    pid: pid === 0 ? undefined : pid,
    error: text(state['Error']),
    driver: text(graph?.['Name']) ?? text(value['Driver']),
    driverData: textMap(graph?.['Data']),
    logPath: text(value['LogPath']) ?? text(log?.['Path']),
    logDriver: text(log?.['Type']),
    logMaxSize: log ? logLimit(log) : undefined,
    ...sizes(value),
    shmSize: amount(host['ShmSize']),
    readOnly: flag(host['ReadonlyRootfs']),
    storageOptSize: text(shape(host['StorageOpt'])?.['size']),
    mounts: mountsOf(value['Mounts']),
    usernsMode: text(host['UsernsMode']),
  });
}

/** Docker: Config.max-size. Podman: Size, `0B` when there is no limit. '' means that none is set. */
function logLimit(log: Shape): string {
  const own = text(shape(log['Config'])?.['max-size']) ?? text(log['Size']) ?? '';
  return /^0\s?B?$/.test(own) ? '' : own;
}

function listed(value: Shape, id: string): Container {
  const names = typeof value['Names'] === 'string' ? value['Names'].split(',') : texts(value['Names']);
  const graph = shape(value['GraphDriver']);
  const pid = amount(value['Pid']);
  const status = text(value['Status']);
  return present<Container>({
    engine: listEngine(value),
    id,
    name: text(names[0]?.replace(/^\//, '')),
    image: text(value['Image']),
    state: text(value['State']) ?? stateOf(status),
    status,
    pid: pid === 0 ? undefined : pid,
    driver: text(graph?.['Name']),
    driverData: textMap(graph?.['Data']),
    ...sizes(value),
    mounts: mountsOf(value['Mounts']),
  });
}

function listEngine(value: Shape): EngineName {
  return 'PodName' in value || 'IsInfra' in value || 'rwSize' in (shape(value['Size']) ?? {}) ? 'podman' : 'docker';
}

/** State word for a status text: `Exited (137) 3 hours ago` → exited. */
export function stateOf(status: string | undefined): string | undefined {
  const word = /^(Up|Exited|Created|Dead|Restarting|Paused|Removal|Initialized|Stopping|Stopped)\b/.exec(
    status ?? '',
  )?.[1];
  if (word === 'Up') return /\(Paused\)/.test(status ?? '') ? 'paused' : 'running';
  return word === 'Removal' ? 'removing' : word?.toLowerCase();
}

/**
 * Writable layer and whole. The API leaves SizeRw out when it is 0, as far as it looked at all
 * (SizeRootFs is there then); -1 means it could not look.
 */
function sizes(value: Shape): { writable?: number; virtual?: number } {
  const own = shape(value['Size']);
  if (own)
    return present<{ writable?: number; virtual?: number }>({
      writable: amount(own['rwSize']),
      virtual: amount(own['rootFsSize']),
    });
  if (typeof value['Size'] === 'string') return printedSizes(value['Size']);
  const looked = amount(value['SizeRootFs']);
  return present<{ writable?: number; virtual?: number }>({
    writable: 'SizeRw' in value ? amount(value['SizeRw']) : looked === undefined || looked === 0 ? undefined : 0,
    virtual: looked,
  });
}

/** `12.6MB (virtual 14.6MB)`, `-1B (virtual 1.98MB)`, `0B`. */
export function printedSizes(printed: string): { writable?: number; virtual?: number } {
  return present<{ writable?: number; virtual?: number }>({
    writable: sizeOf(printed, 3)?.bytes,
    virtual: sizeOf(/\(virtual ([^)]{1,20})\)/.exec(printed)?.[1], 3)?.bytes,
  });
}

function mountsOf(value: unknown): Container['mounts'] {
  if (!Array.isArray(value)) return undefined;
  const mounts = shapes(value).flatMap((one) => {
    const destination = text(one['Destination']);
    if (!destination) return [];
    return [
      {
        type: text(one['Type']) ?? 'bind',
        source: text(one['Source']) ?? '',
        destination,
        ...(one['RW'] === false ? { readOnly: true } : {}),
      },
    ];
  });
  return mounts.length > 0 ? mounts : undefined;
}

function textMap(value: unknown): Record<string, string> | undefined {
  const map = Object.entries(shape(value) ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return map.length > 0 ? Object.fromEntries(map) : undefined;
}
