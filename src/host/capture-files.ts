import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { UllageError } from './host.ts';
import { MAX_PACKED, tooLarge, unpack } from './unpack.ts';

/** One text of a capture: a longer one is cut, as the host doors cut. */
const MAX_FILE = 64 * 1024 * 1024;

export interface CaptureFiles {
  /** how messages name the manifest */
  manifestName: string;
  manifest: string;
  /** a file beside the manifest; text in UTF-8 (other bytes replaced), or why there is none */
  text(name: string): Promise<{ text: string; note?: string } | { missing: string }>;
}

/** Opens a directory (or the manifest in one) or an archive; UllageError when it is neither. */
export async function openCaptureFiles(path: string): Promise<CaptureFiles> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UllageError(
      'the capture cannot be opened',
      `${path}: ${missing ? 'no such file or directory' : (error as Error).message}`,
      'Give the archive or the directory that ullage capture made.',
      { cause: error },
    );
  }
  if (found.isDirectory()) return fromDirectory(path);
  if (!found.isFile()) throw notOne(path, 'neither a file nor a directory');
  if (basename(path) === 'manifest.json') return fromDirectory(dirname(path));
  return fromArchive(path);
}

async function fromDirectory(directory: string): Promise<CaptureFiles> {
  const root = await realpath(directory);
  const manifestName = join(directory, 'manifest.json');
  const read = async (name: string) => {
    let real: string;
    try {
      real = await realpath(join(root, name));
    } catch {
      return { missing: `${name} is missing` };
    }
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new UllageError(
        'not a capture that can be read',
        `${join(directory, name)}: a link that leads out of the capture`,
        'Do not trust this capture; ask whoever made it.',
      );
    }
    const bytes = await readRegular(real, MAX_FILE);
    return bytes ? decode(bytes.bytes, name, bytes.cut) : { missing: `${name} cannot be read` };
  };
  const manifest = await read('manifest.json');
  if ('missing' in manifest) throw notOne(directory, 'it holds no manifest.json that can be read');
  return { manifestName, manifest: manifest.text, text: read };
}

async function fromArchive(path: string): Promise<CaptureFiles> {
  const packed = await readRegular(path, MAX_PACKED);
  if (!packed) throw notOne(path, 'it cannot be read');
  if (packed.cut) throw tooLarge(path, MAX_PACKED);
  const files = await unpack(packed.bytes, path);
  // the manifest at the top, or in the archive's one directory
  const name = [...files.keys()]
    .filter((key) => /^(?:[^/]+\/)?manifest\.json$/.test(key))
    .sort((a, b) => a.length - b.length)[0];
  const manifest = name === undefined ? undefined : files.get(name);
  if (name === undefined || !manifest) throw notOne(path, 'it holds no manifest.json');
  const prefix = name.slice(0, -'manifest.json'.length);
  return {
    manifestName: `${path}: manifest.json`,
    manifest: decode(manifest, name, manifest.length > MAX_FILE).text,
    async text(file) {
      const bytes = files.get(prefix + file);
      return bytes ? decode(bytes, file, bytes.length > MAX_FILE) : { missing: `${file} is missing` };
    },
  };
}

/** Undefined when it is no regular file or cannot be read. A FIFO in a hostile directory does not block. */
async function readRegular(path: string, max: number): Promise<{ bytes: Buffer; cut: boolean } | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, max));
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { bytes: bytes.subarray(0, length), cut: size > max };
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array, name: string, cut: boolean): { text: string; note?: string } {
  const kept = cut ? bytes.subarray(0, MAX_FILE) : bytes;
  return {
    text: Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('utf8'),
    ...(cut ? { note: `${name} is cut at ${MAX_FILE / 1024 / 1024} MiB` } : {}),
  };
}

function notOne(path: string, why: string): UllageError {
  return new UllageError(
    'not a capture',
    `${path}: ${why}`,
    'Give the archive or the directory that ullage capture made.',
  );
}
