import type { BlockReader } from '../formats/block-reader.ts';
import { metadataBlocks } from '../formats/dm-thin/blocks.ts';
import { readDevices, type ThinEntry } from '../formats/dm-thin/devices.ts';
import { thinDevice } from '../formats/dm-thin/thin-device.ts';
import type { FileTree } from '../formats/file-tree.ts';
import type { Damage } from '../formats/format-error.ts';
import { openFileSystem } from '../formats/open-file-system.ts';
import { UllageError } from '../host/host.ts';
import type { ThinSource } from './thin/open-pool.ts';

/** file systems kept open: each keeps some MiB of what it read */
const KEPT = 4;

/** The devices of a thin pool, and the file systems in them. */
export class ThinStore {
  readonly source: ThinSource;
  readonly damage: Damage[] = [];
  readonly entries: ReadonlyMap<number, ThinEntry>;
  readonly #data: BlockReader;
  readonly #trees = new Map<number, FileTree>();

  /** @throws UllageError where the data device is missing */
  constructor(source: ThinSource) {
    if (!source.data)
      throw new UllageError(
        'the data of the pool is not there',
        source.metadata.name,
        'Give it with --data: files are in the data device, the metadata only says where',
      );
    this.source = source;
    this.#data = source.data;
    const { blockSize, data } = source.superblock;
    if (source.data.size < data.blocks * blockSize)
      this.damage.push({
        what: 'the data of the pool is cut short',
        source: source.data.name,
        offset: source.data.size,
        lost: `${source.data.name} has ${source.data.size} bytes, the pool ${data.blocks * blockSize}; what lay behind its end is lost`,
      });
    const blocks = metadataBlocks(source.metadata);
    this.entries = new Map(readDevices(blocks, source.superblock, this.damage).map((entry) => [entry.id, entry]));
  }

  /**
   * @param size bytes; without it what the engine or LVM says, or up to the last mapped block
   * @throws UllageError where there is no such device
   */
  device(id: number, size = this.source.names.get(id)?.size): BlockReader {
    const entry = this.entries.get(id);
    const { metadata, superblock, names } = this.source;
    if (entry?.root === undefined)
      throw new UllageError(
        entry ? 'the mappings of the thin device are lost' : 'no such thin device',
        `device ${id} of ${metadata.name}`,
        'ullage rescue ls SOURCE lists them',
      );
    const called = names.get(id)?.name;
    return thinDevice({
      metadata,
      data: this.#data,
      id,
      root: entry.root,
      blockSize: superblock.blockSize,
      dataBlocks: superblock.data.blocks,
      ...(size === undefined ? {} : { size }),
      name: `thin device ${id}${called === undefined ? '' : ` (${called})`}`,
    });
  }

  /** The file system in a device. @throws FormatError where it has none that can be read */
  tree(id: number): FileTree {
    const kept = this.#trees.get(id);
    if (kept) {
      this.#trees.delete(id);
      this.#trees.set(id, kept);
      return kept;
    }
    let tree = openFileSystem(this.device(id));
    // a file system is larger than its last mapped block: its own word on its size is the better one
    if (this.source.names.get(id)?.size === undefined && tree.usage.bytes > tree.reader.size)
      tree = openFileSystem(this.device(id, tree.usage.bytes));
    for (const oldest of this.#trees.keys()) {
      if (this.#trees.size < KEPT) break;
      this.#trees.delete(oldest);
    }
    this.#trees.set(id, tree);
    return tree;
  }

  /** The device that the driver's store calls `hash`. */
  idOf(hash: string): number | undefined {
    for (const [id, name] of this.source.names) if (name.hash === hash && !name.deleted) return id;
    return undefined;
  }

  close(): void {
    this.source.close();
  }
}
