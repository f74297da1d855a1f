import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type BlockFile, readFully } from './block-file.ts';
import { linkOf, textOf } from './tree-files.ts';

/** Files of sysfs say that they are a page long, of up to 64 KiB, whatever is in them. */
const PAGE = 65_536;
/** sysfs counts sizes of devices in sectors of so many bytes, whatever the device's own are. */
const SECTOR = 512;

/** `major:minor` of an st_dev, as glibc takes them apart (gnu_dev_major(3)). */
export function deviceNumbers(device: number): string {
  const major = Math.floor(device / 256) % 4096;
  const minor = (device % 256) + Math.floor(device / 2 ** 20) * 256;
  return `${major}:${minor}`;
}

/**
 * The block device that files with this st_dev lie on, read through its page cache; undefined where it is none
 * (btrfs, overlay, network), its node is not in /dev, or it may not be read.
 */
export function openDeviceOf(device: number): BlockFile | undefined {
  const numbers = deviceNumbers(device);
  const name = linkOf(`/sys/dev/block/${numbers}`)?.split('/').at(-1);
  const sectors = Number(textOf(`/sys/dev/block/${numbers}/size`, PAGE) ?? 0);
  if (name === undefined || !(sectors > 0)) return undefined;
  const path = `/dev/${name.replaceAll('!', '/')}`;
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  const stat = fstatSync(fd);
  if (!stat.isBlockDevice() || stat.rdev !== device) {
    closeSync(fd);
    return undefined;
  }
  return {
    name: path,
    size: sectors * SECTOR,
    readInto: (into, offset) => readFully(fd, path, into, offset),
    close: () => closeSync(fd),
  };
}
