import { entryOf, listEntries, namesIn, textOf } from '../../host/tree-files.ts';
import { type Shape, shape, text, texts } from '../../probes/shape.ts';
import { isInside, readMounts } from '../mounts.ts';

/** The records of containers/storage below one graph root, for one driver. */
export interface StorageRecords {
  driver: string;
  /** `incomplete`: being written, or left so */
  layers: { id: string; parent: string; incomplete: boolean }[];
  images: { id: string; names: string[]; layers: string[]; created?: number }[];
  containers: { id: string; names: string[]; image: string; layer: string; created?: number }[];
  /** files that are there and cannot be understood: then a name that is missing proves nothing */
  unclear: string[];
}

/**
 * Directories that a reboot empties, where records of containers are kept with transient_store (containers-storage.conf(5);
 * layers.go: volatileDir) though their layers lie in a graph root: the usual ones, and what root's configuration names.
 */
export function runRoots(): string[] {
  const named = /^\s*runroot\s*=\s*["'](\/[^"']+)["']/m.exec(textOf('/etc/containers/storage.conf') ?? '')?.[1];
  const users = (namesIn('/run/user') ?? []).map((name) => `/run/user/${name}/containers`);
  const temporary = (namesIn('/tmp') ?? []).flatMap((name) => {
    if (/^storage-run-\d+$/.test(name)) return [`/tmp/${name}`, `/tmp/${name}/containers`];
    return /^containers-user-\d+$/.test(name) ? [`/tmp/${name}/containers`] : [];
  });
  return [...new Set(['/run/containers/storage', ...(named ? [named] : []), ...users, ...temporary])];
}

/** Drivers that have `<driver>-layers` in a graph root. */
export function readStorage(root: string, transient = runRoots()): StorageRecords[] {
  return (listEntries(root) ?? []).flatMap(({ name, kind }): StorageRecords[] => {
    const driver = kind === 'directory' ? /^(.+)-layers$/.exec(name)?.[1] : undefined;
    return driver === undefined ? [] : [readDriver(root, driver, transient)];
  });
}

/** Behind `<root>/<driver>-`; of what ends with the machine. */
const VOLATILE = { layers: 'layers/volatile-layers.json', containers: 'containers/volatile-containers.json' } as const;
const FILES = {
  layers: ['layers/layers.json', VOLATILE.layers],
  images: ['images/images.json'],
  containers: ['containers/containers.json', VOLATILE.containers],
} as const;

/** Another one when any record was written since: each writing puts a new file in the place of the old one. */
export function markOf(root: string, driver: string, transient: readonly string[]): string {
  const paths = [root, ...transient].flatMap((from) =>
    Object.values(FILES)
      .flat()
      .map((file) => `${from}/${driver}-${file}`),
  );
  return paths.map((path) => [entryOf(path)].map((one) => `${one?.inode} ${one?.size} ${one?.changed}`)).join('\n');
}

function readDriver(root: string, driver: string, transient: readonly string[]): StorageRecords {
  const unclear: string[] = [];
  const rows = (files: readonly string[], roots: readonly string[] = [root]): Shape[] =>
    roots
      .flatMap((from) => files.map((file) => `${from}/${driver}-${file}`))
      .flatMap((path) => {
        const content = textOf(path, 2 ** 30);
        if (content === undefined) {
          // no images, no containers, no volatile ones: then there is no such file
          const folder = path.slice(0, path.lastIndexOf('/'));
          const names = namesIn(folder);
          const hidden = names === undefined && path.startsWith(`${root}/`) && entryOf(folder) !== undefined;
          // by name alone: one whose inode is damaged is there too
          if (hidden || names?.some((one) => path.endsWith(`/${one}`))) unclear.push(path);
          return [];
        }
        try {
          // Go writes null for no rows; an empty file is what a power cut leaves
          const value: unknown = JSON.parse(content) ?? [];
          if (!Array.isArray(value) || !value.every(isRow)) throw new SyntaxError();
          return value;
        } catch {
          unclear.push(path);
          return [];
        }
      });
  // of those of other graph roots none lies here
  const here = new Set(namesIn(`${root}/${layerDirectory(driver)}`));
  const layerRows = [
    ...rows(FILES.layers),
    ...rows([VOLATILE.layers], transient).filter(({ id }) => here.has(text(id) ?? '')),
  ];
  const containerRows = [
    ...rows(FILES.containers),
    ...rows([VOLATILE.containers], transient).filter(({ layer }) => here.has(text(layer) ?? '')),
  ];
  return {
    driver,
    layers: layerRows.map((one) => ({
      id: text(one['id']) ?? '',
      parent: text(one['parent']) ?? '',
      incomplete: shape(one['flags'])?.['incomplete'] === true,
    })),
    images: rows(FILES.images).map((one) => ({
      id: text(one['id']) ?? '',
      names: texts(one['names'] ?? []),
      layers: [text(one['layer']) ?? '', ...texts(one['mapped-layers'] ?? [])].filter((id) => id !== ''),
      ...created(one),
    })),
    containers: containerRows.map((one) => ({
      id: text(one['id']) ?? '',
      names: texts(one['names'] ?? []),
      image: text(one['image']) ?? '',
      layer: text(one['layer']) ?? '',
      ...created(one),
    })),
    unclear,
  };
}

export function layerDirectory(driver: string): string {
  return driver === 'vfs' ? 'vfs/dir' : driver === 'btrfs' ? 'btrfs/subvolumes' : driver;
}

/** Where a name is something else than a text, there is one that is not known. */
function isRow(value: unknown): value is Shape {
  const row = shape(value);
  const mapped = row?.['mapped-layers'] ?? [];
  return (
    text(row?.['id']) !== undefined &&
    [row?.['parent'] ?? '', row?.['layer'] ?? ''].every((one) => typeof one === 'string') &&
    Array.isArray(mapped) &&
    mapped.length === texts(mapped).length
  );
}

function created(one: Shape): { created?: number } {
  const at = Date.parse(text(one['created']) ?? '');
  return Number.isFinite(at) && at > 0 ? { created: at } : {};
}

/**
 * `overlay (fuse-overlayfs)` where a program mounts the layers in the kernel's place: the driver notes whether it needs
 * one (containers/storage drivers/overlay, `.has-mount-program`); its name stands in the mount table while it runs.
 */
export function driverName(root: string, driver: string): string {
  if (textOf(`${root}/${driver}/.has-mount-program`, 10)?.trim() !== 'true') return driver;
  const mount = readMounts().find(({ point, type }) => type.startsWith('fuse.') && isInside(point, root));
  return `${driver} (${mount?.type.slice('fuse.'.length) ?? 'mount program'})`;
}
