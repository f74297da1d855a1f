import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { KnownTree } from './known-trees.ts';

/** Another layout, another first line: what does not begin with it is not read. */
const MAGIC = 'ullage known trees 2\n';
/** Counted anew after a week, whatever the proof says: ms. */
const LIFETIME = 7 * 86_400_000;
const MOST = 2 ** 30;
/** So much of the cache's own file system stays free: a full disk is not filled further. */
const KEPT_FREE = { part: 0.1, bytes: 256 * 2 ** 20 };

/** Where what was counted is kept between runs: `$XDG_CACHE_HOME`, for root `/var/cache`, else `~/.cache`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv, user = process.geteuid?.() ?? -1): string | undefined {
  const named = environment['XDG_CACHE_HOME'];
  if (named?.startsWith('/')) return join(named, 'ullage');
  if (user === 0) return '/var/cache/ullage';
  const home = environment['HOME'];
  return home?.startsWith('/') ? join(home, '.cache', 'ullage') : undefined;
}

/** The trees that were counted below `root`, by path; none where there is no file that may be trusted. */
export function readKnownTrees(directory: string, root: string, now: number): Map<string, KnownTree> {
  const known = new Map<string, KnownTree>();
  try {
    if (!isOurs(directory)) return known;
    const bytes = readOwn(fileOf(directory, root));
    const head = bytes.indexOf('\n', MAGIC.length);
    if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || head < 0) return known;
    const [sum = '', length = ''] = bytes.toString('latin1', MAGIC.length, head).split(' ');
    const table = bytes.subarray(head + 1, head + 1 + Number(length));
    if (crc32(table) !== Number(sum)) return known;
    const rows = JSON.parse(table.toString()) as { root: string; trees: Row[] };
    if (rows.root !== root) return known;
    let at = head + 1 + table.length;
    for (const { path, key, counted, sums, length: size, crc } of rows.trees) {
      const part = bytes.subarray(at, at + size);
      at += size;
      if (part.length !== size || crc32(part) !== crc) return new Map();
      if (counted > now || now - counted > LIFETIME) continue;
      // a copy of its own, so that its doubles are aligned
      known.set(path, { path, key, counted, sums, proof: new Uint8Array(part) });
    }
    return known;
  } catch {
    // missing, denied, damaged: then everything is counted
    return new Map();
  }
}

interface Row extends Omit<KnownTree, 'proof'> {
  length: number;
  crc: number;
}

/** Keeps them for the next run, all or none; false where that is not possible or the disk is nearly full. */
export function writeKnownTrees(directory: string, root: string, trees: readonly KnownTree[]): boolean {
  const rows = trees.map(({ proof, ...row }): Row => ({ ...row, length: proof.length, crc: crc32(proof) }));
  const table = Buffer.from(JSON.stringify({ root, trees: rows }));
  const size = table.length + trees.reduce((sum, { proof }) => sum + proof.length, 0);
  const path = fileOf(directory, root);
  const beside = `${path}.${process.pid}`;
  try {
    if (size > MOST || !hasRoom(dirname(directory), size)) return false;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isOurs(directory)) return false;
    rmSync(beside, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const fd = openSync(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      for (const part of [
        Buffer.from(`${MAGIC}${crc32(table)} ${table.length}\n`),
        table,
        ...trees.map((one) => one.proof),
      ])
        for (let done = 0; done < part.length; ) done += writeSync(fd, part, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
    sweep(directory);
    return true;
  } catch {
    try {
      rmSync(beside, { force: true });
    } catch {
      // a directory that went away: then so did the file
    }
    return false;
  }
}

function fileOf(directory: string, root: string): string {
  return join(directory, `usage-${createHash('sha256').update(root).digest('hex').slice(0, 24)}`);
}

/** Files of roots that nobody looked at for so long that they say nothing any more, and of runs that were cut off. */
function sweep(directory: string): void {
  const before = Date.now() - LIFETIME;
  for (const name of readdirSync(directory).filter((one) => /^usage-[0-9a-f]{24}(?:\.\d+)?$/.test(one))) {
    const path = join(directory, name);
    if (lstatSync(path).mtimeMs < before) rmSync(path, { force: true });
  }
}

/** Nobody else may write there, or put another directory in its place. */
function isOurs(directory: string): boolean {
  const user = process.geteuid?.() ?? -1;
  const own = lstatSync(directory, { throwIfNoEntry: false });
  const above = lstatSync(dirname(directory), { throwIfNoEntry: false });
  if (!own?.isDirectory() || own.uid !== user || (own.mode & 0o077) !== 0) return false;
  return above?.isDirectory() === true && (above.uid === user || above.uid === 0) && (above.mode & 0o022) === 0;
}

function readOwn(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, uid, mode } = fstatSync(fd);
    if (size > MOST || uid !== process.geteuid?.() || (mode & 0o170077) !== 0o100000) throw new Error('not ours');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function hasRoom(path: string, size: number): boolean {
  let at = path;
  while (at !== '/' && !lstatSync(at, { throwIfNoEntry: false })) at = dirname(at);
  const { bavail, bsize, blocks, ffree, files } = statfsSync(at);
  const free = bavail * bsize - size;
  return (
    free >= KEPT_FREE.bytes &&
    free >= blocks * bsize * KEPT_FREE.part &&
    (files === 0 || ffree >= files * KEPT_FREE.part)
  );
}
