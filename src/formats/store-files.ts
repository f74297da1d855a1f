/**
 * The files of a store (a Docker root, a containerd root) by paths relative to it, `/` between
 * names, wherever they lie: directories of this machine, or a file system read out of an image.
 */
export interface StoreFiles {
  /** how messages name it */
  readonly name: string;
  /** names in a directory; none where it is missing or no directory */
  list(path: string): string[];
  /**
   * A whole file, or undefined where there is none. Symlinks are not followed.
   * @param most bytes; a longer file reads as undefined
   */
  read(path: string, most: number): Buffer | undefined;
}

/** Docker's own JSON files are kilobytes; a config.v2.json of some MiB has been seen. */
export const LONGEST_JSON = 64 * 2 ** 20;

/** A name that is safe as one part of a path. */
export const isOneName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
