/** Graph drivers whose layers are directories (or subvolumes), and where below the data root. */
export const LAYER_DIRECTORIES = new Map<string, string>(
  Object.entries({
    overlay2: 'overlay2',
    overlay: 'overlay',
    'fuse-overlayfs': 'fuse-overlayfs',
    vfs: 'vfs/dir',
    btrfs: 'btrfs/subvolumes',
    aufs: 'aufs/diff',
  }),
);

/** Names that the layer store gives (moby pkg/stringid GenerateRandomID); BuildKit names its own layers with 25 letters and digits. */
export const OF_LAYER_STORE = /^[0-9a-f]{64}(?:-init)?$/;
export const OF_BUILDKIT = /^[0-9a-z]{25}(?:-init)?$/;

/** Databases that a dockerd keeps open as long as it runs, below the data root. */
export const DAEMON_FILES = [
  'volumes/metadata.db',
  'network/files/local-kv.db',
  'buildkit/metadata_v2.db',
  'buildkit/snapshots.db',
  'buildkit/cache.db',
  'buildkit/containerdmeta.db',
];

/** Its comm: `docker daemon` and `docker -d` until 1.11, Red Hat's `dockerd-current`, balenaEngine. */
export const DAEMON = /^(?:dockerd|docker$|balena)/;
