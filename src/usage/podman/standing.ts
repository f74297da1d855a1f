import { textOf } from '../../host/tree-files.ts';
import { layerDirectory, type StorageRecords } from './records.ts';

/** Layers whose record says that they are not whole, and that nothing stands on. */
export function brokenOf(records: StorageRecords): Set<string> {
  const broken = new Set(records.layers.flatMap(({ id, incomplete }) => (incomplete ? [id] : [])));
  for (const id of heldOf(records)) broken.delete(id);
  return broken;
}

/** Layers that are whole, and below no image and no container. */
export function unusedOf({ layers, images, containers }: StorageRecords): Set<string> {
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]));
  const unused = new Set(layers.flatMap(({ id, incomplete }) => (incomplete ? [] : [id])));
  for (const top of [...images.flatMap((image) => image.layers), ...containers.map(({ layer }) => layer)])
    for (let id: string | undefined = top, depth = 0; id && depth < 1000; id = parents.get(id), depth++)
      unused.delete(id);
  return unused;
}

/** What an image, a container or another layer stands on is theirs, whatever its flags. */
export function heldOf({ layers, images, containers }: StorageRecords): string[] {
  return [
    ...images.flatMap((image) => image.layers),
    ...containers.map(({ layer }) => layer),
    ...layers.flatMap(({ parent, incomplete }) => (incomplete ? [] : [parent])),
  ];
}

/** `l/<LINK>` of every layer below one that is named. */
export function lowerLinks(root: string, driver: string, named: ReadonlySet<string>): Set<string> {
  return new Set(
    [...named].flatMap(
      (id) =>
        textOf(`${root}/${layerDirectory(driver)}/${id}/lower`, 1 << 20)
          ?.trim()
          .split(':') ?? [],
    ),
  );
}
