import { dockerSize } from './docker-size.ts';
import type { DockerDeviceMapper } from './facts/device-mapper.ts';
import { flag } from './shape.ts';
import { count } from './size.ts';

type Draft = { -readonly [K in keyof DockerDeviceMapper]: DockerDeviceMapper[K] };

/**
 * The devicemapper driver's status pairs (moby daemon/graphdriver/devmapper/driver.go, Status),
 * by the name Docker prints. Docker 1.2 to 24 print subsets of these.
 */
const FIELDS = new Map<string, (dm: Draft, value: string) => void>(
  Object.entries({
    'Pool Name': (dm, value) => {
      if (value !== '') dm.poolName = value;
    },
    'Pool Blocksize': size('blockSize'),
    'Base Device Size': size('baseDeviceSize'),
    'Backing Filesystem': (dm, value) => {
      if (value !== '') dm.backingFileSystem = value;
    },
    // Docker up to 1.6 prints the sparse file itself here, later ones the loop device
    'Data file': (dm, value) => {
      dm.dataFile = value;
      if (/^\/(?!dev\/)/.test(value)) dm.dataLoopFile = value;
    },
    'Metadata file': (dm, value) => {
      dm.metadataFile = value;
      if (/^\/(?!dev\/)/.test(value)) dm.metadataLoopFile = value;
    },
    'Data loop file': (dm, value) => {
      if (value !== '') dm.dataLoopFile = value;
    },
    'Metadata loop file': (dm, value) => {
      if (value !== '') dm.metadataLoopFile = value;
    },
    'Data Space Used': size('dataUsed', 'resolution'),
    'Data Space Total': size('dataTotal', 'resolution'),
    'Data Space Available': size('dataAvailable', 'resolution'),
    'Metadata Space Used': size('metadataUsed', 'metadataResolution'),
    'Metadata Space Total': size('metadataTotal', 'metadataResolution'),
    'Metadata Space Available': size('metadataAvailable', 'metadataResolution'),
    'Thin Pool Minimum Free Space': size('minimumFree', 'resolution'),
    'Udev Sync Supported': yes('udevSync'),
    'Deferred Removal Enabled': yes('deferredRemoval'),
    'Deferred Deletion Enabled': yes('deferredDeletion'),
    'Deferred Deleted Device Count': (dm, value) => {
      const number = count(value);
      if (number !== undefined) dm.deferredDeletedCount = number;
    },
    'Library Version': (dm, value) => {
      if (value !== '') dm.libraryVersion = value;
    },
  }),
);

export const DOCKER_DM_KEYS: readonly string[] = [...FIELDS.keys()];

/** The thin pool Docker described in these pairs; undefined when they are another driver's. */
export function dockerDeviceMapper(pairs: Iterable<readonly [string, string]>): DockerDeviceMapper | undefined {
  const dm: Draft = {};
  for (const [key, value] of pairs) FIELDS.get(key)?.(dm, value);
  const known =
    dm.poolName !== undefined ||
    dm.dataUsed !== undefined ||
    dm.dataTotal !== undefined ||
    dm.dataAvailable !== undefined ||
    dm.baseDeviceSize !== undefined;
  const meta = dm.metadataUsed !== undefined || dm.metadataTotal !== undefined || dm.minimumFree !== undefined;
  return known || meta ? dm : undefined;
}

type SizeField =
  | 'blockSize'
  | 'baseDeviceSize'
  | 'dataUsed'
  | 'dataTotal'
  | 'dataAvailable'
  | 'metadataUsed'
  | 'metadataTotal'
  | 'metadataAvailable'
  | 'minimumFree';

function size(field: SizeField, widest?: 'resolution' | 'metadataResolution') {
  return (dm: Draft, value: string): void => {
    const parsed = dockerSize(value);
    if (!parsed) return;
    dm[field] = parsed.bytes;
    if (widest) dm[widest] = Math.max(dm[widest] ?? 0, parsed.resolution);
  };
}

function yes(field: 'udevSync' | 'deferredRemoval' | 'deferredDeletion') {
  return (dm: Draft, value: string): void => {
    const parsed = flag(value);
    if (parsed !== undefined) dm[field] = parsed;
  };
}
