import { FormatError } from '../format-error.ts';
import { object, string, whole } from './json.ts';

/**
 * One line of tar-split.json (github.com/vbatts/tar-split tar/storage): bytes of the stream as
 * they were, or a file whose content is in the layer.
 */
export type TarSplitEntry =
  | { kind: 'bytes'; bytes: Buffer }
  | {
      kind: 'file';
      name: Buffer;
      size: number /** CRC-64 (ISO), big-endian, of the content */;
      crc: Buffer | undefined;
    };

const FILE = 1;
const SEGMENT = 2;

/**
 * Lines of a tar-split file, unpacked, in order.
 * @throws FormatError where a line is none or out of its place
 */
export function* tarSplitEntries(lines: Iterable<string>, source: string): Iterable<TarSplitEntry> {
  let place = 0;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const bad = (what: string): never => {
      throw new FormatError(what, source, 0, `line ${place + 1}`);
    };
    let json: ReturnType<typeof object>;
    try {
      json = object(JSON.parse(line));
    } catch {
      json = undefined;
    }
    if (!json) return bad('not a line of tar-split');
    if (whole(json['position']) !== place) return bad('a line of tar-split is missing');
    place++;
    const payload = string(json['payload']);
    if (json['type'] === SEGMENT) yield { kind: 'bytes', bytes: Buffer.from(payload ?? '', 'base64') };
    else if (json['type'] === FILE) {
      const raw = string(json['name_raw']);
      const name = raw === undefined ? Buffer.from(string(json['name']) ?? '', 'utf8') : Buffer.from(raw, 'base64');
      const size = json['size'] === undefined ? 0 : whole(json['size']);
      if (size === undefined) return bad('a file of no known size');
      yield { kind: 'file', name, size, crc: payload === undefined ? undefined : Buffer.from(payload, 'base64') };
    } else bad('a line of an unknown type');
  }
}
