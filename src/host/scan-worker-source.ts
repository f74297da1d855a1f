/**
 * What reads directories, in the main thread for a moment and in each worker (scan-device.ts): plain
 * JavaScript as text, so that the command works as one bundled file. `scanner` keeps a stack of directories and
 * reads them and what lies below depth first, one at each `next`; `answer` gives the sums since the last one.
 *
 * A directory is [path, bucket, inode, kept]; path is text, or a Buffer where a name is no UTF-8. Sums are rows of
 * [bucket, apparent, onDisk, files, directories, newest]; links are [bucket, inode, onDisk, apparent, nlink, ctime] in
 * turn. Where `kept` (the length of the tree's own path) is not 0, directories and large files are noted as
 * [bucket, inode, mtime, ctime, blocks, size], with their names below the tree; `spoiled` are buckets of which that is not whole.
 *
 * `unchanged` says whether all that a proof names (known-trees.ts) is as it was.
 */
export const SCANNER_SOURCE = `
'use strict';
function scanner({ readdirSync, lstatSync }, { device, mounts }) {
const mounted = new Set(mounts);
const SLASH = Buffer.from('/');
const DIRECTORY = 0o040000, TYPE = 0o170000;
/** blocks of 512 bytes, bytes: a file of so much is looked at again, whatever its directory says */
const LARGE = 2048, LARGE_SIZE = 1048576;
const stack = [];
let sums, links, moved, errors, failed, skipped, noted, names, spoiled;
clear();

function clear() {
  sums = new Map(); links = []; moved = 0; errors = []; failed = 0; skipped = 0;
  noted = []; names = []; spoiled = new Set();
}

const text = (path) => typeof path === 'string' ? path : path.toString();
const join = (path, name) => typeof path === 'string' && typeof name === 'string' ? path + '/' + name
  : Buffer.concat([Buffer.from(path), SLASH, Buffer.from(name)]);

function note(path, error, bucket) {
  spoiled.add(bucket);
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') { moved++; return; }
  failed++;
  if (errors.length < 20) errors.push([text(path), error.code || String(error.message)]);
}

function namesOf(path) {
  const names = readdirSync(path);
  for (let i = 0; i < names.length; i++)
    if (names[i].includes('\\ufffd')) return readdirSync(path, { encoding: 'buffer' });
  return names;
}

function next() {
  const [path, bucket, inode, kept] = stack.pop();
  let own;
  try { own = namesOf(path); } catch (error) { note(path, error, bucket); return; }
  let sum = sums.get(bucket);
  if (sum === undefined) sums.set(bucket, (sum = [0, 0, 0, 0, 0]));
  const before = stack.length;
  let apparent = 0, blocks = 0, files = 0, folders = 0, newest = sum[4];
  const linked = [];
  for (let i = 0; i < own.length; i++) {
    const child = join(path, own[i]);
    let stat;
    try { stat = lstatSync(child); } catch (error) { note(child, error, bucket); continue; }
    if (stat.dev !== device) {
      skipped++;
      spoiled.add(bucket);
      // what nobody mounted there is a subvolume, or a file that an overlay shows from elsewhere
      if (!mounted.has(text(child))) note(child, { code: 'EXDEV' }, bucket);
      continue;
    }
    if (stat.ctimeMs > newest) newest = stat.ctimeMs;
    if ((stat.mode & TYPE) === DIRECTORY) {
      if (mounted.size > 0 && mounted.has(text(child))) { skipped++; spoiled.add(bucket); continue; }
      folders++;
      blocks += stat.blocks;
      stack.push([child, bucket, stat.ino, kept]);
    } else {
      files++;
      if (stat.nlink > 1) linked.push(bucket, stat.ino, stat.blocks * 512, stat.size, stat.nlink, stat.ctimeMs);
      else { apparent += stat.size; blocks += stat.blocks; }
      if (kept > 0 && (stat.blocks >= LARGE || stat.size >= LARGE_SIZE)) keep(child, bucket, stat, kept);
    }
  }
  // somebody may have put a link where the directory stood: then this was another place
  let after;
  try { after = lstatSync(path); } catch { after = undefined; }
  if (after === undefined || after.ino !== inode || after.dev !== device) {
    moved++;
    spoiled.add(bucket);
    stack.length = before;
    return;
  }
  sum[0] += apparent; sum[1] += blocks * 512; sum[2] += files; sum[3] += folders; sum[4] = newest;
  for (let i = 0; i < linked.length; i++) links.push(linked[i]);
  if (kept > 0) keep(path, bucket, after, kept);
}

function keep(path, bucket, stat, kept) {
  if (typeof path !== 'string') { spoiled.add(bucket); return; }
  noted.push(bucket, stat.ino, stat.mtimeMs, stat.ctimeMs, stat.blocks, stat.size);
  names.push(path.slice(kept));
}

function unchanged(path, proof) {
  const [rows, links] = new Float64Array(proof.buffer, proof.byteOffset, 2);
  const seen = new Float64Array(proof.buffer, proof.byteOffset + 16, rows * 5);
  const below = Buffer.from(proof.buffer, proof.byteOffset + (2 + rows * 5 + links * 3) * 8,
    proof.byteLength - (2 + rows * 5 + links * 3) * 8).toString().split('\\0');
  if (rows < 1 || below.length !== rows + 1) return false;
  for (let i = 0, at = 0; i < rows; i++, at += 5) {
    const stat = lstatSync(path + below[i]);
    if (stat.ctimeMs !== seen[at + 2] || stat.mtimeMs !== seen[at + 1] || stat.ino !== seen[at]) return false;
    if (stat.blocks !== seen[at + 3] || stat.size !== seen[at + 4] || stat.dev !== device) return false;
  }
  return true;
}

return {
  next,
  left: () => stack.length,
  add(dirs) {
    for (const [path, ...more] of dirs) stack.push([typeof path === 'string' ? path : Buffer.from(path), ...more]);
  },
  /** the first so many: the highest, with the most below them */
  give: (count) => stack.splice(0, count),
  unchanged(path, proof) {
    try { return unchanged(path, proof); } catch { return false; /* gone, or not to be read: it is not the same */ }
  },
  answer(rest) {
    const rows = new Float64Array(sums.size * 6);
    let at = 0;
    for (const [bucket, sum] of sums) { rows[at++] = bucket; for (const value of sum) rows[at++] = value; }
    const answer = {
      rows, links: Float64Array.from(links), rest, done: stack.length === 0, moved, errors, failed, skipped,
      noted: Float64Array.from(noted), names: names.join('\\0'), spoiled: [...spoiled],
    };
    clear();
    return answer;
  },
};
}
`;

/**
 * A worker: sent directories it goes on until none are left, and tells what it found every `budget` milliseconds; it
 * gives away half of what is left when `wanting` says that another one has nothing to do. Sent { path, place, proof } it looks at a proof.
 */
export const SCAN_WORKER_SOURCE = `${SCANNER_SOURCE}
const { parentPort, workerData } = require('node:worker_threads');
const { wanting, budget } = workerData;
const scan = scanner(require('node:fs'), workerData);
/** milliseconds: what takes less is not worth a message */
const LEAST = 1;

parentPort.on('message', (sent) => {
  if (!Array.isArray(sent)) {
    parentPort.postMessage({ place: sent.place, same: scan.unchanged(sent.path, sent.proof) });
    return;
  }
  scan.add(sent);
  while (scan.left() > 0) {
    const begun = performance.now();
    let rest = [];
    while (scan.left() > 0) {
      scan.next();
      const took = performance.now() - begun;
      if (took > budget) break;
      if (took > LEAST && scan.left() > 1 && Atomics.load(wanting, 0) > 0 && Atomics.exchange(wanting, 0, 0) > 0) {
        rest = scan.give(scan.left() >> 1);
        break;
      }
    }
    parentPort.postMessage(scan.answer(rest));
  }
});
`;
