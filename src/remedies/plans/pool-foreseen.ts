import type { Changes } from './foresee.ts';
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
              ...(metadataBytes === undefined ? {} : { totalMetadata: Math.floor(metadataBytes / METADATA_BLOCK) }),
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
