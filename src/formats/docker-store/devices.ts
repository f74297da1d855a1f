import type { StoreFiles } from '../store-files.ts';
import { readJson, whole } from './json.ts';

/** A thin device as devicemapper/metadata/HASH has it (moby daemon/graphdriver/devmapper/deviceset.go). */
export interface StoredDevice {
  /** cache-id of a layer, mount-id of a container, `base` */
  hash: string;
  deviceId: number;
  /** bytes that the driver activates it with */
  size: number;
  transactionId?: number;
  deleted: boolean;
}

const OWN = new Set(['deviceset-metadata', 'transaction-metadata']);
const DIRECTORY = 'devicemapper/metadata';

export function readDevices(files: StoreFiles): StoredDevice[] {
  const devices: StoredDevice[] = [];
  for (const hash of files.list(DIRECTORY).sort()) {
    if (OWN.has(hash) || hash.startsWith('.')) continue;
    const json = readJson(files, `${DIRECTORY}/${hash}`);
    const deviceId = whole(json?.['device_id']);
    const size = whole(json?.['size']);
    // ids have 24 bits (Documentation/admin-guide/device-mapper/thin-provisioning.rst)
    if (deviceId === undefined || deviceId >= 2 ** 24 || size === undefined) continue;
    const transactionId = whole(json?.['transaction_id']);
    devices.push({
      hash,
      deviceId,
      size,
      ...(transactionId === undefined ? {} : { transactionId }),
      deleted: json?.['deleted'] === true,
    });
  }
  return devices;
}
