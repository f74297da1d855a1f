import type { RawAttribute } from './attribute-names.ts';

/** Attributes kept in the inode: xfs_attr_sf_hdr and xfs_attr_sf_entry. A string says why the rest cannot be read. */
export function* shortformAttributes(bytes: Buffer): Generator<RawAttribute | string> {
  const size = bytes.length >= 4 ? bytes.readUInt16BE(0) : 0;
  if (size < 4 || size > bytes.length) {
    yield `attributes of ${size} bytes in the inode`;
    return;
  }
  const count = bytes[2] as number;
  let at = 4;
  for (let i = 0; i < count; i++) {
    const nameLength = at + 3 <= size ? (bytes[at] as number) : 0;
    const value = at + 3 + nameLength;
    const end = value + (bytes[at + 1] as number);
    if (nameLength === 0 || end > size) {
      yield `attribute ${i + 1} runs past its end`;
      return;
    }
    yield { flags: bytes[at + 2] as number, name: bytes.subarray(at + 3, value), value: bytes.subarray(value, end) };
    at = end;
  }
}
