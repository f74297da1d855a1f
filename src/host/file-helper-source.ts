/**
 * The program of the file helper: a second node that opens what may hang. A file operation
 * that hangs (dead NFS server, thin pool out of space) holds a thread of its process until the
 * storage comes back, and a process with such a thread cannot even exit. So it must not be ours.
 *
 * Plain JavaScript as text, for `node -e`: it works from sources and from a bundled file alike.
 * Messages in: `{ id, op: 'read' | 'statfs', path, max }`; out: `{ id, … }` as in file-helper.ts.
 */
export const FILE_HELPER_SOURCE = String.raw`
'use strict';
const { promises: fs, constants } = require('node:fs');
// exit() would wait for a hung thread
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// the terminal's Ctrl-C is for the parent to answer
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => {});

// stat before open: opening a device can do things (a watchdog starts, a tape rewinds), and a
// FIFO blocks without O_NONBLOCK
async function read(path, max) {
  if (!(await fs.stat(path)).isFile()) return { notFile: true };
  const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!(await file.stat()).isFile()) return { notFile: true };
    // no trust in st_size: it is 0 in /proc and 4096 in /sys
    const chunks = [];
    let size = 0;
    while (size <= max) {
      const chunk = Buffer.alloc(Math.min(65536, max + 1 - size));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      size += bytesRead;
    }
    const whole = Buffer.concat(chunks);
    return { content: whole.subarray(0, max).toString('utf8'), truncated: size > max };
  } finally {
    await file.close();
  }
}

async function statfs(path) {
  const s = await fs.statfs(path, { bigint: true });
  return { value: [s.type, s.bsize, s.blocks, s.bfree, s.bavail, s.files, s.ffree].map(String) };
}

process.on('message', async ({ id, op, path, max }) => {
  let answer;
  try {
    answer = op === 'read' ? await read(path, max) : await statfs(path);
  } catch (error) {
    answer = { code: String(error.code || ''), message: String(error.message) };
  }
  if (process.connected) process.send({ id, ...answer });
});
`;
