import type { MentionRule } from './rule.ts';

/** Storage drivers, file systems and what lies below them. */
export const DRIVER_TERMS: readonly MentionRule[] = [
  {
    term: 'devicemapper',
    words: [
      'devicemapper',
      'device mapper',
      'device-mapper',
      'devmapper',
      'dm.',
      'loop-lvm',
      'direct-lvm',
      'thinpool',
      'thin pool',
      'docker-pool',
      'dmsetup',
      'data space',
    ],
    pattern:
      /\bdata space (?:used|available|total)\b|\bdevice[ -]?mapper\b|\bdevmapper\b|\bdm\.(?:basesize|thinpooldev|min_free_space|loop\w+|datadev|use_deferred\w*)|\b(?:loop|direct)-lvm\b|docker[-/]thin-?pool|docker-pool\b|\bdmsetup\b/,
  },
  {
    term: 'direct-lvm',
    words: [
      'direct-lvm',
      'direct lvm',
      'directlvm',
      'thinpooldev',
      'docker-thinpool',
      'docker-pool',
      'docker/thinpool',
      'docker-storage-setup',
      'thin pool',
      'thinpool',
    ],
    pattern:
      /direct[- ]?lvm|thinpooldev|docker[-/](?:-)?thin-?pool\b|docker-(?:docker--)?pool\b|docker-storage-setup|lvm thin[- ]?pool/,
  },
  {
    term: 'loop-lvm',
    words: ['loop-lvm', 'loop lvm', 'loopback', 'data loop file', 'devicemapper/devicemapper/data', 'loop device'],
    pattern:
      /loop[- ]lvm|data loop file|devicemapper\/devicemapper\/(?:data|metadata)|loop(?:back)? (?:files?|devices?)\b[^\n.]{0,60}(?:docker|devicemapper|thin)|usage of loopback devices is strongly discouraged/,
  },
  {
    term: 'thin-pool',
    words: [
      'thin pool',
      'thin-pool',
      'thinpool',
      'thin provision',
      'thin-provision',
      'lvmthin',
      'thin_check',
      'thin volume',
      'thin_dump',
      'thin_repair',
      'lvm thin',
      'lvm-thin',
    ],
    pattern:
      /\bthin[- ]?pools?\b|\bthin[- ]provision\w*|\blvm[- ]?thin\b|\bthin_(?:check|dump|repair|ls)\b|\bthin volumes?\b|docker-thinpool|\w+[-_]thinpool/,
  },
  { term: 'btrfs', words: ['btrfs'], pattern: /\bbtrfs\b/ },
  {
    term: 'overlay2',
    words: ['overlay2', 'overlay'],
    pattern:
      /\boverlay ?2\b|\boverlay(?:fs)? (?:storage |graph )?driver|driver[:= ]{1,3}["']?overlay\b|snapshotter\.v1\.overlayfs|storage\/overlay\b|\boverlayfs (?:snapshots?|snapshotter|layers?)\b/,
  },
  { term: 'aufs', words: ['aufs'], pattern: /\baufs\b/ },
  {
    term: 'vfs',
    words: ['vfs'],
    pattern: /(?<!docker\/)\bvfs\b(?!\/dir)|storage\/vfs\b|\bvfs-(?:layers|images|containers)/,
  },
  { term: 'zfs', words: ['zfs', 'zpool', 'zvol'], pattern: /\bzfs\b|\bzpools?\b|\bzvols?\b|\/storage-pools\/zfs/ },
  { term: 'xfs', words: ['xfs'], pattern: /\bxfs\b|\bxfsaild\b/ },
  { term: 'ext4', words: ['ext4', 'extfs', 'ext3'], pattern: /\bext[34]\b|\bextfs\b/ },
  { term: 'f2fs', words: ['f2fs'], pattern: /\bf2fs\b/ },
  { term: 'fuse-overlayfs', words: ['fuse-overlayfs', 'fuse overlayfs'], pattern: /fuse[- ]overlayfs/ },
  { term: 'snapper', words: ['snapper', 'timeshift'], pattern: /\bsnapper\b|\btimeshift\b/ },
];
