/** Names in the root namespace under which XFS keeps ACLs: fs/xfs/libxfs/xfs_format.h */
export const ACL_NAMES = new Map<string, string>(
  Object.entries({
    SGI_ACL_FILE: 'system.posix_acl_access',
    SGI_ACL_DEFAULT: 'system.posix_acl_default',
  }),
);

/** POSIX_ACL_XATTR_VERSION and ACL_UNDEFINED_ID, include/uapi/linux/posix_acl_xattr.h and posix_acl.h */
const XATTR_VERSION = 2;
const UNDEFINED_ID = 0xffffffff;
const USER = 0x02;
const GROUP = 0x08;
const TAGS = new Set([0x01, USER, 0x04, GROUP, 0x10, 0x20]);

/**
 * xfs_acl (big-endian: count, then tag, id and permissions in 12 bytes each) as getxattr(2) gives
 * it. A sentence where it is none.
 */
export function aclValue(value: Buffer): Buffer | string {
  const count = value.length >= 4 ? value.readUInt32BE(0) : -1;
  if (count < 0 || value.length !== 4 + count * 12) return `ACL of ${count} entries in ${value.length} bytes`;
  const out = Buffer.alloc(4 + count * 8);
  out.writeUInt32LE(XATTR_VERSION, 0);
  for (let i = 0; i < count; i++) {
    const from = 4 + i * 12;
    const to = 4 + i * 8;
    const tag = value.readUInt32BE(from);
    if (!TAGS.has(tag)) return `ACL with an entry of unknown kind (${tag})`;
    out.writeUInt16LE(tag, to);
    out.writeUInt16LE(value.readUInt16BE(from + 8), to + 2);
    out.writeUInt32LE(tag === USER || tag === GROUP ? value.readUInt32BE(from + 4) : UNDEFINED_ID, to + 4);
  }
  return out;
}
