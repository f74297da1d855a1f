import { entryOf } from '../host/tree-files.ts';
import { Carver } from './carver.ts';
import type { Ledger } from './ledger.ts';
import type { LookOptions } from './look-options.ts';
import { measure } from './measure.ts';
import { mountOf, mountsInside, readMounts } from './mounts.ts';

/** A directory that is no engine's: one store for each directory in it, and one for what lies beside them. */
export async function directoryLedger(path: string, options: LookOptions): Promise<Ledger> {
  const carver = new Carver(options.without);
  const device = entryOf(path)?.device;
  // another part of this file system that is mounted here is counted where it lies
  const mounts = new Set(mountsInside([path]));
  const at = (name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);
  const apart: string[] = [];
  const files = carver.add({ kind: 'other', id: path, name: 'files in it', path });
  carver.cut(path, files, (entry) => {
    const place = at(entry.name);
    if (entry.kind !== 'directory' || mounts.has(place)) return files;
    if (entry.device === device)
      return carver.add({ kind: 'directory', id: entry.name, name: entry.name, path: place });
    // nobody mounted it: a subvolume, whose blocks may be those of others here as well
    apart.push(place);
    return files;
  });
  carver.trees.splice(
    0,
    carver.trees.length,
    ...carver.trees.filter(({ bucket, raw }) => bucket !== files || raw !== undefined),
  );
  const source = mountOf(path, readMounts())?.source ?? '';
  const warnings =
    apart.length === 0
      ? []
      : [
          `${apart.length} ${apart.length === 1 ? 'subvolume is' : 'subvolumes are'} not counted, so sums are too small: ${apart[0]}: name the file system's device for all of them: ullage usage ${source}`,
        ];
  return measure({ source: { path, what: 'directory' }, carver, holders: [], notJudged: [], warnings }, options);
}
