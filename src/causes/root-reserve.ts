import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { type FileSystem, fileSystems, holding } from './help/file-systems.ts';
import { GIB, MIB, share, size } from './help/format.ts';
import { failures, said, says } from './help/said.ts';

export const rootReserve: Cause = {
  id: 'root-reserve',
  title: 'What is left is kept for root',
  severity: 'warning',
  prevalence: 'A',
  about:
    'ext4 keeps five percent of its blocks for root. When the rest is used, ordinary users and user-namespaced or rootless containers get "no space left on device", ' +
    'while root can still write; df shows 0 available though used is less than the size. On a data disk of terabytes those five percent are a lot.',
  confirm: 'f_bavail is 0 while f_bfree is not; tune2fs -l shows the reserved block count.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'size is used + available: nothing is kept back' }],
  nextCheck: {
    run: 'stat -f -c "%f free, %a available, of %S bytes each" /var/lib/docker',
    why: 'the difference is what root alone may take',
  },
  remedies: ['lower-root-reserve', 'docker-builder-prune', 'grow-file-system'],
  sources: ['tune2fs(8)', 'statfs(2)', 'fs/ext4/balloc.c ext4_has_free_clusters'],
  find(scene) {
    return fileSystems(scene).flatMap((fs): Draft[] => {
      const spoken = says(scene, 'reserved-for-root');
      const kept = keptForRoot(fs, spoken ? 1 : 3);
      if (kept === undefined || fs.inContainer) return [];
      if (fs.available > Math.min(64 * MIB, fs.size * 0.01)) return [];
      const exact = fs.fact.kind === 'statfs' || scene.facts.has('ext-super', (ext) => ext.reservedBlocks > 0);
      const refused = refusedToAUser(scene, fs);
      // a file system that is full for everyone has a reserve too: it is the cause only where the
      // reserve is what stops the writer, or what the text looked at
      const leads = refused !== undefined || spoken || (scene.from === 'text' && exact);
      const worth = kept >= GIB && kept >= fs.size * 0.03;
      if (!leads && !worth) return [];
      return [
        {
          confidence: leads ? 'likely' : 'possible',
          severity: leads ? 'critical' : 'notice',
          subject: fs.mountpoint,
          evidence: [
            evidence(fs.fact, `${size(fs.available)} available, ${size(kept)} kept for root`),
            ...(refused ? [evidence(refused, 'an ordinary user was refused')] : []),
            ...said(scene, 'reserved-for-root'),
          ],
          explanation: `${fs.mountpoint} has ${size(fs.available)} for ordinary writers, and ${size(kept)} (${share(kept, fs.size)}) that only root may take${exact ? '' : ' (size less used less available)'}. Lowering the reserve is the quickest way to some room.`,
          score: leads ? 88 : 30,
        },
      ];
    });
  },
};

/** A write to this file system that failed for somebody who is not root: rootless engines, mapped users. */
function refusedToAUser(scene: Scene, fs: FileSystem): Fact<'symptom'> | undefined {
  if (!says(scene, 'rootless')) return undefined;
  return failures(scene).find(
    ({ value }) => value.path === undefined || holding(scene, value.path)?.mountpoint === fs.mountpoint,
  );
}

/** size - used - available: the reserve of ext2/3/4 (f2fs has one too). Under 1 % or a few roundings it is noise. */
function keptForRoot(fs: FileSystem, roundings: number): number | undefined {
  if (fs.type !== undefined && !/^(?:ext[234]|f2fs)$/.test(fs.type)) return undefined;
  const kept = fs.size - fs.used - fs.available;
  return kept > fs.size * 0.01 && kept > roundings * fs.resolution && kept >= 16 * MIB ? kept : undefined;
}
