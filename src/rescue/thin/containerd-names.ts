import { type BoltBucket, readBolt } from '../../formats/bolt/database.ts';
import { bucketAt, textIn, uvarint } from '../../formats/bolt/values.ts';
import type { StoredContainer } from '../../formats/docker-store/containers.ts';
import { chainIds } from '../../formats/docker-store/images.ts';
import { digest, hex, object, readJson, string, strings, whole } from '../../formats/docker-store/json.ts';
import type { StoreFiles } from '../../formats/store-files.ts';
import type { DeviceName } from './device-names.ts';

/** Names of plugins, which are those of their directories below containerd's root. */
const SNAPSHOTTER = 'io.containerd.snapshotter.v1.devmapper';
const METADATA = 'io.containerd.metadata.v1.bolt/meta.db';
const CONTENT = 'io.containerd.content.v1.content/blobs/sha256';
/** a database of 100,000 snapshots is some 100 MiB */
const LONGEST = 2 ** 30;
/** Removing, Removed (plugins/snapshots/devmapper/device_info.go) */
const GONE = new Set([11, 12]);

/** What containerd's databases say of its thin devices. */
export interface ContainerdRecords {
  names: Map<number, DeviceName>;
  /** `mountId` is the name of its device */
  containers: StoredContainer[];
}

/** Where the snapshotter keeps its databases: below containerd's root, or the root itself. */
function snapshotterOf(files: StoreFiles): string | undefined {
  return [SNAPSHOTTER, 'devmapper', '.'].find((at) => files.list(at).includes('metadata.db'));
}

export const isContainerd = (files: StoreFiles): boolean =>
  files.list('image').length === 0 && (snapshotterOf(files) !== undefined || files.list('.').includes(SNAPSHOTTER));

/** Devices by POOL.db, what they are by metadata.db of the snapshotter and meta.db; each of them may be lost. */
export function containerdRecords(files: StoreFiles): ContainerdRecords {
  const at = snapshotterOf(files) ?? SNAPSHOTTER;
  const snapshots = snapshotsOf(database(files, `${at}/metadata.db`));
  const meta = database(files, METADATA);
  const known = subjectsOf(files, meta);
  const names = new Map<number, DeviceName>();
  const containers: StoredContainer[] = [];
  for (const file of files.list(at).filter((name) => name.endsWith('.db') && name !== 'metadata.db')) {
    for (const { deviceId, name: hash, size, deleted } of devicesOf(database(files, `${at}/${file}`))) {
      const snapshot = snapshots.get(Number(/-snap-(\d+)$/.exec(hash)?.[1] ?? Number.NaN));
      const subject = snapshot && known.get(`${snapshot.namespace}/${snapshot.key}`);
      const name = snapshot ? nameOf(snapshot, subject) : `unknown ${hash}`;
      names.set(deviceId, { name, hash, ...(size === undefined ? {} : { size }), ...(deleted ? { deleted } : {}) });
      if (snapshot && subject?.kind === 'container' && !deleted)
        containers.push({
          id: subject.name,
          name: subject.name,
          ...(subject.image === undefined ? {} : { imageName: subject.image }),
          entrypoint: [],
          command: [],
          running: false,
          mountId: hash,
          files: [],
        });
    }
  }
  return { names, containers };
}

function database(files: StoreFiles, path: string): BoltBucket | undefined {
  const bytes = files.read(path, LONGEST);
  return bytes && readBolt(bytes);
}

interface Snapshot {
  namespace: string;
  /** a chain id, or what whoever made it calls it */
  key: string;
}

/** By number: keys are `NAMESPACE/NUMBER/KEY` (core/metadata/snapshot.go createKey). */
function snapshotsOf(root: BoltBucket | undefined): Map<number, Snapshot> {
  const found = new Map<number, Snapshot>();
  for (const [name, bucket] of bucketAt(root, 'v1', 'snapshots')?.buckets ?? []) {
    const [, namespace = '', key = ''] = /^([^/]*)\/\d+\/(.*)$/s.exec(name) ?? [];
    const id = uvarint(bucket.values.get('id'));
    if (id !== undefined && key !== '') found.set(id, { namespace, key });
  }
  return found;
}

function devicesOf(root: BoltBucket | undefined) {
  const found: { deviceId: number; name: string; size?: number; deleted: boolean }[] = [];
  for (const value of root?.buckets.get('devices')?.values.values() ?? []) {
    const json = parsed(value);
    const deviceId = whole(json?.['device_id']);
    const name = string(json?.['name']);
    const size = whole(json?.['size']);
    if (deviceId === undefined || deviceId >= 2 ** 24 || name === undefined) continue;
    found.push({ deviceId, name, ...(size ? { size } : {}), deleted: GONE.has(whole(json?.['state']) ?? 0) });
  }
  return found;
}

interface Subject {
  kind: 'container' | 'image';
  name: string;
  image?: string;
}

/** By `NAMESPACE/KEY` of their snapshots: containers, and images by the chain of all their layers. */
function subjectsOf(files: StoreFiles, meta: BoltBucket | undefined): Map<string, Subject> {
  const found = new Map<string, Subject>();
  for (const [namespace, bucket] of meta?.buckets.get('v1')?.buckets ?? []) {
    for (const [name, image] of bucket.buckets.get('images')?.buckets ?? []) {
      const top = topOf(files, textIn(image.buckets.get('target'), 'digest'), 0);
      if (top !== undefined) found.set(`${namespace}/${top}`, { kind: 'image', name });
    }
    for (const [name, container] of bucket.buckets.get('containers')?.buckets ?? []) {
      const [snapshotter, key] = [textIn(container, 'snapshotter'), textIn(container, 'snapshotKey')];
      const image = textIn(container, 'image');
      if (snapshotter === 'devmapper' && key !== undefined)
        found.set(`${namespace}/${key}`, { kind: 'container', name, ...(image === undefined ? {} : { image }) });
    }
  }
  return found;
}

/** The chain id of an image's uppermost layer: from its manifest, or the first of an index whose parts are here. */
function topOf(files: StoreFiles, of: string | undefined, depth: number): string | undefined {
  const json = digest(of) === undefined ? undefined : readJson(files, `${CONTENT}/${hex(of ?? '')}`);
  if (!json || depth > 2) return undefined;
  const { manifests } = json;
  if (Array.isArray(manifests)) {
    for (const one of manifests.slice(0, 64)) {
      const top = topOf(files, string(object(one)?.['digest']), depth + 1);
      if (top !== undefined) return top;
    }
    return undefined;
  }
  const config = digest(object(json['config'])?.['digest']);
  const rootfs = config === undefined ? undefined : object(readJson(files, `${CONTENT}/${hex(config)}`)?.['rootfs']);
  return chainIds(strings(rootfs?.['diff_ids'])).at(-1);
}

function nameOf({ namespace, key }: Snapshot, subject: Subject | undefined): string {
  const place = namespace === 'default' ? '' : ` in ${namespace}`;
  if (subject) return `${subject.kind} ${subject.name}${place}`;
  return `${key.startsWith('sha256:') ? `layer ${key.slice(7, 19)}` : `snapshot ${key}`}${place}`;
}

function parsed(bytes: Uint8Array): ReturnType<typeof object> {
  try {
    return object(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
