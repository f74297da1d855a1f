/** Bits of the superblock, as fs/xfs/libxfs/xfs_format.h numbers them and xfs_info names them. */
export const INCOMPAT = {
  ftype: 1 << 0,
  sparse: 1 << 1,
  metaUuid: 1 << 2,
  bigtime: 1 << 3,
  needsRepair: 1 << 4,
  nrext64: 1 << 5,
  exchange: 1 << 6,
  parent: 1 << 7,
  metadir: 1 << 8,
  zoned: 1 << 9,
  zoneGaps: 1 << 10,
} as const;

const INCOMPAT_NAMES: readonly [number, string][] = [
  [INCOMPAT.ftype, 'ftype'],
  [INCOMPAT.sparse, 'sparse'],
  [INCOMPAT.metaUuid, 'meta_uuid'],
  [INCOMPAT.bigtime, 'bigtime'],
  [INCOMPAT.needsRepair, 'needsrepair'],
  [INCOMPAT.nrext64, 'nrext64'],
  [INCOMPAT.exchange, 'exchange'],
  [INCOMPAT.parent, 'parent'],
  [INCOMPAT.metadir, 'metadir'],
  [INCOMPAT.zoned, 'zoned'],
  [INCOMPAT.zoneGaps, 'zone_gaps'],
];

const RO_COMPAT_NAMES: readonly [number, string][] = [
  [1 << 0, 'finobt'],
  [1 << 1, 'rmapbt'],
  [1 << 2, 'reflink'],
  [1 << 3, 'inobtcount'],
];

/** bits of sb_versionnum */
export const VERSION = { nlink: 0x20, dirV2: 0x2000, asciiCi: 0x4000, more: 0x8000 } as const;
/** bits of sb_features2 */
export const FEATURES2 = { attr2: 0x8, projid32: 0x80, ftype: 0x200 } as const;

export interface FeatureBits {
  version: number;
  versionBits: number;
  features2: number;
  incompat: number;
  roCompat: number;
}

/** The features that are on, in the words of xfs_info; bits nobody has named yet as `incompat bit 20`. */
export function featureNames(bits: FeatureBits): string[] {
  if (bits.version === 4) {
    const names = ['crc=0'];
    if (bits.versionBits & VERSION.asciiCi) names.push('ascii-ci');
    if (bits.features2 & FEATURES2.ftype) names.push('ftype');
    if (bits.features2 & FEATURES2.projid32) names.push('projid32bit');
    return names;
  }
  const names = ['crc=1'];
  if (bits.versionBits & VERSION.asciiCi) names.push('ascii-ci');
  names.push(
    ...named(bits.incompat, INCOMPAT_NAMES, 'incompat'),
    ...named(bits.roCompat, RO_COMPAT_NAMES, 'ro_compat'),
  );
  return names;
}

/**
 * Incompatible features that nothing is known of: what they change on disk cannot be guessed, so
 * reading stops. Unknown ro_compat bits are safe for a reader by their definition.
 */
export function unknownIncompat(incompat: number): string[] {
  return named(incompat, INCOMPAT_NAMES, 'incompat').filter((name) => name.startsWith('incompat bit'));
}

function named(bits: number, names: readonly [number, string][], field: string): string[] {
  const known = new Map(names);
  const found: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const mask = (1 << bit) >>> 0;
    if ((bits & mask) !== 0) found.push(known.get(mask) ?? `${field} bit ${bit}`);
  }
  return found;
}
