import { consoleRows } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BlockDevice } from './facts/file-systems.ts';
import { jsonQuote, type Shape, shape, shapes, text as textOf } from './shape.ts';
import { parseSize } from './size.ts';

/** lsblk -J: a device stands once under each of its parents; it becomes one fact. */
export function fromLsblkJson(value: unknown, line: number): Found[] {
  const devices = new Map<string, { value: BlockDevice; quote: string }>();
  const open: { one: Shape; parent?: string }[] = shapes(shape(value)?.blockdevices).map((one) => ({ one }));
  for (let i = 0; i < open.length; i++) {
    const { one, parent } = open[i] ?? { one: {} };
    const device = blockOf((key) => field(one[key]), one);
    if (!device) continue;
    const key = device.kname ?? device.name;
    const known = devices.get(key)?.value ?? device;
    for (const name of [...device.parents, ...(parent === undefined ? [] : [parent])])
      if (!known.parents.includes(name)) known.parents.push(name);
    if (known === device)
      devices.set(key, {
        value: device,
        quote: jsonQuote(one, ['name', 'maj:min', 'size', 'ro', 'type', 'fstype', 'mountpoint', 'mountpoints']),
      });
    for (const child of shapes(one.children)) open.push({ one: child, parent: device.name });
  }
  return resolveParents([...devices.values()]).map(({ value: device, quote }) => found('block', device, line, quote));
}

/** lsblk -P: `NAME="sda" KNAME="sda" MAJ:MIN="8:0" …`; newer versions write MAJ_MIN. */
export function fromLsblkPairs(doc: Document): Found[] {
  const devices = new Map<string, { value: BlockDevice; line: number }>();
  for (const { n, text } of consoleRows(doc)) {
    if (!/(?:^|\s)NAME="/.test(text)) continue;
    const cells = new Map<string, string>();
    for (const [, key = '', cell = ''] of text.matchAll(/([A-Z][A-Z0-9_:%-]{0,30})="([^"]*)"/g))
      cells.set(key.toLowerCase().replace('maj_min', 'maj:min').replaceAll('_', '-'), cell);
    const device = blockOf((key) => cells.get(key) || undefined, undefined);
    if (!device) continue;
    const known = devices.get(device.kname ?? device.name)?.value;
    if (known) known.parents.push(...device.parents.filter((name) => !known.parents.includes(name)));
    else devices.set(device.kname ?? device.name, { value: device, line: n });
  }
  return resolveParents([...devices.values()]).map(({ value, line }) => found('block', value, line));
}

/** PKNAME says `dm-1`; parents are named like devices are: `vg-pool_tdata`. */
function resolveParents<T extends { value: BlockDevice }>(devices: T[]): T[] {
  const byKernelName = new Map(devices.map(({ value }) => [value.kname ?? value.name, value.name]));
  for (const { value } of devices)
    value.parents = [...new Set(value.parents.map((name) => byKernelName.get(name) ?? name))];
  return devices;
}

function field(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function blockOf(get: (key: string) => string | undefined, json: Shape | undefined): BlockDevice | undefined {
  const name = get('name');
  const size = parseSize(get('size') ?? '', 'iec');
  if (!name || !size) return undefined;
  const fsSize = parseSize(get('fssize') ?? '', 'iec')?.bytes;
  const discardMax = parseSize(get('disc-max') ?? '', 'iec')?.bytes;
  const parent = get('pkname');
  const plain = { kname: get('kname'), majmin: get('maj:min'), fstype: get('fstype'), uuid: get('uuid') };
  const ro = get('ro');
  return {
    name,
    type: get('type') ?? guessType(name, plain.kname),
    size: size.bytes,
    ...(size.resolution > 0 ? { resolution: size.resolution } : {}),
    ...(plain.kname ? { kname: plain.kname } : {}),
    ...(plain.majmin ? { majmin: plain.majmin.trim() } : {}),
    ...(plain.fstype ? { fstype: plain.fstype } : {}),
    ...(plain.uuid ? { uuid: plain.uuid } : {}),
    ...(fsSize === undefined ? {} : { fsSize }),
    mountpoints: mountpointsOf(get, json),
    ...(ro === undefined ? {} : { readOnly: ro === '1' }),
    parents: parent ? [parent] : [],
    ...(discardMax === undefined ? {} : { discardMax }),
  };
}

function mountpointsOf(get: (key: string) => string | undefined, json: Shape | undefined): string[] {
  const list = Array.isArray(json?.mountpoints) ? json.mountpoints : [get('mountpoints') ?? get('mountpoint') ?? ''];
  return list.flatMap((one) => textOf(one)?.split(/\\x0a|\n/) ?? []).filter((one) => one !== '');
}

/** lsblk of 2010 has no TYPE column. */
export function guessType(name: string, kname: string | undefined): string {
  if (/^dm-/.test(kname ?? name)) return 'dm';
  return /^loop\d/.test(kname ?? name) ? 'loop' : 'disk';
}
