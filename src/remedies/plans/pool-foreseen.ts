import type { Changes } from './foresee.ts';
import { type Committed, metadataReserve } from './thin-committed.ts';
import { METADATA_BLOCK, type Pool, SECTOR } from './thin-pool.ts';

export interface PoolSizes {
  /** bytes the pool has afterwards */
  dataBytes: number;
  metadataBytes?: number;
  /** blocks it gets back; default none */
  freedBytes?: number;
  files?: readonly { path: string; size: number }[];
}

/** What facts say of a pool that has grown. */
export function poolGrows(pool: Pool, { dataBytes, metadataBytes, freedBytes = 0, files = [] }: PoolSizes): Changes {
  const blocks = Math.floor(dataBytes / pool.blockSize);
  const factor = dataBytes / (pool.sectors * SECTOR);
  return {
    'dm-table': (table) => (table.name === pool.name ? { ...table, length: dataBytes / SECTOR } : table),
    'dm-status': (status) =>
      status.name === pool.name && status.thinPool
        ? {
            ...status,
            length: dataBytes / SECTOR,
            thinPool: {
              ...status.thinPool,
              mode: 'rw',
              totalData: blocks,
              usedData: Math.max(0, status.thinPool.usedData - Math.floor(freedBytes / pool.blockSize)),
              ...(metadataBytes === undefined ? {} : metadataOf(status.thinPool, metadataBytes)),
            },
          }
        : status,
    file: (file) => {
      const grown = files.find((one) => one.path === file.path);
      return grown ? { ...file, size: grown.size } : file;
    },
    // Docker keeps a share of the pool free, ten percent unless told otherwise
    'docker-dm': (info) =>
      info.minimumFree === undefined ? info : { ...info, minimumFree: Math.floor(info.minimumFree * factor) },
  };
}

/** The kernel's reserve grows with the metadata, and it counts as used. */
function metadataOf(
  { usedMetadata, totalMetadata }: { usedMetadata: number; totalMetadata: number },
  bytes: number,
): { usedMetadata: number; totalMetadata: number } {
  const total = Math.floor(bytes / METADATA_BLOCK);
  const more = metadataReserve(total) - metadataReserve(totalMetadata);
  return { usedMetadata: Math.min(total, usedMetadata + more), totalMetadata: total };
}

/** What facts say of a pool that works again after it failed or turned read-only, with that much metadata. */
export function poolOpened(name: string, used: Committed | undefined, metadataBytes: number): Changes {
  if (!used) return {};
  const totalMetadata = Math.floor(metadataBytes / METADATA_BLOCK);
  return {
    'dm-status': ({ failed, ...status }) =>
      status.name === name
        ? {
            ...status,
            thinPool: {
              transactionId: 0,
              discard: 'discard_passdown',
              whenFull: 'queue',
              ...status.thinPool,
              usedMetadata: Math.min(totalMetadata, used.usedMetadata + metadataReserve(totalMetadata)),
              totalMetadata,
              usedData: used.usedData,
              totalData: used.totalData,
              mode: 'rw',
              needsCheck: false,
            },
          }
        : { ...status, ...(failed === undefined ? {} : { failed }) },
  };
}
