import { type Cause, type Draft, evidence } from './cause.ts';
import { allFileSystems, fullness, holding, mountOf } from './help/file-systems.ts';
import { size } from './help/format.ts';
import { failures, textSeverity } from './help/said.ts';

const NETWORK =
  /^(?:nfs\d?|cifs|smb3?|ceph|fuse\.(?:ceph|glusterfs|s3fs|sshfs|rclone)|glusterfs|lustre|beegfs|9p|virtiofs|afs)$/i;
const SERVER_PATH = /^(?:\/\/[^/]+\/|[\w.-]+:\/|\[[0-9a-f:]+\]:\/)/i;

export const nfsOrNetworkVolume: Cause = {
  id: 'nfs-or-network-volume',
  title: 'A file system of another machine is full',
  severity: 'critical',
  prevalence: 'B',
  about:
    'The path lies on NFS, CIFS, Ceph or the like: the server is full, or has a quota for this export. The error may come only at fsync or close, after writes that seemed to work, ' +
    'and the local disks have nothing to do with it.',
  confirm: 'findmnt -T of the failing path shows a network file system, and df of it (or the server) shows no room.',
  lookAlikes: [
    { cause: 'user-group-quota', tell: 'the message is "disk quota exceeded"' },
    { cause: 'plain-fs-full', tell: 'the file system is local' },
  ],
  nextCheck: { run: 'df -hT -t nfs -t nfs4 -t cifs -t ceph', why: 'shows what the servers have left' },
  remedies: ['free-on-server'],
  sources: ['nfs(5)', 'docs.ceph.com: CephFS full', 'close(2) on delayed errors'],
  explains: ['plain-fs-full'],
  find(scene) {
    const full = allFileSystems(scene)
      .filter(
        (fs) =>
          (NETWORK.test(fs.type ?? '') || (fs.type === undefined && SERVER_PATH.test(fs.source))) &&
          fs.size > 0 &&
          fullness(fs) === 'full',
      )
      .map(
        (fs): Draft => ({
          confidence: 'likely',
          severity: 'critical',
          subject: fs.mountpoint,
          evidence: [evidence(fs.fact, `${size(fs.available)} left`)],
          explanation: `${fs.mountpoint} is ${fs.source}, on another machine, and has ${size(fs.available)} of ${size(fs.size)} left.`,
          score: 82,
        }),
      );
    if (full.length > 0) return full;
    const failing = failures(scene, ['ENOSPC', 'EDQUOT', 'EIO']).find(
      (fact) =>
        fact.value.path?.startsWith('/') &&
        NETWORK.test(mountOf(scene, fact.value.path)?.fstype ?? holding(scene, fact.value.path)?.type ?? ''),
    );
    if (!failing) return [];
    return [
      {
        confidence: 'likely',
        severity: scene.from === 'text' ? textSeverity(scene) : 'critical',
        subject: failing.value.path ?? 'network volume',
        evidence: [evidence(failing, 'the failing path lies on a network file system')],
        explanation:
          'The failing path lies on a network file system: its server decides what is left, by space or by quota.',
        score: 70,
      },
    ];
  },
};
