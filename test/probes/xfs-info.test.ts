import { expect, test } from 'vitest';
import { xfsInfo } from '../../src/probes/xfs-info.ts';
import { known, pasted } from './scan.ts';

const TEXT = `meta-data=/dev/sdb1              isize=512    agcount=4, agsize=262144 blks
         =                       sectsz=512   attr=2, projid32bit=1
         =                       crc=1        finobt=1, sparse=0, rmapbt=0
         =                       reflink=1    bigtime=1 inobtcount=1 nrext64=0
data     =                       bsize=4096   blocks=1048576, imaxpct=25
         =                       sunit=0      swidth=0 blks
naming   =version 2              bsize=8192   ascii-ci=0, ftype=0
log      =internal log           bsize=4096   blocks=16384, version=2
realtime =none                   extsz=4096   blocks=0, rtextents=0`;

test('values by section: the log and the directories have blocks of their own', () => {
  expect(pasted(xfsInfo, 'xfs-info', TEXT)).toEqual([
    {
      device: '/dev/sdb1',
      blockSize: 4096,
      blocks: 1048576,
      agCount: 4,
      inodeSize: 512,
      imaxpct: 25,
      realtimeBlocks: 0,
      sparse: false,
      reflink: true,
      ftype: false,
    },
  ]);
  expect(pasted(xfsInfo, 'xfs-info', TEXT.split('\n').slice(0, 4).join('\n'))).toEqual([]);
});

test('asks about the xfs that holds the data root, not about others', () => {
  const mount = (target: string, fstype = 'xfs') =>
    ['mount', { source: `/dev${target}`, target, fstype, options: [] }] as const;
  const asks = xfsInfo.asks?.(
    known(
      [...mount('/', 'ext4')],
      [...mount('/var')],
      [...mount('/backup')],
      ['engine', { engine: 'docker', root: '/var/lib/docker' }],
    ),
  );
  expect(asks?.map((ask) => (ask.kind === 'run' ? ask.argv : []))).toEqual([['xfs_info', '/var']]);
});
