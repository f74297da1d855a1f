import { entryOf } from '../host/tree-files.ts';
import { Carver } from './carver.ts';
import type { Ledger } from './ledger.ts';
import { measure } from './measure.ts';

/** A directory that is no engine's: one store for each directory in it, and one for what lies beside them. */
export async function directoryLedger(path: string, progress?: (entries: number) => void): Promise<Ledger> {
  const carver = new Carver();
  const device = entryOf(path)?.device;
  const files = carver.add({ kind: 'other', id: path, name: 'files in it', path });
  carver.cut(path, files, (entry) =>
    entry.kind === 'directory' && entry.device === device
      ? carver.add({
          kind: 'directory',
          id: entry.name,
          name: entry.name,
          path: path === '/' ? `/${entry.name}` : `${path}/${entry.name}`,
        })
      : files,
  );
  carver.trees.splice(0, carver.trees.length, ...carver.trees.filter(({ bucket }) => bucket !== files));
  return measure({ source: { path, what: 'directory' }, carver, holders: [], notJudged: [], warnings: [] }, progress);
}
