import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type BlockFile, openBlockFile } from './block-file.ts';

/** One read; a multiple of every device's block size. */
const WINDOW = 2 ** 20;
/** Devices address memory in steps of at most so much (queue/dma_alignment, logical block size). */
const ALIGN = 4096;

/**
 * A block device read past the page cache (O_DIRECT). A mounted file system writes its metadata
 * around the cache of its device, so pages that anybody read before would be shown stale.
 * Where the device refuses, `cached` is true and reads go through the page cache.
 * @throws UllageError when it is missing, denied or not a file or block device
 */
export function openDirectFile(path: string): BlockFile & { cached: boolean } {
  const plain = openBlockFile(path);
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    return { ...plain, cached: true };
  }
  const room = new Uint8Array(new ArrayBuffer(WINDOW + ALIGN));
  const start = alignedStart(fd, room);
  if (start < 0) {
    closeSync(fd);
    return { ...plain, cached: true };
  }
  const window = room.subarray(start, start + WINDOW);
  return {
    name: path,
    size: plain.size,
    cached: false,
    readInto(into, offset) {
      for (let done = 0; done < into.length; ) {
        const from = Math.floor((offset + done) / ALIGN) * ALIGN;
        const skip = offset + done - from;
        const wanted = Math.min(WINDOW, Math.ceil((skip + into.length - done) / ALIGN) * ALIGN);
        let got = 0;
        try {
          got = readSync(fd, window, 0, wanted, from) - skip;
        } catch {
          // the error's text and place come from there
        }
        if (got <= 0) return plain.readInto(into.subarray(done), offset + done);
        const taken = Math.min(got, into.length - done);
        into.set(window.subarray(skip, skip + taken), done);
        done += taken;
      }
    },
    close() {
      closeSync(fd);
      plain.close();
    },
  };
}

/** JavaScript cannot see where its memory lies: the first place from which a read is accepted is aligned. */
function alignedStart(fd: number, room: Uint8Array): number {
  for (let start = 0; start < ALIGN; start += 8) {
    try {
      if (readSync(fd, room, start, ALIGN, 0) > 0) return start;
    } catch {
      // EINVAL: not aligned as the device wants it
    }
  }
  return -1;
}
