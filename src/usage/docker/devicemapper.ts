import type { BlockReader } from '../../formats/block-reader.ts';
import { listEntries, textOf } from '../../host/tree-files.ts';
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

/** Layers that are thin devices, by `<root>/devicemapper/metadata/<layer>`: `{device_id, size, …}`. */
function deviceIds(root: string): { ids: Map<number, string>; unclear: boolean } {
  const ids = new Map<number, string>();
  let unclear = false;
  for (const { name } of listEntries(`${root}/devicemapper/metadata`) ?? []) {
    if (/^(?:deviceset-metadata|transaction-metadata|\..*)$/.test(name)) continue;
    const id = amount(parsed(textOf(`${root}/devicemapper/metadata/${name}`, 1 << 20))?.['device_id']);
    if (id === undefined) unclear = true;
    else ids.set(id, name);
  }
  return { ids, unclear };
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
export function withThinDevices(ledger: Ledger, look: DockerLook, reader: BlockReader, now: number): Ledger {
  const { root } = look;
  const { ids, unclear } = deviceIds(root);
  const found = readThin(reader);
  const stores: Store[] = [...ledger.stores];
  const records = readLayerRecords(`${root}/image/devicemapper/layerdb`);
  const settled = settledBefore(
    DAEMON_FILES.map((file) => `${root}/${file}`),
    DAEMON,
    now,
  );
  const why =
    unclear || !records || records.unclear.length > 0
      ? 'some of its records could not be read'
      : 'why' in settled
        ? settled.why
        : // names of devices carry no times: those that a running daemon makes look like those left behind
          settled.before < now
          ? 'a dockerd is at work in it: stop it first'
          : undefined;
  const named = records ? namesIn(records) : new Set<string>();
  const storeOf = found.devices.map(({ id, details }) => {
    const name = ids.get(id);
    const apparent = (details?.mapped ?? 0) * found.superblock.blockSize;
    const known = name === undefined ? undefined : look.layers.get(name);
    const store = known === undefined ? undefined : stores[known];
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
    if (known !== undefined && store) {
      stores[known] = { ...store, apparent, ...orphan };
      return known;
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
