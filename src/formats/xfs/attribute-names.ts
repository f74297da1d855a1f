import type { ExtendedAttribute } from '../file-tree.ts';
import { ACL_NAMES, aclValue } from './acl.ts';

/** Bits of an attribute's entry: fs/xfs/libxfs/xfs_da_format.h */
export const ATTRIBUTE = { local: 1, root: 2, secure: 4, parent: 8, incomplete: 0x80 } as const;

/** An attribute as it lies on disk. */
export interface RawAttribute {
  flags: number;
  name: Buffer;
  value: Buffer;
}

/**
 * The attribute as getxattr(2) shows it; undefined for those the kernel shows nobody (parent
 * pointers, values not written to their end); a sentence for one that cannot be.
 */
export function visibleAttribute(raw: RawAttribute): ExtendedAttribute | string | undefined {
  if (raw.flags & (ATTRIBUTE.incomplete | ATTRIBUTE.parent)) return undefined;
  if (raw.name.length === 0 || raw.name.includes(0)) return 'an attribute has an impossible name';
  if (raw.flags & ATTRIBUTE.secure && raw.flags & ATTRIBUTE.root) return 'an attribute is in two namespaces';
  if (raw.flags & ATTRIBUTE.root) {
    const acl = ACL_NAMES.get(raw.name.toString('latin1'));
    if (acl !== undefined) {
      const value = aclValue(raw.value);
      return typeof value === 'string' ? value : { name: Buffer.from(acl), value };
    }
  }
  const prefix = raw.flags & ATTRIBUTE.root ? 'trusted.' : raw.flags & ATTRIBUTE.secure ? 'security.' : 'user.';
  return { name: Buffer.concat([Buffer.from(prefix), raw.name]), value: Buffer.from(raw.value) };
}
