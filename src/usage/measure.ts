import { UllageError } from '../host/host.ts';
import type { Carver } from './carver.ts';
import type { NotJudged, UsageSource } from './document.ts';
import { type Holder, type Ledger, spareTheBusy } from './ledger.ts';
import type { LookOptions } from './look-options.ts';
import { merged, scanStores } from './scan.ts';

/** An engine's root as its records cut it, before anything of it was measured. */
export interface Looked {
  source: UsageSource;
  carver: Carver;
  holders: Holder[];
  notJudged: NotJudged[];
  warnings: string[];
}

/** Scans what was cut. @throws UllageError where nothing of it may be read */
export async function measure(
  looked: Looked,
  { progress, memory }: Pick<LookOptions, 'progress' | 'memory'>,
): Promise<Ledger> {
  const { source, carver, holders, notJudged } = looked;
  if (carver.closed.includes(source.path))
    throw new UllageError('cannot be listed', source.path, 'Permission denied: run as root');
  const trees = carver.trees.map((tree) => {
    const sealed = carver.stores[tree.bucket]?.sealed;
    return sealed === undefined ? tree : { ...tree, sealed };
  });
  const remembering = memory && { memory, root: source.path };
  const { groups, warnings, reused } = await scanStores(
    trees,
    carver.stores,
    { ...(progress ? { progress } : {}), without: carver.without },
    remembering,
  );
  const { closed } = carver;
  const busy = spareTheBusy(carver.stores);
  return {
    source: reused ? { ...source, reused } : source,
    stores: carver.stores,
    holders,
    sharing: { owners: carver.stores.length, groups: merged([...carver.groups, ...groups]) },
    notJudged: [...notJudged, ...busy],
    warnings: [
      ...looked.warnings,
      ...(closed.length > 0
        ? [`${closed.length} directories could not be listed, among them ${closed[0]}: run as root`]
        : []),
      ...warnings,
    ],
  };
}
