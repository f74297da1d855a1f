import { type BlockReader, readBytes } from '../block-reader.ts';
import type { TreeState } from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { runs } from './content.ts';
import type { MappingSource } from './extents.ts';
import { type Ext4Inode, INODE_FLAG } from './inode.ts';
import { InodeTable } from './inode-table.ts';
import { replayJournal } from './journal.ts';
import { unpackJournalSuper } from './journal-super.ts';
import { overlayReader } from './overlay.ts';
import type { Superblock } from './superblock.ts';

interface Recovered {
  /** the source as it would be after recovery */
  reader: BlockReader;
  log: TreeState['log'];
  notes: string[];
}

/** Replays the journal over the source, in memory, where the superblock asks for it. */
export function recover(source: BlockReader, superblock: Superblock): Recovered {
  if (superblock.journalInode === 0)
    return superblock.state.needsRecovery
      ? stale(source, 'it lies on another device')
      : { reader: source, log: 'none', notes: [] };
  if (!superblock.state.needsRecovery) return { reader: source, log: 'empty', notes: [] };
  try {
    return replay(source, superblock);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return stale(source, error.message);
  }
}

const stale = (reader: BlockReader, why: string): Recovered => ({
  reader,
  log: 'stale',
  notes: [
    `The file system was not unmounted, and its journal is left out (${why}): the newest changes are missing, and what was half written shows as it stands.`,
  ],
});

function replay(source: BlockReader, superblock: Superblock): Recovered {
  const { blockSize } = superblock;
  const { size, places } = journalFile(source, superblock);
  const position = (block: number): number => {
    let [low, high] = [0, places.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((places[middle]?.logical ?? 0) <= block) low = middle;
      else high = middle - 1;
    }
    const run = places[low];
    if (!run || block < run.logical || block >= run.logical + run.blocks)
      throw new FormatError('block of the journal cannot be found', source.name, 0, `journal block ${block}`);
    return (run.physical + block - run.logical) * blockSize;
  };
  const read = (block: number): Buffer => Buffer.from(readBytes(source, position(block), blockSize).buffer);
  const log = unpackJournalSuper(read(0), Math.floor(size / blockSize));
  if (typeof log === 'string') return stale(source, log);
  if (log.start === 0) return { reader: source, log: 'empty', notes: [] };
  const { blocks, transactions, notes } = replayJournal(read, log);
  if (transactions === 0 && notes.length === 0) return { reader: source, log: 'empty', notes: [] };
  notes.unshift(
    `The file system was not unmounted: ${transactions} transactions of its journal (${blocks.size} blocks) are replayed in memory, as its next mount would.`,
  );
  return { reader: overlayReader(source, blockSize, blocks, position), log: 'replayed', notes };
}

interface Place {
  logical: number;
  blocks: number;
  physical: number;
}

/** Where the journal's file lies: by its inode, or by the copy in the superblock. */
function journalFile(source: BlockReader, superblock: Superblock): { size: number; places: Place[] } {
  const mapping = (seed: number | undefined): MappingSource => ({
    blocks: superblock.blocks,
    blockSize: superblock.blockSize,
    seed,
    readBlock: (block) => Buffer.from(readBytes(source, block * superblock.blockSize, superblock.blockSize).buffer),
  });
  let node: Ext4Inode | undefined;
  try {
    node = new InodeTable(source, superblock).get(superblock.journalInode);
  } catch (error) {
    if (!(error instanceof FormatError) || !superblock.journalBackup) throw error;
  }
  if ((!node || node.doubtful) && superblock.journalBackup) node = fromBackup(superblock.journalBackup);
  if (!node || node.doubtful) throw new FormatError('inode of the journal is damaged', source.name, 0, node?.doubtful);
  const places: Place[] = [];
  for (const run of runs(mapping(node.seed), node)) {
    if (run.kind === 'lost') throw new FormatError('a part of the journal is lost', source.name, 0, run.what);
    places.push(run);
  }
  return { size: node.size, places };
}

/** An inode with no more than its mapping. Its blocks were summed with the real inode's seed: not checked. */
function fromBackup(backup: { blocks: Buffer; size: number }): Ext4Inode {
  const raw = Buffer.alloc(128);
  backup.blocks.copy(raw, 0x28);
  const never = { seconds: 0, nanoseconds: 0 };
  return {
    inode: 8,
    kind: 'file',
    mode: 0o600,
    uid: 0,
    gid: 0,
    size: backup.size,
    nlink: 1,
    atime: never,
    mtime: never,
    ctime: never,
    // extent trees begin with their magic, block maps never
    flags: raw.readUInt16LE(0x28) === 0xf30a ? INODE_FLAG.extents : 0,
    generation: 0,
    attributeBlock: 0,
    raw,
    seed: undefined,
  };
}
