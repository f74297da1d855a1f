import { createHash } from 'node:crypto';
import { listEntries, textOf } from '../../host/tree-files.ts';
import { shape, text, texts } from '../../probes/shape.ts';

/** An image as Docker's image store has it (moby image/fs.go, image/store.go). */
export interface ImageRecord {
  /** `sha256:…` */
  id: string;
  /** `name:tag, name@digest` */
  names: string[];
  /** chain ids of its layers, from the bottom */
  chains: string[];
  created?: number;
}

/** Images under `<root>/image/<driver>`. Those whose configuration cannot be read are told in `unclear`. */
export function readImages(store: string): { images: ImageRecord[]; unclear: string[] } {
  const unclear: string[] = [];
  const names = namesOf(json(`${store}/repositories.json`));
  const images = (listEntries(`${store}/imagedb/content/sha256`) ?? []).flatMap(({ name }): ImageRecord[] => {
    const path = `${store}/imagedb/content/sha256/${name}`;
    const config = shape(json(path));
    const diffs = texts(shape(config?.['rootfs'])?.['diff_ids'] ?? []);
    if (!config) {
      unclear.push(path);
      return [];
    }
    const id = `sha256:${name}`;
    const created = Date.parse(text(config['created']) ?? '');
    return [
      { id, names: names.get(id) ?? [], chains: chainIds(diffs), ...(Number.isFinite(created) ? { created } : {}) },
    ];
  });
  return { images, unclear };
}

/** OCI image specification, config.md: ChainID(L0..Ln) = sha256(ChainID(L0..Ln-1) + " " + DiffID(Ln)). */
export function chainIds(diffs: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diff of diffs) {
    const before = chains.at(-1);
    chains.push(
      before === undefined ? diff : `sha256:${createHash('sha256').update(`${before} ${diff}`).digest('hex')}`,
    );
  }
  return chains;
}

/** repositories.json: `{Repositories: {busybox: {'busybox:latest': 'sha256:…', 'busybox@sha256:…': 'sha256:…'}}}`. */
function namesOf(value: unknown): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const repository of Object.values(shape(shape(value)?.['Repositories']) ?? {})) {
    for (const [name, id] of Object.entries(shape(repository) ?? {}))
      if (typeof id === 'string') names.set(id, [...(names.get(id) ?? []), name]);
  }
  return names;
}

function json(path: string): unknown {
  try {
    return JSON.parse(textOf(path) ?? '');
  } catch {
    return undefined;
  }
}
