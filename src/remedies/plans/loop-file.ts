import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask, rest } from './planned.ts';

/** A sparse file under a loop device under a pool. Bytes. */
export interface LoopFile {
  what: 'data' | 'metadata';
  /** /dev/loop0 */
  loop: string;
  path: string;
  size: number;
  /** blocks it really has */
  allocated: number;
  /** st_dev of its file system */
  device: string;
}

/** The file below `majmin`, by sysfs. @throws UllageError when the device is no loop device on a whole file */
export function* loopFileUnder(majmin: string, what: LoopFile['what']): Generator<Look, LoopFile, Ran> {
  const link = (yield* ask(['readlink', `/sys/dev/block/${majmin}`])).stdout.trim();
  const name = /\/block\/(loop\d+)$/.exec(link)?.[1];
  if (name === undefined)
    throw new UllageError(
      `the ${what} of the pool is not a loop file`,
      `${majmin} is ${link.replace(/^.*\//, '') || 'not known'}`,
      'An LVM pool is grown by: ullage plan thin-extend',
    );
  const loop = `/dev/${name}`;
  const backing = yield* rest(`the file under ${loop}`, ['cat', `/sys/block/${name}/loop/backing_file`]);
  const path = backing.stdout.replace(/\n$/, '');
  if (!path.startsWith('/') || path.endsWith(' (deleted)'))
    throw new UllageError(
      `the ${what} file of the pool cannot be reached by its name`,
      `${loop}: ${path || backing.stderr.trim()}`,
      'It was deleted while in use, or lies in another mount namespace. Save what is in the pool: ullage rescue',
    );
  for (const [attribute, wrong] of [
    ['offset', 'begins in the middle of its file'],
    ['sizelimit', 'has a size limit'],
  ] as const) {
    const said = yield* ask(['cat', `/sys/block/${name}/loop/${attribute}`]);
    if (said.stdout.trim() !== '0')
      throw new UllageError(`the loop device ${wrong}`, `${loop} on ${path}`, 'That is none of Docker’s loop pools');
  }
  const stat = yield* rest(`the size of ${path}`, ['stat', '-c', '%s %d', path]);
  const blocks = yield* ask(['stat', '-c', '%b %B', path]);
  const [size, device] = stat.stdout.trim().split(' ');
  const [count = 0, unit = 0] = blocks.stdout.trim().split(' ').map(Number);
  if (!size || !device) throw new UllageError('the file of the pool is not there', path, stat.stderr.trim());
  return { what, loop, path, size: Number(size), allocated: count * unit, device };
}
