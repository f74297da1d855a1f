import { UllageError } from './host.ts';

/** A capture of a large host is some 10 MiB; beyond these it is a bomb or no capture. */
export const MAX_PACKED = 256 * 1024 * 1024;
export const MAX_UNPACKED = 512 * 1024 * 1024;

const TRUNCATED = 'Copy or make the capture again: it is cut short or damaged.';

/**
 * The regular files of a `.tar`, `.tar.gz` or `.tar.zst` (told by their first bytes, not by the
 * name), by name. Links and devices in it are left out; nothing is written anywhere.
 */
export async function unpack(
  packed: Uint8Array,
  where: string,
  maxUnpacked = MAX_UNPACKED,
): Promise<Map<string, Uint8Array>> {
  const tar = await decompress(packed, where, maxUnpacked);
  const { unpackTar } = await import('modern-tar');
  const files = new Map<string, Uint8Array>();
  let entries: Awaited<ReturnType<typeof unpackTar>>;
  try {
    // strict: without it a cut archive reads as a shorter one
    entries = await unpackTar(tar, { strict: true });
  } catch (error) {
    // POSIX ustar header: the magic stands at byte 257
    if (Buffer.from(tar.subarray(257, 262)).toString('latin1') !== 'ustar') {
      throw new UllageError(
        'not a capture',
        `${where}: not a tar archive, plain or packed with gzip or zstd`,
        'Give the archive or the directory that ullage capture made; for pasted text use ullage explain.',
        { cause: error },
      );
    }
    throw new UllageError(
      'not a capture that can be read',
      `${where}: ${(error as Error).message.replace(/\.$/, '')}`,
      TRUNCATED,
      { cause: error },
    );
  }
  for (const { header, data } of entries) {
    if (header.type !== 'file' || !data) continue;
    files.set(header.name.replace(/^(?:\.\/)+/, ''), data);
  }
  return files;
}

async function decompress(packed: Uint8Array, where: string, max: number): Promise<Uint8Array> {
  const magic = Buffer.from(packed.subarray(0, 4)).toString('hex');
  try {
    if (magic.startsWith('1f8b')) {
      const { gunzip } = await import('node:zlib');
      return await new Promise((resolve, reject) =>
        gunzip(packed, { maxOutputLength: max }, (error, tar) => (error ? reject(error) : resolve(tar))),
      );
    }
    if (magic === '28b52ffd') return await unzstd(packed, max);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(where, max);
    throw new UllageError('not a capture that can be read', `${where}: ${(error as Error).message}`, TRUNCATED, {
      cause: error,
    });
  }
  return packed;
}

/** node:zlib has zstd from 22.15; fzstd everywhere. In pieces, so that a bomb stops at the limit. */
async function unzstd(packed: Uint8Array, max: number): Promise<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Decompress((chunk, final) => {
    size += chunk.length;
    if (size > max) throw Object.assign(new Error('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
    chunks.push(chunk.slice());
    if (final) ended = true;
  });
  const STEP = 64 * 1024;
  for (let at = 0; at < packed.length; at += STEP)
    stream.push(packed.subarray(at, at + STEP), at + STEP >= packed.length);
  if (!ended) throw new Error('unexpected end of the zstd stream');
  return Buffer.concat(chunks);
}

export function tooLarge(where: string, max: number): UllageError {
  return new UllageError(
    'not a capture that can be read',
    `${where}: larger than ${max / 1024 / 1024} MiB`,
    'Unpack it by hand and look what it holds; a capture of ullage is far smaller.',
  );
}
