import { entryOf } from '../host/tree-files.ts';
import { Carver } from './carver.ts';
import type { Ledger } from './ledger.ts';
import type { LookOptions } from './look-options.ts';
import { measure } from './measure.ts';
import { mountsInside } from './mounts.ts';

/** A directory that is no engine's: one store for each directory in it, and one for what lies beside them. */
export async function directoryLedger(path: string, options: LookOptions): Promise<Ledger> {
  const carver = new Carver(options.without);
  const device = entryOf(path)?.device;
  // another part of this file system that is mounted here is counted where it lies
  const mounts = new Set(mountsInside([path]));
  const at = (name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);
  const files = carver.add({ kind: 'other', id: path, name: 'files in it', path });
  carver.cut(path, files, (entry) =>
    entry.kind === 'directory' && entry.device === device && !mounts.has(at(entry.name))
      ? carver.add({
          kind: 'directory',
          id: entry.name,
          name: entry.name,
          path: at(entry.name),
        })
      : files,
  );
  carver.trees.splice(
    0,
    carver.trees.length,
    ...carver.trees.filter(({ bucket, raw }) => bucket !== files || raw !== undefined),
  );
  return measure({ source: { path, what: 'directory' }, carver, holders: [], notJudged: [], warnings: [] }, options);
}
