/** version on disk (fs/ext4/acl.h) and towards users (include/uapi/linux/posix_acl_xattr.h) */
const DISK = 1;
const USER = 2;
/** tags with an id: ACL_USER, ACL_GROUP */
const WITH_ID: ReadonlySet<number> = new Set([0x02, 0x08]);
const NO_ID = 0xffffffff;

/** An ACL as getxattr(2) shows it; undefined where the bytes are none. On disk entries without an id are short. */
export function userAcl(disk: Buffer): Buffer | undefined {
  if (disk.length < 4 || disk.readUInt32LE(0) !== DISK) return undefined;
  const parts = [Buffer.alloc(4)];
  parts[0]?.writeUInt32LE(USER);
  for (let at = 4; at < disk.length; ) {
    if (at + 4 > disk.length) return undefined;
    const entry = Buffer.alloc(8);
    disk.copy(entry, 0, at, at + 4);
    const wide = WITH_ID.has(disk.readUInt16LE(at));
    if (wide && at + 8 > disk.length) return undefined;
    entry.writeUInt32LE(wide ? disk.readUInt32LE(at + 4) : NO_ID, 4);
    parts.push(entry);
    at += wide ? 8 : 4;
  }
  return Buffer.concat(parts);
}
