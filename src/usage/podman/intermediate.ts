import { textOf } from '../../host/tree-files.ts';
import { shape } from '../../probes/shape.ts';
import type { StorageRecords } from './records.ts';

/** Configurations of images are some KiB. */
const MOST = 4 << 20;

/**
 * Images without a name that a build left for its next step: `podman rmi` deletes one together with the last image
 * made from it, unless a container was. Made from it is what has its history and one step more, and its layer below.
 * @returns ids of the images made from it, by its id
 */
export function intermediates(
  root: string,
  { driver, layers, images, containers }: StorageRecords,
): Map<string, string[]> {
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]));
  const used = new Set(containers.map(({ image }) => image));
  const steps = new Map<string, string[]>();
  const stepsOf = (id: string): string[] => {
    const known = steps.get(id) ?? historyOf(`${root}/${driver}-images/${id}`, id);
    steps.set(id, known);
    return known;
  };
  const found = new Map<string, string[]>();
  for (const {
    id,
    names,
    layers: [layer],
  } of images) {
    if (names.length > 0 || used.has(id) || layer === undefined) continue;
    const made = images.filter(
      (one) => one.id !== id && isChild(stepsOf(id), stepsOf(one.id)) && standsOn(one.layers[0] ?? '', layer, parents),
    );
    if (made.length > 0)
      found.set(
        id,
        made.map((one) => one.id),
      );
  }
  return found;
}

function isChild(parent: readonly string[], child: readonly string[]): boolean {
  return parent.length > 0 && child.length === parent.length + 1 && parent.every((step, i) => step === child[i]);
}

function standsOn(top: string, layer: string, parents: ReadonlyMap<string, string>): boolean {
  for (let id: string | undefined = top, depth = 0; id && depth < 1000; id = parents.get(id), depth++)
    if (id === layer) return true;
  return false;
}

/** The configuration is kept under its digest; names that are no plain word stand in base64 after `=` (containers/storage images.go). */
function historyOf(directory: string, id: string): string[] {
  const content = textOf(`${directory}/=${Buffer.from(`sha256:${id}`).toString('base64')}`, MOST);
  try {
    const history = shape(JSON.parse(content ?? ''))?.['history'];
    return Array.isArray(history) ? history.map((step) => JSON.stringify(step)) : [];
  } catch {
    return [];
  }
}
