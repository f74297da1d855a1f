import type { StoredContainer } from '../formats/docker-store/containers.ts';
import type { StoredImage } from '../formats/docker-store/images.ts';
import type { FileTree, TreePart } from '../formats/file-tree.ts';
import type { Damage } from '../formats/format-error.ts';
import type { StoreFiles } from '../formats/store-files.ts';
import type { ThinStore } from './thin-store.ts';

/** What can be rescued from, whatever it lies in. */
export interface RescueSource {
  /** as the operator named it */
  name: string;
  /** storage driver or snapshotter; `none` for a plain file system */
  driver: string;
  images: readonly StoredImage[];
  containers: readonly StoredContainer[];
  /** Docker's directories, where they are there */
  files?: StoreFiles;
  /** where the driver keeps its layers in a thin pool */
  thin?: ThinStore;
  /** a plain file system without a store in it */
  tree?: FileTree;
  /** full sentences */
  notes: string[];
  damage: Damage[];
  /**
   * All files of a layer or container as a mount of it alone would show them, by its name in the
   * driver's store. With overlay2 that is the layer's own files only.
   * @throws UllageError or FormatError
   */
  layer(name: string): TreePart;
  /**
   * Where containers are unions of layers: all of a container's files as its mount shows them, and
   * what is missing of it, in sentences.
   * @throws UllageError
   */
  union?(container: StoredContainer & { mountId: string }): { part: TreePart; missing: string[] };
  close(): void;
}

export interface RescueOptions {
  /** Docker data root, disks, a file system */
  sources: readonly string[];
  data?: string;
  metadata?: string;
  dockerRoot?: string;
  /** `VG/POOL` where there are several */
  pool?: string;
  /** storage driver, where a Docker root has been used with several */
  driver?: string;
}
