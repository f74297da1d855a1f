import type { BlockReader } from '../../formats/block-reader.ts';
import type { ThinSharing } from '../../formats/thin-sharing.ts';
import { namesIn as namesOf, textOf } from '../../host/tree-files.ts';
import { amount, shape } from '../../probes/shape.ts';
import type { Ledger, Store } from '../ledger.ts';
import { settledBefore } from '../quiet-since.ts';
import { merged } from '../scan.ts';
import { readThin, thinStore, thinWarnings } from '../thin-ledger.ts';
import type { DockerLook } from './docker-look.ts';
import { DAEMON, DAEMON_FILES } from './drivers.ts';
import { namesIn, readLayerRecords } from './layer-records.ts';

/** Where loop-lvm keeps the pool's metadata, below the data root. */
export const LOOP_METADATA = 'devicemapper/devicemapper/metadata';

/**
 * Layers that are thin devices, by `<root>/devicemapper/metadata/<layer>`: `{device_id, size, transaction_id …}`.
 * `latest`: the transaction of the last of them.
 */
function deviceIds(root: string): { ids: Map<number, string>; latest: number; unclear: boolean } {
  const ids = new Map<number, string>();
  const names = namesOf(`${root}/devicemapper/metadata`);
  let unclear = names === undefined;
  let latest = 0;
  for (const name of names ?? []) {
    if (/^(?:deviceset-metadata|transaction-metadata|\..*)$/.test(name)) continue;
    const record = parsed(textOf(`${root}/devicemapper/metadata/${name}`, 1 << 20));
    const id = amount(record?.['device_id']);
    // two of one device: which of them it is cannot be told
    if (id === undefined || ids.has(id)) unclear = true;
    else ids.set(id, name);
    latest = Math.max(latest, amount(record?.['transaction_id']) ?? 0);
  }
  return { ids, latest, unclear };
}

/**
 * Whether these are the records of this pool: it has every device, and saw every transaction but the one that may
 * be open. Of another pool, as that of virtual machines, every device would be one that nobody names.
 */
function isPoolOf({ ids, latest }: ReturnType<typeof deviceIds>, { devices, superblock }: ThinSharing): boolean {
  const there = new Set(devices.map(({ id }) => id));
  return ids.size > 0 && [...ids.keys()].every((id) => there.has(id)) && latest <= superblock.transaction + 1;
}

/** Stores for the layers of the devicemapper driver; to be called before holders are made. */
export function addThinLayers(look: DockerLook): void {
  for (const name of deviceIds(look.root).ids.values()) {
    const state = name === 'base' ? { state: 'base of all layers' } : {};
    look.layers.set(
      name,
      look.carver.add({ kind: 'layer', id: name, name: name === 'base' ? 'base device' : '', path: '', ...state }),
    );
  }
}

/** The ledger with what each thin layer holds, and devices that no layer is. */
export function withThinDevices(
  ledger: Ledger,
  look: DockerLook,
  reader: BlockReader,
  now: number,
  settle: typeof settledBefore = settledBefore,
): Ledger {
  const { root } = look;
  const daemon = () =>
    settle(
      DAEMON_FILES.map((file) => `${root}/${file}`),
      DAEMON,
      now,
    );
  const settled = daemon();
  const known = deviceIds(root);
  const { ids, unclear } = known;
  const found = readThin(reader);
  const stores: Store[] = [...ledger.stores];
  const records = readLayerRecords(`${root}/image/devicemapper/layerdb`);
  // names of devices carry no times: those that a running daemon makes look like those left behind
  const atWork = [settled, daemon()].some((one) => 'before' in one && one.by !== undefined);
  const why =
    unclear || !records || records.unclear.length > 0
      ? 'some of its records could not be read'
      : !isPoolOf(known, found)
        ? 'its records name devices or transactions that the pool does not have: it may be the pool of others'
        : 'why' in settled
          ? settled.why
          : atWork
            ? 'a dockerd is at work in it: stop it first'
            : undefined;
  // nobody is at work, so write sets were left behind, and what only they name
  const named = records ? namesIn({ ...records, writeSets: [] }) : new Set<string>();
  const storeOf = found.devices.map(({ id, details }) => {
    const name = ids.get(id);
    const apparent = (details?.mapped ?? 0) * found.superblock.blockSize;
    const place = name === undefined ? undefined : look.layers.get(name);
    const store = place === undefined ? undefined : stores[place];
    const orphan =
      why !== undefined || name === 'base'
        ? {}
        : name === undefined
          ? { orphan: `no file in ${root}/devicemapper/metadata has this device id` }
          : named.has(name)
            ? {}
            : {
                orphan: `${root}/devicemapper/metadata/${name} has it, and no cache-id, mount-id or init-id names that`,
              };
    if (place !== undefined && store) {
      stores[place] = { ...store, apparent, ...orphan };
      return place;
    }
    return stores.push({ ...thinStore(id, apparent), ...orphan }) - 1;
  });
  const groups = found.sharing.groups.map(({ owners, bytes }) => ({
    owners: owners.map((owner) => storeOf[owner] as number).sort((a, b) => a - b),
    bytes,
  }));
  return {
    ...ledger,
    stores,
    sharing: { owners: stores.length, groups: merged([...ledger.sharing.groups, ...groups]) },
    notJudged: why === undefined ? ledger.notJudged : [...ledger.notJudged, { what: `thin devices of ${root}`, why }],
    warnings: [...ledger.warnings, ...thinWarnings(found, reader.name)],
  };
}

function parsed(content: string | undefined) {
  try {
    return shape(JSON.parse(content ?? ''));
  } catch {
    return undefined;
  }
}
