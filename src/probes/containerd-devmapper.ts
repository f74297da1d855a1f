import { type BoltBucket, readBolt } from '../formats/bolt/database.ts';
import { bucketAt, uvarint } from '../formats/bolt/values.ts';
import { containerd as ctr } from '../tools/containerd.ts';
import type { Document } from './document.ts';
import { type Facts, type Found, found } from './fact.ts';
import type { ContainerdDmDevice } from './facts/device-mapper.ts';
import type { Ask, Probe } from './probe.ts';
import { present, type Shape, shape, text } from './shape.ts';
import { argvOf, rows } from './undress.ts';

/** containerd's own default (defaults.DefaultRootDir) and the directory of the plugin's name in it. */
const DEFAULT_ROOT = '/var/lib/containerd';
const PLUGIN = 'io.containerd.snapshotter.v1.devmapper';
/** Snapshots have numbers, devices names made of them (plugins/snapshots/devmapper: getDeviceName). */
const SNAPSHOTS = 'metadata.db';

/**
 * containerd's devmapper snapshotter keeps two bolt databases: metadata.db, which snapshots there are,
 * and POOL.db, which thin device each one is. They are written one after the other.
 */
export const containerdDevmapper: Probe = {
  id: 'containerd-devmapper',
  title: "the databases of containerd's devmapper snapshotter",
  asks: (known): Ask[] =>
    devmapperStores(known).flatMap(({ directory, pool }) => {
      const files = [`${directory}/${pool}.db`, `${directory}/${SNAPSHOTS}`];
      const what = "whether containerd's records and its thin pool agree";
      const asked = { timeoutMs: 5000, optional: true, what } as const;
      // the times are asked after the contents: what changes in between is seen to be new
      const read = files.some((file) => known.has('containerd-dm-device', (one) => one.file === file));
      return [
        ...files.map((file): Ask => ({ kind: 'run', argv: ctr.fileBytes(file), ...asked })),
        ...(read ? [{ kind: 'run', argv: ctr.fileTimes(files), ...asked } as const] : []),
      ];
    }),
  recognises: (doc) =>
    (argvOf(doc)[0] === 'base64' || argvOf(doc)[0] === 'stat') && /\.db$/.test(databaseOf(doc) ?? ''),
  scan: (doc) => (argvOf(doc)[0] === 'stat' ? times(doc) : database(doc)),
};

interface Store {
  directory: string;
  pool: string;
}

/** Where the configuration says they are, and the pool's name. */
export function devmapperStores(known: Facts): Store[] {
  return known
    .all('engine-config', (one) => one.engine === 'containerd')
    .flatMap(({ value: { values } }) => {
      const plugins = shape(values['plugins']);
      const settings = shape(plugins?.[PLUGIN] ?? plugins?.['devmapper']);
      const pool = text(settings?.['pool_name']);
      const root = text(values['root']) ?? DEFAULT_ROOT;
      return pool ? [{ directory: text(settings?.['root_path']) ?? `${root}/${PLUGIN}`, pool }] : [];
    });
}

function databaseOf(doc: Document): string | undefined {
  return argvOf(doc).find((word) => word.endsWith('.db'));
}

/** `stat -c '%Y %n'`; the last line is of a file the kernel makes when asked: its time is now. */
function times(doc: Document): Found[] {
  const seen = rows(doc).flatMap(({ n, text: line }) => {
    const match = /^(\d{1,12}) (\/.*)$/.exec(line);
    return match ? [{ n, seconds: Number(match[1]), path: match[2] ?? '' }] : [];
  });
  const now = seen.find((one) => one.path.startsWith('/proc/'))?.seconds;
  if (now === undefined) return [];
  return seen
    .filter((one) => one.path.endsWith('.db'))
    .map(({ n, seconds, path }) => found('file-age', { path, seconds: Math.max(0, now - seconds) }, n));
}

function database(doc: Document): Found[] {
  const file = databaseOf(doc);
  const encoded = doc.lines.map((line) => line.text).join('');
  if (!file || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return [];
  const root = readBolt(Buffer.from(encoded, 'base64'));
  if (!root) return [];
  return file.endsWith(`/${SNAPSHOTS}`) ? snapshots(file, root) : devices(file, root);
}

function snapshots(file: string, root: BoltBucket): Found[] {
  const bucket = bucketAt(root, 'v1', 'snapshots');
  if (!bucket) return [];
  const ids = [...bucket.buckets.values()].flatMap((one) => uvarint(one.values.get('id')) ?? []);
  const quote = `v1/snapshots: ${ids.length} snapshots, last number given: ${bucket.sequence}`;
  return [found('containerd-dm-snapshots', { file, last: bucket.sequence, ids }, 1, quote)];
}

function devices(file: string, root: BoltBucket): Found[] {
  const bucket = root.buckets.get('devices');
  if (!bucket) return [];
  return [...bucket.values.values()].flatMap((value) => {
    const quote = new TextDecoder().decode(value);
    const device = deviceOf(file, quote);
    return device ? [found('containerd-dm-device', device, 1, quote)] : [];
  });
}

function deviceOf(file: string, json: string): ContainerdDmDevice | undefined {
  let record: Shape | undefined;
  try {
    record = shape(JSON.parse(json));
  } catch {
    return undefined;
  }
  const { device_id: deviceId, size, state } = record ?? {};
  const name = text(record?.['name']);
  if (!name || !isCount(deviceId) || !isCount(size) || !isCount(state)) return undefined;
  return present<ContainerdDmDevice>({
    file,
    name,
    deviceId,
    size,
    state,
    parent: text(record?.['parent_name']),
    error: text(record?.['error']),
  });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
