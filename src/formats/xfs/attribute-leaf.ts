import { ATTRIBUTE, type RawAttribute } from './attribute-names.ts';

/** An attribute whose value lies in blocks of its own. */
export interface RemoteAttribute {
  flags: number;
  name: Buffer;
  /** block of the attribute fork, bytes */
  block: number;
  length: number;
}

/** xfs_attr_leafblock, already identified. A string says which attribute cannot be read. */
export function* leafAttributes(bytes: Buffer, version: 4 | 5): Generator<RawAttribute | RemoteAttribute | string> {
  const header = version === 5 ? 80 : 32;
  const count = bytes.readUInt16BE(version === 5 ? 56 : 12);
  if (header + count * 8 > bytes.length) {
    yield `attribute leaf of ${count} entries`;
    return;
  }
  for (let i = 0; i < count; i++) {
    const at = header + i * 8;
    const flags = bytes[at + 6] as number;
    yield entry(bytes, bytes.readUInt16BE(at + 4), flags, header + count * 8) ??
      `attribute ${i + 1} of its leaf is impossible`;
  }
}

function entry(bytes: Buffer, at: number, flags: number, from: number): RawAttribute | RemoteAttribute | undefined {
  const local = (flags & ATTRIBUTE.local) !== 0;
  const nameAt = at + (local ? 3 : 9);
  if (at < from || nameAt > bytes.length) return undefined;
  const nameEnd = nameAt + (bytes[nameAt - 1] as number);
  if (nameEnd > bytes.length) return undefined;
  const name = bytes.subarray(nameAt, nameEnd);
  if (!local) return { flags, name, block: bytes.readUInt32BE(at), length: bytes.readUInt32BE(at + 4) };
  const end = nameEnd + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : { flags, name, value: bytes.subarray(nameEnd, end) };
}
