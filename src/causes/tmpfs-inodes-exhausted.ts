import { type Cause, evidence } from './cause.ts';
import { holding, isInMemory } from './help/file-systems.ts';
import { exhaustedInodes, inodeRows } from './help/inodes.ts';
import { creates, failures, textSeverity } from './help/said.ts';

export const tmpfsInodesExhausted: Cause = {
  id: 'tmpfs-inodes-exhausted',
  title: 'A tmpfs has no inodes left',
  severity: 'critical',
  prevalence: 'C',
  about:
    'A tmpfs such as /run limits the number of its files (nr_inodes, by default one for each page of half the memory, and less where it was set). ' +
    'Runtimes keep sockets, FIFOs and small directories for every container and exec there. When the inodes are used up, mkdir and open fail while df shows /run nearly empty.',
  confirm: 'df -i of the tmpfs shows IFree 0.',
  lookAlikes: [
    { cause: 'run-tmpfs-full', tell: 'df (not df -i) shows the tmpfs at 100 %' },
    { cause: 'inodes-exhausted', tell: 'the path is on a disk' },
  ],
  nextCheck: { run: 'df -i /run /dev/shm /tmp', why: 'shows the inodes of each tmpfs' },
  remedies: ['remount-tmpfs-larger', 'release-deleted'],
  sources: [
    'Documentation/filesystems/tmpfs.rst',
    'mm/shmem.c (mkdir takes an inode and no page)',
    'docker/for-linux#214',
  ],
  explains: ['run-tmpfs-full', 'plain-fs-full'],
  find(scene) {
    const rows = inodeRows(scene).filter((row) => row.tmpfs && row.ratio >= 0.95 && row.inodes > 0);
    if (rows.length > 0)
      return rows.map((row) => ({
        confidence: exhaustedInodes(row) ? 'confirmed' : 'likely',
        severity: exhaustedInodes(row) ? 'critical' : 'warning',
        subject: row.mountpoint,
        evidence: [evidence(row.fact, `${row.free} of ${row.inodes} inodes left`)],
        explanation: `The tmpfs ${row.mountpoint} has ${row.free} of ${row.inodes} inodes left: nothing can be created there, however empty it looks in df.`,
        score: 85,
      }));
    if (scene.from === 'host') return [];
    return failures(scene)
      .filter((fact) => creates(fact) && onTmpfs(fact.value.path))
      .slice(0, 1)
      .map((fact) => {
        const fs = holding(scene, fact.value.path ?? '/run');
        const room = fs !== undefined && isInMemory(fs) && fs.available > fs.size * 0.05;
        return {
          confidence: room ? 'likely' : 'possible',
          severity: textSeverity(scene),
          subject: /^\/(?:var\/)?run/.test(fact.value.path ?? '') ? '/run' : (fact.value.path ?? 'tmpfs'),
          evidence: [
            evidence(fact, 'creating a name on a tmpfs fails'),
            ...(room ? [evidence(fs.fact, 'the tmpfs has bytes to spare')] : []),
          ],
          explanation:
            'What fails is creating a directory or file below /run, a tmpfs: on tmpfs that takes an inode and no space. Its inodes may be used up while df shows room.',
          score: 72,
        };
      });
  },
};

function onTmpfs(path: string | undefined): boolean {
  return /^\/(?:var\/)?run\/(?!lock)|^\/dev\/shm\//.test(path ?? '');
}
