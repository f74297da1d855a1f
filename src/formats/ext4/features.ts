/**
 * Feature bits of the superblock: names as mke2fs(8) and ext4(5) give them, values from
 * fs/ext4/ext4.h.
 */
export const COMPAT = {
  dir_prealloc: 0x1,
  imagic_inodes: 0x2,
  has_journal: 0x4,
  ext_attr: 0x8,
  resize_inode: 0x10,
  dir_index: 0x20,
  lazy_bg: 0x40,
  exclude_inode: 0x80,
  exclude_bitmap: 0x100,
  sparse_super2: 0x200,
  fast_commit: 0x400,
  stable_inodes: 0x800,
  orphan_file: 0x1000,
} as const;

export const INCOMPAT = {
  compression: 0x1,
  filetype: 0x2,
  needs_recovery: 0x4,
  journal_dev: 0x8,
  meta_bg: 0x10,
  extent: 0x40,
  '64bit': 0x80,
  mmp: 0x100,
  flex_bg: 0x200,
  ea_inode: 0x400,
  dirdata: 0x1000,
  metadata_csum_seed: 0x2000,
  large_dir: 0x4000,
  inline_data: 0x8000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;

export const RO_COMPAT = {
  sparse_super: 0x1,
  large_file: 0x2,
  btree_dir: 0x4,
  huge_file: 0x8,
  uninit_bg: 0x10,
  dir_nlink: 0x20,
  extra_isize: 0x40,
  snapshot: 0x80,
  quota: 0x100,
  bigalloc: 0x200,
  metadata_csum: 0x400,
  replica: 0x800,
  'read-only': 0x1000,
  project: 0x2000,
  shared_blocks: 0x4000,
  verity: 0x8000,
  orphan_present: 0x10000,
} as const;

/** Bits whose layout this reader knows. Bits of compat and ro_compat never stop a reader (ext4(5)). */
const KNOWN_INCOMPAT = Object.entries(INCOMPAT)
  .filter(([name]) => name !== 'compression' && name !== 'dirdata' && name !== 'journal_dev')
  .reduce((bits, [, bit]) => bits | bit, 0);

export function featureNames(compat: number, incompat: number, roCompat: number): string[] {
  return [...names(COMPAT, compat, 'C'), ...names(INCOMPAT, incompat, 'I'), ...names(RO_COMPAT, roCompat, 'R')];
}

/** Names of the features without which the layout cannot be known; none where it can be read. */
export function unreadableFeatures(incompat: number): string[] {
  return names(INCOMPAT, incompat & ~KNOWN_INCOMPAT, 'I');
}

/** A bit without a name as e2fsprogs writes it: FEATURE_I17. */
function names(table: Readonly<Record<string, number>>, bits: number, kind: string): string[] {
  const named = Object.entries(table).filter(([, bit]) => bits & bit);
  const rest = named.reduce((left, [, bit]) => left & ~bit, bits);
  const unnamed = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => rest & (1 << bit));
  return [...named.map(([name]) => name), ...unnamed.map((bit) => `FEATURE_${kind}${bit}`)];
}
