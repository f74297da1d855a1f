import type { DirectoryEntry, OnDamage } from '../file-tree.ts';
import { blockEntries } from './directory-block.ts';
import { directoryBlocks } from './directory-blocks.ts';
import { shortformEntries } from './directory-short.ts';
import type { Inode } from './inode.ts';
import { inodePosition, type Volume } from './volume.ts';

/** Names of a directory in any of its forms, in the order of the disk. */
export function* directoryEntries(volume: Volume, inode: Inode, damaged: OnDamage): Generator<DirectoryEntry> {
  const source = `${volume.reader.name}, inode ${inode.inode}`;
  const report = (what: string, offset: number): void =>
    damaged({ what: `directory: ${what}`, source, offset, lost: 'names in it' });
  if (inode.data.format === 'local') {
    const found = shortformEntries(inode.data.bytes, inode.size, volume.sb.ftype);
    yield* checkedEntries(volume, found, inode.doubtful, (what) => report(what, inode.data.position));
  } else
    for (const block of directoryBlocks(volume, inode, report))
      yield* checkedEntries(volume, blockEntries(volume, block.bytes), block.doubtful ?? inode.doubtful, (what) =>
        report(what, block.position),
      );
}

function* checkedEntries(
  volume: Volume,
  found: Iterable<{ name: Buffer; inode: number } | string>,
  doubtful: string | undefined,
  report: (what: string) => void,
): Generator<DirectoryEntry> {
  for (const one of found) {
    const entry = typeof one === 'string' ? one : checkedEntry(volume, one.name, one.inode);
    if (typeof entry === 'string') report(entry);
    else if (entry !== undefined) yield doubtful === undefined ? entry : { ...entry, doubtful };
  }
}

/** A name and inode as they were found, or why they are none. `.` and `..` give undefined. */
function checkedEntry(volume: Volume, name: Buffer, inode: number): DirectoryEntry | string | undefined {
  if (name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e))) return undefined;
  if (name.includes(0) || name.includes(0x2f)) return 'an entry has a name no file can have';
  if (inodePosition(volume.sb, inode) === undefined) return `an entry names inode ${inode}, which cannot be`;
  return { name, inode };
}
