import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { size } from './help/format.ts';
import { show } from './help/messages.ts';
import { creates, failures, said, says } from './help/said.ts';

/** 64 inodes of 512 bytes in blocks of 4 KiB: what a new inode chunk needs in one piece (xfs, without sparse inodes). */
const CHUNK_BLOCKS = 8;

export const xfsNoContiguousInodeChunk: Cause = {
  id: 'xfs-no-contiguous-inode-chunk',
  title: 'xfs finds no piece large enough for new inodes',
  severity: 'critical',
  prevalence: 'B',
  about:
    'xfs makes inodes in chunks of 64, and a chunk must lie in one piece. On a fragmented file system with many small holes, creating files fails with "No space left on device" ' +
    'although both df and df -i show room (IFree of xfs is an estimate); appending to existing files still works. File systems made with sparse=1 need only a small piece.',
  confirm: '`xfs_info` says sparse=0 and `xfs_spaceman -c "freesp -s"` shows no free extent of 8 blocks or more.',
  lookAlikes: [
    { cause: 'xfs-imaxpct', tell: 'df -i shows 0 free' },
    { cause: 'inodes-exhausted', tell: 'df -i shows 0 free' },
    { cause: 'overlay2-container-size-quota', tell: 'only below one directory: a project quota' },
  ],
  nextCheck: {
    run: "xfs_spaceman -c 'freesp -s' /var/lib/docker",
    why: 'shows the largest free extent; below 8 blocks no inode chunk fits',
  },
  remedies: ['grow-file-system', 'xfs-delete-large-files', 'xfs-remake-with-sparse'],
  sources: ['kernel fs/xfs/libxfs/xfs_ialloc.c (xfs_ialloc_ag_alloc)', 'mkfs.xfs(8), sparse'],
  find(scene) {
    const failed = failures(scene);
    const sparse = scene.facts.first('xfs-info', (info) => info.sparse === true);
    const old = scene.facts.first('xfs-info', (info) => info.sparse === false);
    const holes = scene.facts.last('xfs-free-space', (free) => free.extents > 0);
    const row = fileSystems(scene).find((fs) => fs.type === 'xfs' && fullness(fs) !== 'full');
    const subject = row?.mountpoint ?? holes?.value.path ?? old?.value.device ?? 'the xfs file system';
    const proofs = [
      ...(old ? [evidence(old, 'made without sparse inodes')] : []),
      ...(holes ? [evidence(holes, 'the largest free extent')] : []),
      ...(row ? [evidence(row.fact, 'df shows room')] : []),
      ...show(failed, 'creating failed'),
    ];
    if (holes && holes.value.largestExtentBlocks < CHUNK_BLOCKS) {
      const certain = old !== undefined && failed.length > 0;
      return [
        {
          confidence: certain ? 'confirmed' : 'likely',
          severity: failed.length > 0 ? 'critical' : 'warning',
          subject,
          evidence: proofs,
          explanation: `The largest free piece has at most ${holes.value.largestExtentBlocks} blocks; a chunk of 64 inodes needs ${CHUNK_BLOCKS}. Files cannot be created although ${holes.value.blocks} blocks are free.`,
          score: 90,
        },
      ];
    }
    if (holes || sparse || failed.length === 0) return [];
    if (old && row) {
      return [
        {
          confidence: 'likely',
          subject,
          evidence: proofs,
          explanation: `${subject} has ${size(row.available)} available and was made without sparse inodes: a new chunk of 64 inodes must lie in one piece.`,
          score: 60 + (failed.some(creates) ? 10 : 0),
        },
      ];
    }
    const inodesFree = scene.facts.has('df-inodes', (value) => value.inodes > 0 && value.free > 0);
    if (
      scene.from === 'host' ||
      !says(scene, 'xfs') ||
      !(row || says(scene, 'df-shows-space')) ||
      !(inodesFree || says(scene, 'inodes'))
    )
      return [];
    return [
      {
        confidence: 'possible',
        subject,
        evidence: [...proofs, ...said(scene, 'xfs')],
        explanation:
          'Creating fails on xfs with space and inodes left: a fragmented file system may have no piece large enough for 64 inodes.',
        score: 50,
      },
    ];
  },
};
