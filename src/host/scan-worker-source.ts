/**
 * What runs in each worker of scan-trees.ts: plain JavaScript as text, so that the command works as
 * one bundled file. It is sent directories, reads them and what lies below depth first for a few
 * milliseconds, and answers with sums by bucket and with the directories it did not come to.
 *
 * A directory is [path, bucket, inode]; path is text, or a Buffer where a name is no UTF-8. Sums are rows of
 * [bucket, apparent, onDisk, files, directories, newest]; links are [bucket, inode, onDisk, apparent] in turn.
 */
export const SCAN_WORKER_SOURCE = `
'use strict';
const { readdirSync, lstatSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const { device, mounts, budget } = workerData;
const mounted = new Set(mounts);
const SLASH = Buffer.from('/');
const DIRECTORY = 0o040000, TYPE = 0o170000;
let sums, links, rest, moved, errors, failed, skipped;

const text = (path) => typeof path === 'string' ? path : path.toString();
const join = (path, name) => typeof path === 'string' && typeof name === 'string' ? path + '/' + name
  : Buffer.concat([Buffer.from(path), SLASH, Buffer.from(name)]);

function note(path, error) {
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

function read(dir) {
  const [path, bucket, inode] = dir;
  let names;
  try { names = namesOf(path); } catch (error) { note(path, error); return; }
  let sum = sums.get(bucket);
  if (sum === undefined) sums.set(bucket, (sum = [0, 0, 0, 0, 0]));
  const before = rest.length;
  let apparent = 0, blocks = 0, files = 0, folders = 0, newest = sum[4];
  const own = [];
  for (let i = 0; i < names.length; i++) {
    const child = join(path, names[i]);
    let stat;
    try { stat = lstatSync(child); } catch (error) { note(child, error); continue; }
    if (stat.dev !== device) { skipped++; continue; }
    if (stat.ctimeMs > newest) newest = stat.ctimeMs;
    if ((stat.mode & TYPE) === DIRECTORY) {
      if (mounted.size > 0 && mounted.has(text(child))) { skipped++; continue; }
      folders++;
      blocks += stat.blocks;
      rest.push([child, bucket, stat.ino]);
    } else {
      files++;
      if (stat.nlink > 1) own.push(bucket, stat.ino, stat.blocks * 512, stat.size);
      else { apparent += stat.size; blocks += stat.blocks; }
    }
  }
  // somebody may have put a link where the directory stood: then this was another place
  let after;
  try { after = lstatSync(path); } catch { after = undefined; }
  if (after === undefined || after.ino !== inode || after.dev !== device) {
    moved++;
    rest.length = before;
    return;
  }
  sum[0] += apparent; sum[1] += blocks * 512; sum[2] += files; sum[3] += folders; sum[4] = newest;
  for (let i = 0; i < own.length; i++) links.push(own[i]);
}

parentPort.on('message', (dirs) => {
  sums = new Map(); links = []; moved = 0; errors = []; failed = 0; skipped = 0;
  rest = dirs.map(([path, bucket, inode]) => [typeof path === 'string' ? path : Buffer.from(path), bucket, inode]);
  const until = performance.now() + budget;
  do read(rest.pop()); while (rest.length > 0 && performance.now() < until);
  const rows = new Float64Array(sums.size * 6);
  let at = 0;
  for (const [bucket, sum] of sums) { rows[at++] = bucket; for (const value of sum) rows[at++] = value; }
  parentPort.postMessage({ rows, links: Float64Array.from(links), rest, moved, errors, failed, skipped });
});
`;
