import type { BlockReader } from '../formats/block-reader.ts';
import type { RawInodes } from '../formats/ext4/raw-inodes.ts';
import type { Superblock } from '../formats/ext4/superblock.ts';
import type { Answer, Directory, InodeCount } from '../host/scan-answer.ts';
import { DirectoryReader, type ReadDirectory } from './ext4-directories.ts';

/** what is kept from one run to the next notes files of so many bytes, or blocks of 512 bytes */
const LARGE = { blocks: 2048, size: 2 ** 20 };
/** directories of one batch */
const AT_ONCE = 2048;
/** bits of a place in a batch, below those of an inode number */
const PLACES = 2 ** 20;

/** What directories of a batch hold beside their sums; each begins with the place of its directory. */
interface Apart {
  folders: [place: number, directory: Directory][];
  /** place, then as in an answer */
  links: number[];
  noted: number[];
  names: string[];
}

/**
 * Sums of directories of a mounted ext4, from its device: names in the order of their blocks, inodes in the order of their
 * tables. Only what was last changed before `settled` counts so; a directory with anything else in it, a mount
 * point, or a checksum that does not match is left to be read by its path, as a whole.
 */
export class Ext4Count implements InodeCount {
  /** by inode, the lowest last; directories have their names and what these name near their own inodes */
  #wave: Directory[] = [];
  #next: Directory[] = [];
  /** inodes of directories: one that is met again, as a damaged file system may have it, is left to the kernel */
  readonly #met = new Set<number>();
  readonly #raw: RawInodes;
  readonly #mounted: ReadonlySet<string>;
  readonly #settled: number;
  readonly #source: { reader: BlockReader; superblock: Superblock };
  #names: DirectoryReader | undefined;

  constructor(
    reader: BlockReader,
    superblock: Superblock,
    raw: RawInodes,
    { mounts, settled }: { mounts: readonly string[]; settled: number },
  ) {
    this.#source = { reader, superblock };
    this.#raw = raw;
    this.#mounted = new Set(mounts);
    this.#settled = settled;
  }

  add(directories: readonly Directory[]): void {
    for (const one of directories) this.#next.push(one);
  }

  left(): number {
    return this.#wave.length + this.#next.length;
  }

  step(): Answer {
    const { reader, superblock } = this.#source;
    this.#names ??= new DirectoryReader(reader, superblock, this.#raw, this.#settled);
    if (this.#wave.length === 0) {
      this.#wave = this.#next.sort((a, b) => b[2] - a[2]);
      this.#next = [];
    }
    const some: Directory[] = [];
    const again: Directory[] = [];
    for (const one of this.#wave.splice(-AT_ONCE).reverse()) {
      (this.#met.has(one[2]) ? again : some).push(one);
      this.#met.add(one[2]);
    }
    try {
      const { batch, rest, later } = this.#names.read(some);
      for (const one of later.reverse()) {
        this.#met.delete(one[2]);
        this.#wave.push(one);
      }
      const apart = this.#look(this.#names, batch);
      this.#lookAgain(batch);
      return this.#answer(batch, apart, [...again, ...rest]);
    } catch {
      // the device cannot be read there, or is not what it seemed
      return this.#answer([], NOTHING, [...some, ...again]);
    }
  }

  /** Every inode that was named, in the order of the tables. */
  #look(names: DirectoryReader, batch: readonly ReadDirectory[]): Apart {
    const apart: Apart = { folders: [], links: [], noted: [], names: [] };
    const keys = names.inodes.subarray(0, names.found);
    for (let i = 0; i < keys.length; i++) keys[i] = (keys[i] as number) * PLACES + i;
    keys.sort();
    const raw = this.#raw;
    const settled = this.#settled;
    const inodes = keys.map((key) => Math.floor(key / PLACES));
    raw.each(inodes, (at, index) => {
      const inode = inodes[index] as number;
      const entry = (keys[index] as number) - inode * PLACES;
      const place = names.owners[entry] as number;
      const owner = batch[place] as ReadDirectory;
      const ctime = at < 0 ? Number.POSITIVE_INFINITY : raw.ctime(at);
      if (ctime >= settled || !raw.isInUse(at) || !raw.isPlain(at) || !raw.isGood(at, inode)) owner.byPath = true;
      if (owner.byPath) return true;
      const [blocks, size] = [raw.blocks(at), raw.size(at)];
      if (ctime > owner.newest) owner.newest = ctime;
      const [path, bucket, , kept] = owner.directory;
      if (raw.isDirectory(at)) {
        const child = join(path, names.name(names.records[entry] as number));
        if (this.#mounted.size > 0 && this.#mounted.has(String(child))) owner.byPath = true;
        apart.folders.push([place, [child, bucket, inode, kept]]);
        owner.folders++;
        owner.blocks += blocks;
        return true;
      }
      owner.files++;
      const nlink = raw.nlink(at);
      if (nlink > 1) apart.links.push(place, bucket, inode, blocks * 512, size, nlink, ctime);
      else {
        owner.apparent += size;
        owner.blocks += blocks;
      }
      if (kept > 0 && (blocks >= LARGE.blocks || size >= LARGE.size)) {
        const child = join(path, names.name(names.records[entry] as number));
        // such names are not noted: the scanner by path says that it is not whole
        if (typeof child !== 'string') owner.byPath = true;
        else {
          apart.noted.push(place, bucket, inode, raw.mtime(at), ctime, blocks, size);
          apart.names.push(child.slice(kept));
        }
      }
      return true;
    });
    return apart;
  }

  /** Names that changed while they were read were perhaps not all seen. */
  #lookAgain(batch: readonly ReadDirectory[]): void {
    const raw = this.#raw;
    raw.each(
      Float64Array.from(batch, ({ directory }) => directory[2]),
      (at, index) => {
        const one = batch[index] as ReadDirectory;
        if (!raw.isInUse(at) || raw.ctime(at) !== one.ctime || raw.mtime(at) !== one.mtime) one.byPath = true;
        return true;
      },
    );
  }

