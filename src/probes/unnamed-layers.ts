import type { Fact, Facts } from './fact.ts';

export interface UnnamedLayer {
  root: string;
  path: string;
  fact: Fact<'layer-directory'>;
}

/** Names that the layer store gives (stringid.GenerateRandomID); BuildKit's own are shorter and in its own records. */
const OF_LAYER_STORE = /^[0-9a-f]{64}(?:-init)?$/;

/**
 * Directories of layers that Docker's layer store names nowhere, though it was looked through. A running
 * daemon names a layer when it is complete: one that is younger than the daemon may still be at work.
 */
export function unnamedLayers(known: Facts): UnnamedLayer[] {
  const names = new Map<string, Set<string>>();
  for (const { value } of known.all('layer-name')) {
    const set = names.get(value.root) ?? new Set();
    if (value.name !== undefined) set.add(value.name);
    names.set(value.root, set);
  }
  const runs = known.has('process', (one) => /^dockerd?(?:-current)?$/.test(one.program));
  // processes may not have answered, or one was started since they were listed: then its file is there
  const started = known.last('pid-file')?.value.changed ?? (runs ? undefined : Number.POSITIVE_INFINITY);
  if (started === undefined) return [];
  return known
    .all('layer-directory', ({ name, changed }) => OF_LAYER_STORE.test(name) && changed < started)
    .filter(({ value }) => names.get(value.root)?.has(value.name) === false)
    .map((fact) => ({ root: fact.value.root, path: `${fact.value.root}/overlay2/${fact.value.name}`, fact }));
}
