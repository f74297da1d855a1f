import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CaptureEntry, CaptureHead, LoadedEntry } from './capture-format.ts';
import { UllageError } from './host.ts';

interface CaptureFile {
  name: string;
  text: string;
}

/**
 * Writes a capture: one archive when the name ends in `.tar.gz` or `.tgz`, else a directory.
 * It appears under its name only when it is complete, readable by its owner alone. What is
 * already there stays, unless `force`.
 */
export async function writeCapture(
  target: string,
  head: CaptureHead,
  entries: readonly LoadedEntry[],
  options: { force?: boolean } = {},
): Promise<void> {
  const files = captureFiles(head, entries);
  const path = resolve(target);
  const force = options.force === true;
  // in the same directory: rename(2) is atomic only within one file system
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    if (!force && (await exists(path))) throw alreadyThere(target);
    if (/\.(?:tar\.gz|tgz)$/i.test(path)) {
      await writeWhole(temporary, await archive(basename(path).replace(/\.(?:tar\.gz|tgz)$/i, ''), files));
      await publishFile(temporary, path, target, force);
    } else {
      await mkdir(join(temporary, 'files'), { recursive: true, mode: 0o700 });
      for (const file of files) await writeWhole(join(temporary, file.name), Buffer.from(file.text, 'utf8'));
      await publishDirectory(temporary, path, target, force);
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (error instanceof UllageError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const todo =
      code === 'ENOSPC' || code === 'EDQUOT' ? 'Write it where there is room, with -o.' : 'Give another place with -o.';
    throw new UllageError('the capture could not be written', `${target}: ${(error as Error).message}`, todo, {
      cause: error,
    });
  }
}

/** The manifest first, so that a reader of a stream knows what follows. */
function captureFiles(head: CaptureHead, entries: readonly LoadedEntry[]): CaptureFile[] {
  const files: CaptureFile[] = [];
  const listed = entries.map(({ entry, stdout, stderr, content }, index): CaptureEntry => {
    const number = String(index).padStart(4, '0');
    const file = (suffix: string, text: string | undefined) => {
      if (text === undefined || (text === '' && suffix !== 'content')) return undefined;
      files.push({ name: `files/${number}.${suffix}`, text });
      return `files/${number}.${suffix}`;
    };
    if (entry.kind === 'run') {
      const { stdout: _out, stderr: _err, ...rest } = entry;
      const out = file('stdout', stdout);
      const err = file('stderr', stderr);
      return { ...rest, ...(out ? { stdout: out } : {}), ...(err ? { stderr: err } : {}) };
    }
    const { content: _content, ...rest } = entry;
    const name = file('content', content);
    return { ...rest, ...(name ? { content: name } : {}) };
  });
  return [{ name: 'manifest.json', text: `${JSON.stringify({ ...head, entries: listed }, null, 1)}\n` }, ...files];
}

async function archive(directory: string, files: readonly CaptureFile[]): Promise<Uint8Array> {
  const { packTar } = await import('modern-tar');
  const { gzip } = await import('node:zlib');
  const mtime = new Date();
  const tar = await packTar(
    files.map(({ name, text }) => {
      const body = Buffer.from(text, 'utf8');
      return {
        header: { name: `${directory}/${name}`, size: body.length, type: 'file' as const, mode: 0o600, mtime },
        body,
      };
    }),
  );
  return await promisify(gzip)(tar);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function publishFile(temporary: string, path: string, target: string, force: boolean): Promise<void> {
  if (force) return rename(temporary, path);
  try {
    // unlike rename, link refuses a name that appeared meanwhile
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw alreadyThere(target);
    // file systems without hard links
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await rename(temporary, path);
  }
}

async function publishDirectory(temporary: string, path: string, target: string, force: boolean): Promise<void> {
  const old = `${temporary}.old`;
  if (force && (await exists(path))) {
    // only a capture is replaced: never a home directory by a slip of the hand
    if (!(await exists(join(path, 'manifest.json'))))
      throw new UllageError('not a capture, so it is not replaced', target, 'Give another place with -o.');
    await rename(path, old);
  }
  try {
    await rename(temporary, path);
  } catch (error) {
    if (await exists(old)) await rename(old, path);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

function alreadyThere(target: string): UllageError {
  return new UllageError(
    'there is already something of that name',
    target,
    'Give another name with -o, or --force to replace it.',
  );
}
