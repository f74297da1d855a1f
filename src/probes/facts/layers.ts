export interface LayerFacts {
  'layer-directory': LayerDirectory;
  'layer-name': LayerName;
  'pid-file': PidFile;
  'staged-file': StagedFile;
}

/** A directory among the layers of Docker's overlay2 driver. */
export interface LayerDirectory {
  /** the data root */
  root: string;
  name: string;
  /** when something in it itself was last made or removed: seconds since 1970 */
  changed: number;
}

/** A layer that Docker's layer store knows: an image's (cache-id) or a container's (mount-id, init-id). */
export interface LayerName {
  root: string;
  /** absent: the store itself, which was looked through */
  name?: string;
}

/** Written by a daemon when it starts: the time is when that was. */
export interface PidFile {
  path: string;
  changed: number;
}

/** What a pull, load, import or build has put aside before it is a layer. */
export interface StagedFile {
  /** the directory for such files */
  root: string;
  /** what the run made in it: one directory or file for each run */
  name: string;
  /** on disk */
  bytes: number;
  /** when it was last written to: seconds since 1970 */
  changed: number;
}
