import { type Entry, entryOf } from '../../host/tree-files.ts';
import { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import { Doubts, RECORDS_MOVED, tooYoung } from '../doubts.ts';
import type { Holder, Ledger } from '../ledger.ts';
import type { LookOptions } from '../look-options.ts';
import { measure } from '../measure.ts';
import { settledBefore } from '../quiet-since.ts';
import { withSubvolumes } from '../with-subvolumes.ts';
import { markOf, spareTheCollected } from './collecting.ts';
import {
  CONTENT,
  type ContainerdRecords,
  METADATA,
  type Needing,
  readRecords,
  readSnapshotters,
  type Snapshotter,
} from './records.ts';

/** Docker up to 18.06 and balenaEngine give theirs a name of their own; comm ends after 15 bytes. */
const DAEMON = /^(?:containerd|docker-contain|balena|k3s|k0s|rke2|dockerd)/;

export function isContainerdRoot(path: string): boolean {
  return entryOf(`${path}/${METADATA}`)?.kind === 'file';
}

/** Everything below containerd's root. @throws UllageError where it may not be read */
export async function containerdLedger(
  root: string,
  options: LookOptions,
  settle: typeof settledBefore = settledBefore,
): Promise<Ledger> {
  const { now, progress } = options;
  const carver = new Carver(options.without);
  const other = carver.add({ kind: 'other', id: root, name: "containerd's own records", path: root });
  const stores = new Map<string, number>();
  const subvolumes = new Map<string, number>();
  const notJudged: NotJudged[] = [];
  // what lies there is listed before the records are read: what is made meanwhile is in neither; and they are read
  // before that too: what containerd collects as garbage meanwhile is in one of both
  const looked = performance.now();
  const mark = markOf(root);
  const earlier = readRecords(root);
  const snapshotters = readSnapshotters(root);
  const pending: { entry: Entry; path: string; snapshotter?: Snapshotter; digest?: string; store: number }[] = [];
  const directories = new Map(snapshotters.map((one) => [one.path, one]));
  carver.cut(root, other, (entry, at) => {
    const path = `${at}/${entry.name}`;
    const snapshotter = directories.get(path);
    if (snapshotter) {
      return (one, below) => {
        if (one.kind !== 'directory') return other;
        // snapshots/<id>; btrfs: active/<id>, view/<id>, snapshots/<id>
        if (below === path) return (last, from) => snapshotStore(snapshotter, last, `${from}/${last.name}`);
        return other;
      };
    }
    if (entry.name !== CONTENT) return other;
    return (one, below) =>
      below === path && one.name === 'blobs' && one.kind === 'directory'
        ? (algorithm) =>
            algorithm.kind === 'directory' ? (blob, from) => blobStore(blob, from, algorithm.name) : other
        : other;
  });

  function snapshotStore(snapshotter: Snapshotter, entry: Entry, path: string): number {
    if (entry.kind !== 'directory') return other;
    const store = carver.add({
      kind: 'layer',
      id: `${snapshotter.name}/${entry.name}`,
      name: '',
      path,
      changed: entry.changed,
    });
    if (snapshotter.name === 'btrfs') subvolumes.set(path, store);
    pending.push({ entry, path, snapshotter, store });
    return store;
  }
  function blobStore(entry: Entry, from: string, algorithm: string): number {
    const digest = `${algorithm}:${entry.name}`;
    const store = carver.add({
      kind: 'layer',
      id: digest,
      name: '',
      path: `${from}/${entry.name}`,
      changed: entry.changed,
      state: 'blob',
    });
    pending.push({ entry, path: `${from}/${entry.name}`, digest, store });
    stores.set(digest, store);
    return store;
  }

  // before the records are read: whoever ended until now has written down what it made
  const settled = settle([`${root}/${METADATA}`], DAEMON, now);
  const records = readRecords(root);
  const after = new Map(readSnapshotters(root).map((one) => [one.path, one]));
  const whole = earlier !== undefined && records !== undefined;
  if (!whole) notJudged.push({ what: `snapshots and blobs in ${root}`, why: `${METADATA} could not be read` });
  if (whole && 'why' in settled) notJudged.push({ what: `snapshots and blobs in ${root}`, why: settled.why });
  const doubts = new Doubts();
  for (const one of pending) {
    const found = one.snapshotter
      ? snapshotProof(
          one.entry,
          [one.snapshotter, after.get(one.snapshotter.path)],
          [earlier, records],
          (name, state, sealed) => {
            const store = carver.stores[one.store];
            if (store) Object.assign(store, { name, ...(state ? { state } : {}) });
            if (store && sealed) store.sealed = `${one.snapshotter?.name} ${name} ${one.entry.name}`;
            stores.set(`${one.snapshotter?.name} ${name}`, one.store);
          },
        )
      : whole && !records.blobs.has(one.digest ?? '')
        ? { proof: `no namespace of ${METADATA} names it`, moved: earlier.blobs.has(one.digest ?? '') }
        : undefined;
    const store = carver.stores[one.store];
    if (!store || found === undefined || !('before' in settled)) continue;
    if (one.entry.changed >= settled.before || found.moved) {
      if (entryOf(one.path)) doubts.add(one.path, found.moved ? RECORDS_MOVED : tooYoung(settled));
      continue;
    }
    if (one.snapshotter && !/^\d+$/.test(one.entry.name)) {
      doubts.add(one.path, 'no name of a snapshot: what containerd makes or removes, and collects as garbage later');
      continue;
    }
    store.orphan = `${found.proof}, and it is older than any containerd at work here`;
    store.quietSince = settled.before;
  }
  notJudged.push(...doubts.list());
  for (const { name, path, snapshots } of snapshotters)
    if (!(snapshots && after.get(path)?.snapshots) && pending.some(({ snapshotter }) => snapshotter?.path === path))
      notJudged.push({ what: `snapshots of ${name}`, why: 'its metadata.db could not be read' });
  carver.trees.splice(0, carver.trees.length, ...carver.trees.filter(({ path }) => !subvolumes.has(path)));
  const ledger = await measure(
    {
      source: { path: root, what: 'containerd', driver: snapshotters.map(({ name }) => name).join(', ') },
      carver,
      holders: (records?.needing ?? []).map((one) => holderOf(one, stores)),
      notJudged,
      warnings: [],
    },
    options,
  );
  const measured = subvolumes.size === 0 ? ledger : await withSubvolumes(ledger, subvolumes, progress);
  if (!('before' in settled) || settled.by === undefined) return measured;
  const collected = await spareTheCollected(root, measured.stores, mark, looked);
  return { ...measured, notJudged: [...measured.notJudged, ...collected] };
}

/** @returns the proof, and whether containerd removed its records between the first look and the last */
function snapshotProof(
  entry: Entry,
  [before, after]: [Snapshotter, Snapshotter | undefined],
  [earlier, records]: [ContainerdRecords | undefined, ContainerdRecords | undefined],
  named: (name: string, state: string, sealed: boolean) => void,
): { proof: string; moved: boolean } | undefined {
  const all = [...(before.snapshots?.values() ?? []), ...(after?.snapshots?.values() ?? [])];
  const same = all.filter(({ id }) => id === entry.name);
  const [known] = same;
  // both times it was written down as finished: such a snapshot is never written to again
  const sealed = same.length === 2 && same.every(({ kind, name }) => kind === 'committed' && name === known?.name);
  if (known) named(known.name, known.kind === 'active' ? 'writable' : known.kind === 'view' ? 'view' : '', sealed);
  if (!before.snapshots || !after?.snapshots) return undefined;
  if (!known) return { proof: `not in ${before.name}'s metadata.db`, moved: false };
  const key = `${before.name} ${known.name}`;
  return earlier && records && !records.snapshots.has(key)
    ? {
        proof: `${before.name} has it as ${known.name}, which no namespace of ${METADATA} names`,
        moved: same.length < 2 || earlier.snapshots.has(key),
      }
    : undefined;
}

function holderOf(one: Needing, stores: ReadonlyMap<string, number>): Holder {
  return {
    kind: one.kind === 'lease' ? 'other' : one.kind,
    id: `${one.namespace}/${one.name}`,
    name: one.kind === 'lease' ? `lease ${one.name} (${one.namespace})` : one.name,
    stores: [...one.blobs, ...one.snapshots].flatMap((key) => stores.get(key) ?? []),
    ...(one.created === undefined ? {} : { created: one.created }),
  };
}
