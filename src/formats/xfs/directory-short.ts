import { u64 } from './bytes.ts';

/**
 * Names of a directory kept in its inode: xfs_dir2_sf_hdr and xfs_dir2_sf_entry.
 * A string says why the rest cannot be read.
 */
export function* shortformEntries(
  bytes: Buffer,
  size: number,
  ftype: boolean,
): Generator<{ name: Buffer; inode: number } | string> {
  if (size < 6 || size > bytes.length) {
    yield `directory of ${size} bytes in the inode`;
    return;
  }
  const wide = bytes[1] !== 0;
  const count = bytes[0] as number;
  const width = wide ? 8 : 4;
  let at = 2 + width;
  for (let i = 0; i < count; i++) {
    const length = at < size ? (bytes[at] as number) : 0;
    const end = at + 3 + length + (ftype ? 1 : 0) + width;
    if (length === 0 || end > size) {
      yield `entry ${i + 1} runs past the directory's end`;
      return;
    }
    const number = end - width;
    yield {
      name: Buffer.from(bytes.subarray(at + 3, at + 3 + length)),
      inode: wide ? u64(bytes, number) : bytes.readUInt32BE(number),
    };
    at = end;
  }
  if (at !== size) yield `directory of ${size} bytes whose entries end at ${at}`;
}
