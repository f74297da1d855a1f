import { FormatError } from '../format-error.ts';
import { btreeMappings } from './bmap-btree.ts';
import { EXTENT_BYTES, type Mapping, unpackExtent } from './extent.ts';
import type { Fork } from './inode.ts';
import { applyPending } from './pending.ts';
import { blockPosition, type Volume } from './volume.ts';

/**
 * Where the blocks of a fork lie, ascending and never overlapping. What cannot be known comes as
 * {@link Mapping} `lost`.
 * @throws FormatError where the list contradicts itself: what was yielded cannot be relied on
 */
export function forkMappings(volume: Volume, fork: Fork, realtime = false): Iterable<Mapping> {
  const checker = new Checker(volume, fork, realtime);
  const checked = fork.format === 'btree' ? streamed(volume, fork, checker) : listed(fork, checker);
  const maps = fork.which === 'data' ? volume.pending.maps.get(fork.inode) : undefined;
  return maps === undefined ? checked : applyPending(checked, maps);
}

/** The few that lie in the inode. */
function listed(fork: Fork, checker: Checker): Mapping[] {
  if (fork.extents * EXTENT_BYTES > fork.bytes.length)
    throw fault(fork, `${fork.extents} extents said to lie in the inode`);
  const all: Mapping[] = [];
  for (let i = 0; i < fork.extents; i++) all.push(checker.next(unpackExtent(fork.bytes, i * EXTENT_BYTES)));
  checker.end();
  return all;
}

function* streamed(volume: Volume, fork: Fork, checker: Checker): Generator<Mapping> {
  for (const mapping of btreeMappings(volume, fork)) yield checker.next(mapping);
  checker.end();
}

/** What is true of every list of mappings. */
class Checker {
  private readonly volume: Volume;
  private readonly fork: Fork;
  private readonly realtime: boolean;
  private seen = 0;
  private reached = 0;
  private whole = true;

  constructor(volume: Volume, fork: Fork, realtime: boolean) {
    this.volume = volume;
    this.fork = fork;
    this.realtime = realtime;
  }

  next(mapping: Mapping): Mapping {
    const { fork } = this;
    if (mapping.kind === 'lost') {
      this.whole = false;
      this.reached = Math.max(this.reached, mapping.end);
      return mapping;
    }
    this.seen++;
    const { start, count, block } = mapping;
    if (start < this.reached || count === 0 || !Number.isSafeInteger(start))
      throw fault(
        fork,
        `extent ${this.seen} of the ${fork.which} fork begins at block ${start}, after block ${this.reached}`,
      );
    const end = start + count;
    this.reached = end;
    if (this.realtime || blockPosition(this.volume.sb, block, count) !== undefined) return mapping;
    return { kind: 'lost', start, end, what: 'extent points outside the file system', position: fork.position };
  }

  end(): void {
    const { fork } = this;
    if (this.whole && this.seen !== fork.extents)
      throw fault(fork, `${fork.which} fork has ${this.seen} extents, the inode says ${fork.extents}`);
  }
}

function fault(fork: Fork, detail: string): FormatError {
  return new FormatError('extents contradict themselves', `inode ${fork.inode}`, fork.position, detail);
}
