import type { BlockReader } from '../block-reader.ts';
import type { FileTree, TreeState } from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { featureNames, INCOMPAT, unknownIncompat } from './features.ts';
import { findSuperblock } from './find-superblock.ts';
import { recoverLog } from './log/recover.ts';
import { withRealtime } from './realtime.ts';
import type { Superblock } from './superblock.ts';
import { XfsTree } from './tree.ts';
import type { Volume } from './volume.ts';

export interface XfsOptions {
  /** the log's device, for file systems made with `-l logdev` */
  log?: BlockReader;
  /** the realtime device, for those made with `-r rtdev` */
  realtime?: BlockReader;
}

/**
 * An XFS file system as a tree, versions 4 and 5. A log that is not empty is replayed into memory.
 * @throws FormatError when there is none, or it has features that are not known
 */
export function openXfs(source: BlockReader, options: XfsOptions = {}): FileTree {
  const { sb, note } = findSuperblock(source);
  const notes = note === undefined ? [] : [note];
  const unknown = unknownIncompat(sb.incompat);
  if (unknown.length > 0)
    throw new FormatError(
      'file system has features that are not known here',
      source.name,
      216,
      `${unknown.join(', ')}: made by a newer mkfs.xfs; mount it with the kernel that wrote it`,
    );
  notes.push(...warnings(sb, source));
  const recovered = recoverLog(source, sb, options.log);
  notes.push(...recovered.notes);
  const state: TreeState = { clean: recovered.log === 'empty' && note === undefined, log: recovered.log, notes };
  const volume: Volume = {
    reader: recovered.reader,
    sb: recovered.sb,
    realtimeAt: undefined,
    pending: recovered.pending,
  };
  if (sb.realtime.start > 0) volume.realtimeAt = sb.realtime.start * sb.blockSize;
  else if (options.realtime !== undefined) {
    volume.realtimeAt = source.size;
    volume.reader = withRealtime(volume.reader, options.realtime);
  }
  return new XfsTree(volume, featureNames({ ...recovered.sb, versionBits: sb.versionBits }), state);
}

function warnings(sb: Superblock, source: BlockReader): string[] {
  const notes: string[] = [];
  if (sb.incompat & INCOMPAT.needsRepair)
    notes.push('The file system asks for xfs_repair before it is mounted (needsrepair): a repair was cut off.');
  if (sb.inProgress) notes.push('mkfs.xfs or xfs_growfs did not come to its end here.');
  if (source.size < sb.blocks * sb.blockSize)
    notes.push(
      `The source has ${source.size} bytes, the file system ${sb.blocks * sb.blockSize}: what lies after is lost.`,
    );
  return notes;
}