  #answer(batch: readonly ReadDirectory[], apart: Apart, rest: readonly Directory[]): Answer {
    const isCounted = (place: number): boolean => batch[place]?.byPath === false;
    const byPath = [...rest];
    const rows: number[] = [];
    const noted = columns(apart.noted, isCounted);
    const names = apart.names.filter((_, index) => isCounted(apart.noted[index * COLUMNS] as number));
    const spoiled: number[] = [];
    for (const one of batch) {
      const { directory } = one;
      const [path, bucket, inode, kept] = directory;
      if (one.byPath) {
        byPath.push(directory);
        continue;
      }
      rows.push(bucket, one.apparent, one.blocks * 512, one.files, one.folders, one.newest);
      if (kept > 0 && typeof path === 'string') {
        noted.push(bucket, inode, one.mtime, one.ctime, one.ownBlocks, one.size);
        names.push(path.slice(kept));
      } else if (kept > 0) spoiled.push(bucket);
    }
    for (const [place, folder] of apart.folders) if (isCounted(place)) this.#next.push(folder);
    return {
      rows: Float64Array.from(rows),
      links: Float64Array.from(columns(apart.links, isCounted)),
      rest: byPath,
      done: this.left() === 0,
      moved: 0,
      errors: [],
      failed: 0,
      skipped: 0,
      noted: Float64Array.from(noted),
      names: names.join('\0'),
      spoiled,
    };
  }
}

const NOTHING: Apart = { folders: [], links: [], noted: [], names: [] };

/** of a link and of what is noted, with its place */
const COLUMNS = 7;

/** Rows of those whose directory is counted, without their places. */
function columns(rows: readonly number[], isCounted: (place: number) => boolean): number[] {
  const taken: number[] = [];
  for (let i = 0; i < rows.length; i += COLUMNS)
    if (isCounted(rows[i] as number)) for (let k = 1; k < COLUMNS; k++) taken.push(rows[i + k] as number);
  return taken;
}

const SLASH = Buffer.from('/');

function join(path: string | Uint8Array, name: string | Uint8Array): string | Uint8Array {
  return typeof path === 'string' && typeof name === 'string'
    ? `${path}/${name}`
    : Buffer.concat([Buffer.from(path), SLASH, Buffer.from(name)]);
}
