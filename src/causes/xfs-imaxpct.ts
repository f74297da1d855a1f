import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { allFileSystems, fullness } from './help/file-systems.ts';
import { share, size } from './help/format.ts';
import { show } from './help/messages.ts';
import { failures } from './help/said.ts';

export const xfsImaxpct: Cause = {
  id: 'xfs-imaxpct',
  title: 'xfs may not give more of its space to inodes (imaxpct)',
  severity: 'critical',
  prevalence: 'B',
  about:
    'xfs makes inodes as they are needed, up to a share of the space set at mkfs: 25 % on small file systems, 5 % above 1 TiB, 1 % above 50 TiB. ' +
    'When millions of small files reach it, creating fails with space left. The share can be raised while mounted.',
  confirm:
    '`df -i` shows no free inodes with space left, and inodes x inode size comes to the share that `xfs_info` prints as imaxpct.',
  lookAlikes: [
    { cause: 'inodes-exhausted', tell: 'ext4 and others: the number of inodes is fixed at mkfs' },
    { cause: 'xfs-no-contiguous-inode-chunk', tell: 'df -i still shows free inodes' },
  ],
  nextCheck: { run: 'xfs_info /var/lib/docker', why: 'prints imaxpct and the inode size' },
  remedies: ['xfs-raise-imaxpct', 'grow-file-system'],
  sources: ['mkfs.xfs(8), maxpct', 'xfs_growfs(8), -m'],
  explains: ['inodes-exhausted'],
  find(scene) {
    return scene.facts
      .all('df-inodes', (row) => row.inodes > 0 && row.free === 0)
      .flatMap((fact): Draft[] => {
        const row = fact.value;
        const fs = allFileSystems(scene).find(
          (other) => other.mountpoint === row.mountpoint || other.source === row.filesystem,
        );
        const info = scene.facts.last(
          'xfs-info',
          (value) =>
            value.device === row.mountpoint ||
            value.device === row.filesystem ||
            scene.facts.all('xfs-info').length === 1,
        );
        const isXfs = row.type === 'xfs' || fs?.type === 'xfs' || info !== undefined;
        // df -i of a full xfs shows 0 too: inodes are made from free space
        if (!isXfs || (fs && fullness(fs) === 'full')) return [];
        const limit = info?.value.imaxpct;
        const whole = info === undefined ? fs?.size : info.value.blocks * info.value.blockSize;
        const taken = row.used * (info?.value.inodeSize ?? 512);
        const fits = limit !== undefined && limit > 0 && whole !== undefined && taken >= 0.95 * ((whole * limit) / 100);
        const room = fs ? ` although ${size(fs.available)} are available` : '';
        return [
          {
            confidence: fits ? 'confirmed' : 'likely',
            subject: row.mountpoint,
            evidence: [
              evidence(fact, 'no inode is free'),
              ...(info ? [evidence(info, `inodes may take ${limit ?? '?'} % of the space`)] : []),
              ...(fs ? [evidence(fs.fact, 'space is available')] : []),
              ...show(failures(scene), 'creating failed', 1),
            ],
            explanation: `${row.mountpoint} is xfs and has used all ${row.inodes} inodes it may make${room}${whole === undefined ? '' : `: they take ${size(taken)}, ${share(taken, whole)} of it`}. \`xfs_growfs -m\` raises the share online.`,
            score: fits ? 95 : 70,
          },
        ];
      });
  },
};
