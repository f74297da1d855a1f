import type { BoltBucket } from '../../formats/bolt/database.ts';
import { bucketAt, goTime, textIn, uvarint } from '../../formats/bolt/values.ts';
import { listEntries } from '../../host/tree-files.ts';
import { readBoltFile } from './read-bolt.ts';

/** A snapshot as its snapshotter has it (containerd core/snapshots/storage/bolt.go). */
export interface SnapshotRecord {
  /** number that names its directory */
  id: string;
  /** `namespace/number/key` */
  name: string;
  parent: string;
  kind: 'view' | 'active' | 'committed' | 'unknown';
}

export interface Snapshotter {
  name: string;
  path: string;
  /** by name; undefined where its database cannot be read */
  snapshots?: Map<string, SnapshotRecord>;
}

/** What needs blobs and snapshots of a namespace: an image, a container, a lease. */
export interface Needing {
  kind: 'image' | 'container' | 'lease';
  namespace: string;
  name: string;
  /** digests of blobs, names of snapshots by snapshotter (`overlayfs default/3/sha256:…`) */
  blobs: Set<string>;
  snapshots: Set<string>;
  created?: number;
}

export interface ContainerdRecords {
  needing: Needing[];
  /** digests that any namespace names */
  blobs: Set<string>;
  /** `snapshotter name` that any namespace names */
  snapshots: Set<string>;
}

export const METADATA = 'io.containerd.metadata.v1.bolt/meta.db';
export const CONTENT = 'io.containerd.content.v1.content';
export const SNAPSHOTTER = 'io.containerd.snapshotter.v1.';
const KINDS = ['unknown', 'view', 'active', 'committed'] as const;

export function readSnapshotters(root: string): Snapshotter[] {
  return (listEntries(root) ?? []).flatMap(({ name, kind }): Snapshotter[] => {
    if (kind !== 'directory' || !name.startsWith(SNAPSHOTTER)) return [];
    const path = `${root}/${name}`;
    const bolt = readBoltFile(`${path}/metadata.db`);
    const found: Snapshotter = { name: name.slice(SNAPSHOTTER.length), path };
    const bucket = bucketAt(bolt, 'v1', 'snapshots');
    const snapshots = [...(bucket?.buckets ?? [])].map(([key, one]) => snapshot(key, one));
    // a snapshotter that was never used has the file and no bucket in it; other buckets are another version's
    const understood = bucket !== undefined || bolt?.buckets.size === 0;
    if (understood && snapshots.every(({ id }) => id !== ''))
      found.snapshots = new Map(snapshots.map((one) => [one.name, one]));
    return [found];
  });
}

function snapshot(name: string, bucket: BoltBucket): SnapshotRecord {
  return {
    id: String(uvarint(bucket.values.get('id')) ?? ''),
    name,
    parent: textIn(bucket, 'parent') ?? '',
    kind: KINDS[bucket.values.get('kind')?.[0] ?? 0] ?? 'unknown',
  };
}

/** What meta.db says; undefined where it cannot be read or understood. */
export function readRecords(root: string): ContainerdRecords | undefined {
  // metadata/db.go makes it at the first start: where it is missing, this is another version's
  const version = readBoltFile(`${root}/${METADATA}`)?.buckets.get('v1');
  if (!version) return undefined;
  const records: ContainerdRecords = { needing: [], blobs: new Set(), snapshots: new Set() };
  for (const [namespace, bucket] of version.buckets) if (!readNamespace(namespace, bucket, records)) return undefined;
  return records;
}

/** False where a snapshot has no name: then one that is missing proves nothing. */
function readNamespace(namespace: string, bucket: BoltBucket, records: ContainerdRecords): boolean {
  const blobs = bucketAt(bucket, 'content', 'blob')?.buckets ?? new Map<string, BoltBucket>();
  const snapshotters = bucket.buckets.get('snapshots')?.buckets ?? new Map<string, BoltBucket>();
  for (const digest of blobs.keys()) records.blobs.add(digest);
  for (const [snapshotter, keys] of snapshotters)
    for (const one of keys.buckets.values()) {
      const name = textIn(one, 'name');
      if (!name) return false;
      records.snapshots.add(`${snapshotter} ${name}`);
    }
  const needing = (kind: Needing['kind'], name: string, created?: number): Needing => {
    const one: Needing = { kind, namespace, name, blobs: new Set(), snapshots: new Set() };
    if (created !== undefined) one.created = created;
    records.needing.push(one);
    return one;
  };
  const takeSnapshot = (one: Needing, snapshotter: string, key: string): void => {
    for (let at: string | undefined = key, depth = 0; at && depth < 1000; depth++) {
      const bucketOf: BoltBucket | undefined = snapshotters.get(snapshotter)?.buckets.get(at);
      const name = textIn(bucketOf, 'name');
      if (name === undefined) return;
      one.snapshots.add(`${snapshotter} ${name}`);
      at = textIn(bucketOf, 'parent');
    }
  };
  /** containerd.io/gc.ref.*: what a blob keeps alive (containerd docs/garbage-collection.md) */
  const takeBlob = (one: Needing, first: string): void => {
    const open = [first];
    for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
      if (one.blobs.has(digest) || !blobs.has(digest)) continue;
      one.blobs.add(digest);
      for (const [label, bytes] of blobs.get(digest)?.buckets.get('labels')?.values ?? []) {
        const value = new TextDecoder().decode(bytes);
        const snapshotter = /^containerd\.io\/gc\.ref\.snapshot\.([^/]+)/.exec(label)?.[1];
        if (snapshotter !== undefined) takeSnapshot(one, snapshotter, value);
        else if (label.startsWith('containerd.io/gc.ref.content')) open.push(value);
      }
    }
  };
  for (const [name, image] of bucket.buckets.get('images')?.buckets ?? [])
    takeBlob(
      needing('image', name, goTime(image.values.get('createdat'))),
      textIn(image.buckets.get('target'), 'digest') ?? '',
    );
  for (const [id, container] of bucket.buckets.get('containers')?.buckets ?? []) {
    const one = needing('container', id, goTime(container.values.get('createdat')));
    takeSnapshot(one, textIn(container, 'snapshotter') ?? '', textIn(container, 'snapshotKey') ?? '');
  }
  for (const [id, lease] of bucket.buckets.get('leases')?.buckets ?? []) {
    const one = needing('lease', id, goTime(lease.values.get('createdat')));
    for (const digest of keysOf(lease.buckets.get('content'))) takeBlob(one, digest);
    for (const [snapshotter, keys] of lease.buckets.get('snapshots')?.buckets ?? [])
      for (const key of keysOf(keys)) takeSnapshot(one, snapshotter, key);
  }
  return true;
}

function keysOf(bucket: BoltBucket | undefined): string[] {
  return bucket ? [...bucket.values.keys(), ...bucket.buckets.keys()] : [];
}
