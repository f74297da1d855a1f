import { fstatSync, writeSync } from 'node:fs';

/**
 * Standard output into a file is written whole or fails: Node takes what a disk had no more room for to be
 * written (nodejs/node v20, lib/internal/fs/sync_write_stream.js).
 */
export function writeOutputWhole(stream: NodeJS.WriteStream & { fd: number }): void {
  if (stream.isTTY || !isFile(stream.fd)) return;
  stream._write = (chunk: Buffer, _encoding, done) => {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(stream.fd, chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
